// The database roles of a hosted project, made and dropped on its host, and their passwords:
// revealed, replaced on a host, and kept anew after they were changed on an attached server. A new
// password ends what rested on the old one (docs/security.md, "Grants").

import { revealDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

/**
 * Throws `conflict` for a name that is taken, `not_offered` for an attached project,
 * `invalid_input`, `forbidden`, `not_found`.
 */
export const createRole = provisioningAction((provisioning) => provisioning.createRole);

/**
 * Drops a role; what it owns becomes the project's own role's, and the role's grants and live
 * connections end. Throws `conflict` for a protected role and for one that owns a database,
 * `not_offered`, `forbidden`, `not_found`.
 */
export const deleteRole = ending(provisioningAction((provisioning) => provisioning.deleteRole));

/**
 * The role's password in the clear, audited. Throws `precondition` when the project does not store
 * passwords or this role has none, `forbidden`, `not_found`.
 */
export const revealRolePassword = catalogueAction(revealDatabaseRolePassword);

/**
 * Gives a role a new random password and ends the role's grants and live connections. Throws
 * `not_offered` for an attached project, `forbidden`, `not_found`.
 */
export const resetRolePassword = ending(provisioningAction((provisioning) => provisioning.resetRolePassword));

/**
 * Keeps the new password of a role on an attached server, once that server takes it, and ends the
 * role's grants and live connections on every compute of the project. Throws `attach_refused`,
 * `not_offered`, `forbidden`, `not_found`.
 */
export const renewRolePassword = ending(provisioningAction((provisioning) => provisioning.renewRolePassword));
