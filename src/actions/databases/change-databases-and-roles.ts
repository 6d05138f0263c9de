// The databases and roles of a project, changed on its host, and the passwords of the roles. A new
// password ends what rested on the old one (docs/security.md, "Grants").

import { requirePasswordReach, requireWriteReach } from '../../catalogue/access/own-reach.ts';
import { revealDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

/** Reads the databases again from their server; when that takes long, the list is older. */
export async function refreshDatabases(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  projectId: ProjectId,
): Promise<void> {
  await provisioning.databases.show(projectId);
}

/** Throws `rule_denied`, `conflict` for a taken name, `not_offered` for an attached project. */
export const createDatabase = byWriters(
  provisioningAction((provisioning) => provisioning.createDatabase),
  () => null,
);

/** Renaming ends the database's connections. Throws as `createDatabase`. */
export const changeDatabase = byWriters(
  provisioningAction((provisioning) => provisioning.changeDatabase),
  nameOf,
);

/** Ends its connections. Throws `conflict` for the project's last one, else as `createDatabase`. */
export const deleteDatabase = byWriters(
  provisioningAction((provisioning) => provisioning.deleteDatabase),
  nameOf,
);

/** Its password is shown. Throws `rule_denied`, `conflict` for a taken name, `not_offered`. */
export const createRole = withPassword(provisioningAction((provisioning) => provisioning.createRole));

/** Throws `rule_denied`, `conflict` for a protected one and for an owner, `not_offered`. */
export const deleteRole = byWriters(ending(provisioningAction((provisioning) => provisioning.deleteRole)), () => null);

/** In the clear, audited. Throws `rule_denied`, `precondition` when no password is stored. */
export const revealRolePassword = withPassword(catalogueAction(revealDatabaseRolePassword));

/** Gives it a random password, which is shown. Throws `rule_denied`, `not_offered`. */
export const resetRolePassword = withPassword(
  ending(provisioningAction((provisioning) => provisioning.resetRolePassword)),
);

/** Keeps the password once the attached server takes it. `attach_refused`, `not_offered`. */
export const renewRolePassword = ending(provisioningAction((provisioning) => provisioning.renewRolePassword));

/** The actor sees the password: only one with which the access rules let that actor in. */
function withPassword<Parts, Input extends NamedInBranch, Outcome>(
  action: (parts: Parts, context: AuditContext, input: Input) => Promise<Outcome>,
) {
  return async (parts: Parts & Pick<ActionParts, 'catalogue'>, context: AuditContext, input: Input) => {
    await requirePasswordReach(parts.catalogue, context.actor, input);
    return await action(parts, context, input);
  };
}

/** Only by those whom the access rules let write: in the named database, or in any for null. */
function byWriters<Parts, Input extends NamedInBranch, Outcome>(
  action: (parts: Parts, context: AuditContext, input: Input) => Promise<Outcome>,
  databaseOf: (input: Input) => string | null,
) {
  return async (parts: Parts & Pick<ActionParts, 'catalogue'>, context: AuditContext, input: Input) => {
    const place = { branchId: input.branchId, database: databaseOf(input) };
    await requireWriteReach(parts.catalogue, context.actor, place);
    return await action(parts, context, input);
  };
}

function nameOf({ name }: NamedInBranch): string {
  return name;
}

interface NamedInBranch {
  readonly branchId: BranchId;
  readonly name: string;
}
