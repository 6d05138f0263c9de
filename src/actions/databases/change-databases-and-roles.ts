// The databases and roles of a project, changed on its host, and the passwords of the roles. A new
// password ends what rested on the old one (docs/security.md, "Grants").

import { revealDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import type { ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

/** Reads the databases again from their server; when that takes long, the list is older. */
export async function refreshDatabases(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  projectId: ProjectId,
): Promise<void> {
  await provisioning.databases.show(projectId);
}

/** Throws `conflict` for a name that is taken, `not_offered` for an attached project. */
export const createDatabase = provisioningAction((provisioning) => provisioning.createDatabase);

/** Renaming ends the database's connections. Throws as `createDatabase`. */
export const changeDatabase = provisioningAction((provisioning) => provisioning.changeDatabase);

/** Ends its connections. Throws `conflict` for the project's last one, else as `createDatabase`. */
export const deleteDatabase = provisioningAction((provisioning) => provisioning.deleteDatabase);

/** Throws `conflict` for a name that is taken, `not_offered` for an attached project. */
export const createRole = provisioningAction((provisioning) => provisioning.createRole);

/** Throws `conflict` for a protected role and for one that owns a database, `not_offered`. */
export const deleteRole = ending(provisioningAction((provisioning) => provisioning.deleteRole));

/** In the clear, audited. Throws `precondition` when no password is stored. */
export const revealRolePassword = catalogueAction(revealDatabaseRolePassword);

/** Gives it a random password. Throws `not_offered` for an attached project. */
export const resetRolePassword = ending(provisioningAction((provisioning) => provisioning.resetRolePassword));

/** Keeps the password once the attached server takes it. `attach_refused`, `not_offered`. */
export const renewRolePassword = ending(provisioningAction((provisioning) => provisioning.renewRolePassword));
