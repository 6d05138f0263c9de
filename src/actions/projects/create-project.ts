// Making a project: on a server of this installation, or of an existing Postgres.

import { provisioningAction } from '../define-action.ts';

export type {
  CreationStep,
  HostedProject,
  HostedProjectInput,
} from '../../provisioning/hosted/create-hosted-project.ts';

/**
 * Makes a hosted project with a database, and lists what was done as its operations. What fails
 * half way is undone. Throws `not_offered`, `conflict`, `plan_gate`, `invalid_input`, `forbidden`,
 * `not_found`.
 */
export const createProject = provisioningAction((provisioning) => provisioning.createHostedProject);

/**
 * Brings an existing Postgres as a project, after logging in to it. Throws `attach_refused` with
 * what went wrong, `invalid_input`, `plan_gate`, `forbidden`, `not_found`.
 */
export const attachProject = provisioningAction((provisioning) => provisioning.attachProject);
