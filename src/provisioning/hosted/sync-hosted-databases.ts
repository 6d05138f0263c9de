// Reads again which databases a hosted project has.

import { getDefaultBranch } from '../../catalogue/projects/branches.ts';
import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { syncDatabases } from '../../catalogue/projects/databases.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { isWorkingName } from '../journal/operation-run.ts';

/** Lists what an operator gave to or took from the roles by SQL. Never rejects: the list stays. */
export async function syncHostedDatabases(
  { catalogue, hosts, log }: ProvisioningParts,
  { id, projectId, hostId }: Compute,
): Promise<void> {
  if (hostId === null) return;
  try {
    const host = await hosts.get(hostId);
    const branch = await getDefaultBranch(catalogue.db, projectId);
    const roles = await listDatabaseRoles(catalogue.db, branch.id);
    const databases = await host.query<{ name: string; ownerName: string }>(
      `SELECT datname AS name, pg_get_userbyid(datdba) AS "ownerName" FROM pg_database
       WHERE pg_get_userbyid(datdba) = ANY($1) ORDER BY oid`,
      [roles.map((role) => role.name)],
    );
    const complete = databases.filter(({ name }) => !isWorkingName(name));
    if (complete.length > 0) await syncDatabases(catalogue, { branchId: branch.id, databases: complete });
  } catch (error) {
    log.warn({ err: error, computeId: id }, 'databases of a hosted compute could not be listed');
  }
}
