// Projects and their branch: created, attached, changed, transferred to another account, deleted.

import { changeBranch as changeBranchRow } from '../../catalogue/projects/branches.ts';
import { changeProject as changeRow } from '../../catalogue/projects/projects.ts';
import { transferProjects as transfer } from '../../catalogue/transfers/project-transfers.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

export type {
  CreationStep,
  HostedProject,
  HostedProjectInput,
} from '../../provisioning/hosted/create-hosted-project.ts';

/** What fails half way is undone. Throws `not_offered`, `conflict`, `plan_gate`. */
export const createProject = provisioningAction((provisioning) => provisioning.createHostedProject);

/** After logging in to it. Throws `attach_refused` with what went wrong, `plan_gate`. */
export const attachProject = provisioningAction((provisioning) => provisioning.attachProject);

export const changeProject = catalogueAction(changeRow);

/** Throws `conflict` for a name that is taken. */
export const changeBranch = catalogueAction(changeBranchRow);

/** Moves projects and ends the access that was lost. Throws as the catalogue's function. */
export const transferProjects = ending(catalogueAction(transfer));

/** An attached Postgres stays as it is. Throws `host_away` before anything is lost. */
export const deleteProject = ending(provisioningAction((provisioning) => provisioning.deleteProject));
