// What was asked and agreed to in projects that leave their account: by its teams and schedules,
// and by its glass, none of which the rules of the next account know.

import type { Transaction } from 'kysely';
import type { ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { findRequest } from './access-request.ts';
import { requestEvent } from './file-request.ts';

interface Leaving {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly projectIds: readonly ProjectId[];
}

/** The caller asks live connections again. A broken glass is reviewed as before. */
export async function endRequestsOfProjects(
  tx: Transaction<Schema>,
  { catalogue, context, projectIds }: Leaving,
): Promise<void> {
  const now = catalogue.clock.now();
  const rows = tx.updateTable('access_requests').where('project_id', 'in', projectIds);
  const waiting = rows.set({ status: 'ended', decided_at: now }).where('status', '=', 'waiting');
  const approved = rows
    .set({ status: 'withdrawn', until: null })
    .where('status', '=', 'approved')
    .where('until', '>', now);
  const ended = [...(await waiting.returning('id').execute()), ...(await approved.returning('id').execute())];
  for (const { id } of ended) {
    const request = await findRequest(tx, id);
    if (request === null) continue;
    const event = request.kind === 'break_glass' ? 'break_glass.ended' : 'access_request.ended';
    await recordChange(tx, { catalogue, context }, { event, ...requestEvent(request), reason: 'project transferred' });
  }
}
