// The passwords of database roles: revealed, replaced on a host, and kept anew after they were
// changed on an attached server. A new password ends what rested on the old one (docs/security.md,
// "Grants").

import type { DatabaseRole } from '../../catalogue/projects/database-role-rows.ts';
import { revealDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { type AccessEnders, catalogueAction } from '../catalogue-action.ts';
import { type Performed, performed } from '../performed.ts';
import type { RoleWithPassword } from './change-roles.ts';

type Provisioning = ActionParts['provisioning'];

/**
 * The role's password in the clear, audited. Throws `precondition` when the project does not store
 * passwords or this role has none, `forbidden`, `not_found`.
 */
export const revealRolePassword = catalogueAction(revealDatabaseRolePassword);

/**
 * Gives a role a new random password and ends the role's grants and live connections. Throws
 * `not_offered` for an attached project, `forbidden`, `not_found`.
 */
export async function resetRolePassword(
  parts: AccessEnders & Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['resetRolePassword']>[1],
): Promise<Performed<RoleWithPassword>> {
  const reset = await parts.provisioning.resetRolePassword(context, input);
  await parts.liveConnections.endNow();
  return performed(reset);
}

/**
 * Keeps the new password of a role on an attached server, once that server takes it, and ends the
 * role's grants and live connections on every compute of the project. Throws `attach_refused`,
 * `not_offered`, `forbidden`, `not_found`.
 */
export async function renewRolePassword(
  { provisioning, liveConnections }: AccessEnders & Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['renewRolePassword']>[1],
): Promise<DatabaseRole> {
  const role = await provisioning.renewRolePassword(context, input);
  await liveConnections.endNow();
  return role;
}
