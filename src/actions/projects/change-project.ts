// Projects and their branch: created, attached, changed, transferred to another account, deleted.

import { changeBranch as changeBranchRow } from '../../catalogue/projects/branches.ts';
import { noteRevealOfNewProject } from '../../catalogue/projects/password-reveals.ts';
import { changeProject as changeRow } from '../../catalogue/projects/projects.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { transferProjects as transfer } from '../../catalogue/transfers/project-transfers.ts';
import type { ActionParts } from '../action-parts.ts';
import { type PasswordChoice, type ResettingParts, settleKnownPasswords } from '../databases/settle-known-passwords.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

export type {
  CreationStep,
  HostedProject,
  HostedProjectInput,
} from '../../provisioning/hosted/create-hosted-project.ts';

/** What fails half way is undone. Throws `not_offered`, `conflict`, `plan_gate`. */
export const createProject = provisioningAction((provisioning) => provisioning.createHostedProject);

/** Likewise; the answer shows the password of the project's own role. */
export async function createProjectAndShowPassword(
  parts: Pick<ActionParts, 'catalogue' | 'provisioning'>,
  context: AuditContext,
  input: Parameters<typeof createProject>[2],
) {
  const made = await createProject(parts, context, input);
  await noteRevealOfNewProject(
    parts.catalogue,
    context,
    made.roles.filter((role) => !role.isReadOnly),
  );
  return made;
}

/** After logging in to it. Throws `attach_refused` with what went wrong, `plan_gate`. */
export const attachProject = provisioningAction((provisioning) => provisioning.attachProject);

export const changeProject = catalogueAction(changeRow);

/** Throws `conflict` for a name that is taken. */
export const changeBranch = catalogueAction(changeBranchRow);

const move = ending(catalogueAction(transfer));

/** Moves projects and ends the access that was lost. Throws as the catalogue's function. */
export async function transferProjects(
  parts: ResettingParts,
  context: AuditContext,
  { passwords, ...request }: PasswordChoice & Parameters<typeof move>[2],
) {
  const outcome = await move(parts, context, request);
  if (outcome.kind !== 'transferred') return outcome;
  const known = { projectIds: outcome.projects.map(({ id }) => id), passwords };
  return { ...outcome, knownPasswords: await settleKnownPasswords(parts, context, known) };
}

/** An attached Postgres stays as it is. Throws `host_away` before anything is lost. */
export const deleteProject = ending(provisioningAction((provisioning) => provisioning.deleteProject));
