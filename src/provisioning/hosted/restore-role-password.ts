// Gives a hosted role the password that the catalogue keeps. Any role may change its own by SQL,
// also one that only reads (psql's \password does), and nobody else who shares it could log in any
// more.

import { findCompute } from '../../catalogue/projects/compute-rows.ts';
import { findDatabaseRole, passwordPlace } from '../../catalogue/projects/database-role-rows.ts';
import type { ComputeId } from '../../ids.ts';
import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';

const RESTORING = { name: 'postern', mayGoOn: async () => {} };

/**
 * For the gateway, which has authorised the connection itself. False where nothing was done: on an
 * attached compute, whose passwords are not ours, and for a role without a stored one. Throws
 * `busy`, `host_away`.
 */
export async function restoreRolePassword(
  parts: ProvisioningParts,
  { computeId, databaseRole }: { readonly computeId: ComputeId; readonly databaseRole: string },
): Promise<boolean> {
  const { catalogue, hosts, log } = parts;
  const compute = await findCompute(catalogue.db, computeId);
  if (compute === null || compute.hostId === null) return false;
  const { branchId, projectId } = compute;
  const host = await hosts.get(compute.hostId);
  return await host.alone(projectOnHost(projectId), async () => {
    // The change before this one may have set a new one.
    const row = await findDatabaseRole(catalogue.db, { branchId, name: databaseRole });
    if (row === null || row.sealed_password === null) return false;
    const kept = catalogue.sealer.open(row.sealed_password, passwordPlace(row.id));
    // No operation: what the catalogue keeps stays as it is, and doing half of it does nothing.
    await host.withSession(RESTORING, (session) => session.setPassword(databaseRole, kept));
    log.warn({ compute_id: computeId, database_role: databaseRole }, 'a password that was changed by SQL was set back');
    return true;
  });
}
