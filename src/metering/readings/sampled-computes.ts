// The computes of one server and what measuring them needs, from the catalogue.

import { sql } from 'kysely';
import { camelRow } from '../../catalogue/store/camel-row.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';

export type SampledCompute = ReturnType<typeof sampledComputeFrom>;

/** All computes on a host, including suspended ones, whose data is still stored. */
export async function listComputesOfHost(catalogue: Catalogue, hostId: string): Promise<SampledCompute[]> {
  return (await sampledComputes(catalogue).where('computes.host_id', '=', hostId).execute()).map(sampledComputeFrom);
}

/** Others are left alone, so that a server which sleeps while unused is not woken. */
export async function listAttachedComputesUsedSince(catalogue: Catalogue, since: Date): Promise<SampledCompute[]> {
  const rows = await sampledComputes(catalogue)
    .where('computes.host_id', 'is', null)
    .where('computes.state', '=', 'active')
    .where('computes.is_disabled', '=', false)
    .where('computes.last_active_at', '>=', since)
    .execute();
  return rows.map(sampledComputeFrom);
}

function sampledComputes({ db }: Catalogue) {
  return db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select([
      'computes.id',
      'computes.project_id',
      'projects.account_id',
      'computes.state',
      'computes.created_at',
      'computes.started_at',
      'computes.suspended_at',
    ])
    .select([
      sql<string[]>`array(select name from databases where branch_id = computes.branch_id)`.as('databases'),
      sql<boolean>`computes.id = (
        select first.id from computes first where first.branch_id = computes.branch_id
        order by first.type = 'read_only', first.ordinal limit 1
      )`.as('is_first'),
    ])
    .orderBy('computes.id');
}

type SampledRow = Awaited<ReturnType<ReturnType<typeof sampledComputes>['execute']>>[number];

/** Storage and written data of a branch are counted for its first read-write compute only. */
function sampledComputeFrom({ is_first, ...row }: SampledRow) {
  return { ...camelRow(row), role: is_first ? ('first_of_branch' as const) : ('further_of_branch' as const) };
}
