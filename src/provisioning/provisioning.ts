// Making projects real, as the API, the pages, the command line and the gateway see it.

import type { AuditContext } from '../catalogue/audit-context.ts';
import type { Compute } from '../catalogue/compute-rows.ts';
import { deleteProject as deleteProjectRows, getProject, type Project } from '../catalogue/projects.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import { addHostedCompute } from './add-hosted-compute.ts';
import { addCompute, attachProject } from './attach-project.ts';
import { startCompute, suspendCompute, wakeCompute } from './compute-power.ts';
import { createHostedProject } from './create-hosted-project.ts';
import { changeHostedDatabase, createHostedDatabase, deleteHostedDatabase } from './hosted-databases.ts';
import { deleteHosted } from './hosted-project.ts';
import { createHostedRole, deleteHostedRole, resetHostedRolePassword } from './hosted-roles.ts';
import type { HostRegion } from './hosts.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';
import { removeCompute } from './remove-compute.ts';

export type Provisioning = ReturnType<typeof createProvisioning>;

/** Binds the steps to their parts; see each step for what it throws. */
export function createProvisioning(parts: ProvisioningParts) {
  return {
    attachProject: bind(parts, attachProject),
    addCompute: bind(parts, addCompute),
    createHostedProject: bind(parts, createHostedProject),
    deleteProject: bind(parts, deleteProject),
    addHostedCompute: bind(parts, addHostedCompute),
    removeCompute: bind(parts, removeCompute),
    startCompute: bind(parts, startCompute),
    suspendCompute: bind(parts, suspendCompute),
    createDatabase: bind(parts, createHostedDatabase),
    changeDatabase: bind(parts, changeHostedDatabase),
    deleteDatabase: bind(parts, deleteHostedDatabase),
    createRole: bind(parts, createHostedRole),
    deleteRole: bind(parts, deleteHostedRole),
    resetRolePassword: bind(parts, resetHostedRolePassword),
    wake: sharedWake(parts),
    listRegions: (): HostRegion[] => parts.hosts.listRegions(),
  };
}

/** Drops what is real on a host, then the rows. The caller ends grants and live connections. */
async function deleteProject(parts: ProvisioningParts, context: AuditContext, projectId: ProjectId): Promise<Project> {
  const check = () => getProject(parts.catalogue, context, { projectId, action: 'project.delete' });
  await check();
  const forget = () => deleteProjectRows(parts.catalogue, context, projectId);
  return await deleteHosted(parts, projectId, { check, forget });
}

/** For the gateway, which has authorised the connection itself: however many logins wait for a compute, it is woken once. */
function sharedWake(parts: ProvisioningParts): (computeId: ComputeId) => Promise<Compute> {
  const running = new Map<ComputeId, Promise<Compute>>();
  return (computeId) => {
    const waking = running.get(computeId) ?? wakeCompute(parts, computeId).finally(() => running.delete(computeId));
    running.set(computeId, waking);
    return waking;
  };
}

function bind<Input, Output>(
  parts: ProvisioningParts,
  step: (parts: ProvisioningParts, context: AuditContext, input: Input) => Promise<Output>,
): (context: AuditContext, input: Input) => Promise<Output> {
  return (context, input) => step(parts, context, input);
}
