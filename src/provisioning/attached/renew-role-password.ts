// Stores the new password of a role on an attached server, where somebody changed it.

import { loadTargetRow } from '../../catalogue/access/target-row.ts';
import { getCompute } from '../../catalogue/projects/computes.ts';
import type { DatabaseRole } from '../../catalogue/projects/database-role-rows.ts';
import { getDatabaseRole, replaceDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { checkUpstream } from './check-upstream.ts';

/** Checks it by login, then stores it for all computes. Throws `attach_refused`, `not_offered`. */
export async function renewRolePassword(
  parts: ProvisioningParts,
  context: AuditContext,
  input: { readonly computeId: ComputeId; readonly databaseRole: string; readonly password: Secret },
): Promise<DatabaseRole> {
  const { catalogue } = parts;
  const { computeId, databaseRole: name, password } = input;
  const { compute } = await getCompute(catalogue, context, { computeId, action: 'database_role.reset_password' });
  if (compute.hostId !== null) {
    throw new PosternError('hosted_role_password');
  }
  const { host, port, projectId, branchId, allowMd5, allowCleartext } = compute;
  const role = await getDatabaseRole(catalogue, { branchId, name });
  const { databases, tlsSettings } = await loadTargetRow(catalogue.db, computeId);
  const upstream = {
    host,
    port,
    user: role.name,
    password,
    database: databases[0] ?? role.name,
    tls: tlsSettings(catalogue.sealer),
  };
  await checkUpstream(parts, context, { upstream, allowMd5, allowCleartext });
  return await replaceDatabaseRolePassword(catalogue, context, { projectId, branchId, name, password });
}
