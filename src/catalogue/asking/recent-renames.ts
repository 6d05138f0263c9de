// How the things that a request is about were called in the days before it was made, and since: the
// person who asks may have given them the names that others then decide by.

import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { ComputeId, ProjectId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';
import { nameBefore } from '../trail/renames.ts';

const LOOKED_BACK_MS = 7 * 24 * 3_600_000;
const MOST_RENAMES = 1_000;

/** Null where it was not renamed, or has its name again. */
export interface Renamed {
  /** The oldest first. */
  readonly from: readonly string[];
  /** The person who renamed it last, and the moment. */
  readonly by: string;
  readonly at: Date;
}

interface AskedAbout {
  readonly project_id: ProjectId;
  readonly project_name: string;
  readonly compute_id: ComputeId | null;
  readonly compute_name: string | null;
  readonly asked_at: Date;
}

const bodySchema = z.object({
  event: z.string(),
  at: z.coerce.date(),
  reason: z.string(),
  project_id: z.string(),
  compute_id: z.string().optional(),
  actor_email: z.string().optional(),
  actor_type: z.string(),
});
type Event = z.output<typeof bodySchema>;

/** For each request what its project and its compute were called. */
export async function findRenames(db: Kysely<Schema>, requests: readonly AskedAbout[]) {
  const events = requests.length === 0 ? [] : await renamesOf(db, requests);
  return (request: AskedAbout): { readonly project: Renamed | null; readonly compute: Renamed | null } => {
    const since = request.asked_at.getTime() - LOOKED_BACK_MS;
    const late = events.filter(({ at, project_id }) => project_id === request.project_id && at.getTime() >= since);
    const ofProject = late.filter(({ event }) => event === 'project.changed');
    const ofCompute = late.filter(({ compute_id }) => compute_id !== undefined && compute_id === request.compute_id);
    return {
      project: renamed(ofProject, request.project_name),
      compute: renamed(ofCompute, request.compute_name),
    };
  };
}

async function renamesOf(db: Kysely<Schema>, requests: readonly AskedAbout[]): Promise<Event[]> {
  const oldest = Math.min(...requests.map(({ asked_at }) => asked_at.getTime()));
  const projectIds = [...new Set(requests.map(({ project_id }) => project_id))];
  const rows = await db
    .selectFrom('audit_events')
    .select('body')
    .where(sql<boolean>`project_id = any(${projectIds})`)
    .where('at', '>=', new Date(oldest - LOOKED_BACK_MS).toISOString())
    .where('event', 'in', ['project.changed', 'compute.changed'])
    .where(sql<boolean>`body ->> 'reason' like 'renamed from %'`)
    .orderBy('at', 'desc')
    .limit(MOST_RENAMES)
    .execute();
  return rows.map(({ body }) => bodySchema.parse(body)).reverse();
}

function renamed(events: readonly Event[], presentName: string | null): Renamed | null {
  const from = [...new Set(events.map(({ reason }) => nameBefore(reason) ?? '?'))].filter(
    (name) => name !== presentName,
  );
  const last = events.at(-1);
  if (last === undefined || from.length === 0) return null;
  return { from, by: last.actor_email ?? last.actor_type, at: last.at };
}
