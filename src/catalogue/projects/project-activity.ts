// When projects were last used: the latest use of any of their computes.

import type { ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** Projects whose computes were never used are absent. Does not check permissions. */
export async function readLastActivity(
  { db }: Catalogue,
  projectIds: readonly ProjectId[],
): Promise<ReadonlyMap<ProjectId, Date>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('computes')
    .select(({ fn }) => ['project_id', fn.max('last_active_at').as('last_active_at')])
    .where('project_id', 'in', projectIds)
    .groupBy('project_id')
    .execute();
  return new Map(rows.flatMap((row) => (row.last_active_at === null ? [] : [[row.project_id, row.last_active_at]])));
}
