// The database roles of a hosted project: made and dropped, for real on its host.

import type { DatabaseRole } from '../../catalogue/projects/database-role-rows.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../catalogue-action.ts';
import { type Performed, performed } from '../performed.ts';

type Provisioning = ActionParts['provisioning'];

export interface RoleWithPassword {
  readonly role: DatabaseRole;
  readonly password: Secret;
}

/**
 * Throws `conflict` for a name that is taken, `not_offered` for an attached project,
 * `invalid_input`, `forbidden`, `not_found`.
 */
export async function createRole(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['createRole']>[1],
): Promise<Performed<RoleWithPassword>> {
  return performed(await provisioning.createRole(context, input));
}

/**
 * Drops a role; what it owns becomes the project's own role's, and the role's grants and live
 * connections end. Throws `conflict` for a protected role and for one that owns a database,
 * `not_offered`, `forbidden`, `not_found`.
 */
export async function deleteRole(
  parts: AccessEnders & Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['deleteRole']>[1],
): Promise<Performed<DatabaseRole>> {
  const role = await parts.provisioning.deleteRole(context, input);
  await parts.liveConnections.endNow();
  return performed(role);
}
