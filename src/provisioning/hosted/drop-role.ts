// Drops a role of a host for good. What others granted it in a suspended database can be taken back
// only inside, so that the project there is woken for it, and put to sleep again.

import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import type { HostSession } from '../hosts/host-session.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import { startCompute, suspendCompute } from './compute-power.ts';

/** Which role inherits what the dropped one owns in those databases; null: nobody. */
export type Heritage = Parameters<HostSession['dropRole']>[1];

/** Throws `conflict` when a closed database that is no project's still depends on the role. */
export async function dropRole(
  parts: ProvisioningParts,
  { host, operation }: Pick<OperationRun, 'host' | 'operation'>,
  role: { readonly name: string; readonly heritage: Heritage },
): Promise<void> {
  const woken: ComputeId[] = [];
  try {
    for (const database of await host.closedDatabasesOf(role.name)) {
      const computeId = await findComputeOf(parts.catalogue, { hostId: operation.hostId, database });
      if (computeId === null) {
        throw new PosternError('role_has_privileges', { params: { role: role.name, database } });
      }
      await startCompute(parts, SYSTEM_CONTEXT, { computeId });
      woken.push(computeId);
    }
    await host.dropRole(role.name, role.heritage);
  } finally {
    for (const computeId of woken) await suspendCompute(parts, SYSTEM_CONTEXT, { computeId });
  }
}

async function findComputeOf(
  { db }: Catalogue,
  { hostId, database }: { readonly hostId: string; readonly database: string },
): Promise<ComputeId | null> {
  const row = await db
    .selectFrom('databases')
    .innerJoin('branches', 'branches.id', 'databases.branch_id')
    .innerJoin('computes', 'computes.project_id', 'branches.project_id')
    .select('computes.id')
    .where('computes.host_id', '=', hostId)
    .where('databases.name', '=', database)
    .orderBy('computes.ordinal')
    .executeTakeFirst();
  return row?.id ?? null;
}
