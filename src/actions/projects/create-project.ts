// Making a project: on a server of this installation, or of an existing Postgres.

import type { RegisteredProject } from '../../catalogue/projects/register-project.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type {
  CreationStep,
  HostedProject,
  HostedProjectInput,
} from '../../provisioning/hosted/create-hosted-project.ts';
import type { ActionParts } from '../action-parts.ts';

export type { CreationStep, HostedProject, HostedProjectInput };

/**
 * Makes a hosted project with a database, and lists what was done as its operations. What fails
 * half way is undone. Throws `not_offered`, `conflict`, `plan_gate`, `invalid_input`, `forbidden`,
 * `not_found`.
 */
export function createProject(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: HostedProjectInput,
): Promise<HostedProject> {
  return provisioning.createHostedProject(context, input);
}

/**
 * Brings an existing Postgres as a project, after logging in to it. Throws `attach_refused` with
 * what went wrong, `invalid_input`, `plan_gate`, `forbidden`, `not_found`.
 */
export function attachProject(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<ActionParts['provisioning']['attachProject']>[1],
): Promise<RegisteredProject> {
  return provisioning.attachProject(context, input);
}
