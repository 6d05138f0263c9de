// Fills a catalogue with any number of organizations and projects that were measured for a day.

import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../src/catalogue/store/schema.ts';
import { type AccountId, idFrom, type ProjectId } from '../../../src/ids.ts';

export interface ManyProjects {
  readonly organizations: number;
  readonly projects: number;
  readonly hours: number;
}

/** The first hour that was measured. */
export const MEASURED_FROM = new Date('2026-03-04T00:00:00Z');

export function bulkOrganization(index: number): AccountId {
  return idFrom<AccountId>(`org-bulk-${index}`);
}

/** Ids of an organization's projects. */
export function bulkProjects(organization: number, { organizations, projects }: ManyProjects): ProjectId[] {
  const count = Math.floor(projects / organizations);
  return Array.from({ length: count }, (_, index) => idFrom<ProjectId>(`bulk-${index * organizations + organization}`));
}

/**
 * Each project has one compute that consumed 1 s, 1 s and 1,000 bytes of everything in every hour.
 */
export async function addManyProjects(db: Kysely<Schema>, many: ManyProjects): Promise<void> {
  const { organizations, projects, hours } = many;
  await sql`
    insert into accounts
    select 'org-bulk-' || n, 'organization', null, 'Bulk', 'bulk-' || n, 'business', true, '{}', '{}', now(), now()
    from generate_series(0, ${organizations - 1}::integer) n
  `.execute(db);
  await sql`
    insert into plan_periods select 'period-' || n, 'org-bulk-' || n, 'business', '2026-01-01', null
    from generate_series(0, ${organizations - 1}::integer) n
  `.execute(db);
  await sql`
    insert into projects
    select 'bulk-' || n, 'org-bulk-' || n % ${organizations}::integer, 'bulk ' || n, 18, 'local', 'attached', '{}', '{}', 0,
      true, null, now() - n * interval '1 minute', now()
    from generate_series(0, ${projects - 1}::integer) n
  `.execute(db);
  await sql`
    insert into consumption_frames
    select granularity, frame_start, 'org-bulk-' || n % ${organizations}::integer, 'period-' || n % ${organizations}::integer,
      'bulk-' || n, 'ep-bulk-' || n, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, '{}', frame_start
    from generate_series(0, ${projects - 1}::integer) n, (
      select 'hour' as granularity, ${MEASURED_FROM}::timestamptz + hour * interval '1 hour' as frame_start
      from generate_series(0, ${hours - 1}::integer) hour
      union all select 'day', '2026-03-04T00:00Z' union all select 'month', '2026-03-01T00:00Z'
    ) frames
  `.execute(db);
}
