// Making a project: on a server of this installation, or of an existing Postgres.

import { provisioningAction } from '../define-action.ts';

export type {
  CreationStep,
  HostedProject,
  HostedProjectInput,
} from '../../provisioning/hosted/create-hosted-project.ts';

/** What fails half way is undone. Throws `not_offered`, `conflict`, `plan_gate`. */
export const createProject = provisioningAction((provisioning) => provisioning.createHostedProject);

/** After logging in to it. Throws `attach_refused` with what went wrong, `plan_gate`. */
export const attachProject = provisioningAction((provisioning) => provisioning.attachProject);
