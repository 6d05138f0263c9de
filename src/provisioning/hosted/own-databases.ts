// Which databases on a host are a project's: those that it lists and that its roles own.

import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../catalogue/projects/databases.ts';
import type { BranchId } from '../../ids.ts';
import type { HostDatabase } from '../hosts/host-objects.ts';
import type { HostSession } from '../hosts/host-session.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';

/** The branch's databases that are on the host and its own, whoever else may have a name by now. */
export async function ownDatabases(
  { catalogue }: Pick<ProvisioningParts, 'catalogue'>,
  host: Pick<HostSession, 'findOwnDatabases'>,
  branchId: BranchId,
): Promise<HostDatabase[]> {
  const databases = await listDatabases(catalogue.db, branchId);
  const roles = await listDatabaseRoles(catalogue.db, branchId);
  return await host.findOwnDatabases({
    names: databases.map(({ name }) => name),
    roles: roles.map(({ name }) => name),
  });
}
