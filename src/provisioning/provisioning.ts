// Making projects real, as the API, the pages, the command line and the gateway see it.

import type { Compute } from '../catalogue/projects/compute-rows.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { ComputeId, ProjectId } from '../ids.ts';
import { addCompute, attachProject, renewRolePassword } from './attached/attach-project.ts';
import { addHostedCompute, removeCompute } from './hosted/add-hosted-compute.ts';
import { startCompute, suspendCompute, wakeCompute } from './hosted/compute-power.ts';
import { createHostedProject } from './hosted/create-hosted-project.ts';
import { deleteProject } from './hosted/delete-hosted-project.ts';
import { changeHostedDatabase, createHostedDatabase, deleteHostedDatabase } from './hosted/hosted-databases.ts';
import {
  createHostedRole,
  deleteHostedRole,
  type RestoredOfRole,
  type RolePlace,
  resetHostedRolePassword,
  restoreRole,
} from './hosted/hosted-roles.ts';
import { readStatement } from './hosted/read-statement.ts';
import type { SharesOnHost } from './hosts/connection-share.ts';
import type { HostRegion } from './hosts/hosts.ts';
import type { ProvisioningParts } from './hosts/provisioning-parts.ts';
import type { KnownDatabases } from './known-databases.ts';
import type { RefusedProjects } from './lock-table/refused-projects.ts';
import { requireWebAddress } from './tenant-web.ts';

export type Provisioning = ReturnType<typeof createProvisioning>;

/** Binds the steps to their parts; see each step for what it throws. */
export function createProvisioning(parts: ProvisioningParts, databases: KnownDatabases, refused: RefusedProjects) {
  return {
    databases,
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
    renewRolePassword: bind(parts, renewRolePassword),
    wake: sharedWake(parts),
    restoreRole: sharedRestore(parts),
    readStatement: (place: Parameters<typeof readStatement>[1]) => readStatement(parts, place),
    requireWebAddress: (url: URL): Promise<void> => requireWebAddress(parts, url),
    listRegions: (): HostRegion[] => parts.hosts.listRegions(),
    /** Throws `lock_table_filled`. */
    sharesOnHost: async (hostId: string, projectId: ProjectId): Promise<SharesOnHost> => {
      refused.requireAdmitted(projectId);
      return await parts.hosts.get(hostId).then(
        (host) => host.share.onHost(),
        () => ({}),
      );
    },
  };
}

/** The gateway has authorised the connection. A compute is woken once for all waiting logins. */
function sharedWake(parts: ProvisioningParts): (computeId: ComputeId) => Promise<Compute> {
  const shared = sharedWork<Compute>();
  return (computeId) => shared(computeId, () => wakeCompute(parts, computeId));
}

/** Likewise for the connections of a pool that find their role's password or settings changed. */
function sharedRestore(parts: ProvisioningParts) {
  const shared = sharedWork<boolean>();
  return (place: RolePlace, what: RestoredOfRole): Promise<boolean> =>
    shared(`${what} ${place.computeId} ${place.databaseRole}`, () => restoreRole(parts, place, what));
}

/** Runs work of one name once at a time; later callers get the same outcome. */
function sharedWork<Result>(): (name: string, work: () => Promise<Result>) => Promise<Result> {
  const running = new Map<string, Promise<Result>>();
  return (name, work) => {
    const outcome = running.get(name) ?? work().finally(() => running.delete(name));
    running.set(name, outcome);
    return outcome;
  };
}

function bind<Input, Output>(
  parts: ProvisioningParts,
  step: (parts: ProvisioningParts, context: AuditContext, input: Input) => Promise<Output>,
): (context: AuditContext, input: Input) => Promise<Output> {
  return (context, input) => step(parts, context, input);
}
