// Deletes a hosted project and its rows; once begun, some node goes on until it is done.

import { getDefaultBranch, requireUnprotected } from '../../catalogue/projects/branches.ts';
import { listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import {
  deleteProject as deleteProjectRows,
  findProject,
  getProject,
  type Project,
} from '../../catalogue/projects/projects.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ProjectId } from '../../ids.ts';
import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import { type Recovery, runOperation } from '../journal/run-operation.ts';
import { dropPlanned, planDrops } from './drop-planned.ts';
import { findHostedCompute, orderOf, settleUnfinished } from './hosted-project.ts';
import { ownDatabases } from './own-databases.ts';

export const PROJECT_DELETION: Recovery = { kind: 'go_on', work: dropEverything };

/**
 * Throws `conflict` for a project with a protected branch, and while something on the host cannot
 * be dropped, which is tried again later.
 */
export async function deleteProject(parts: ProvisioningParts, context: AuditContext, projectId: ProjectId) {
  const { catalogue } = parts;
  const check = async () => {
    const project = await getProject(catalogue, context, { projectId, action: 'project.delete' });
    await requireUnprotected(catalogue.db, projectId);
    return project;
  };
  const { accountId } = await check();
  const hosted = await findHostedCompute(parts, projectId);
  if (hosted === null) return await deleteProjectRows(catalogue, context, projectId);
  const host = await parts.hosts.get(hosted.hostId);
  const alone = async () => {
    const project = await check();
    await settleUnfinished(parts, host, projectId);
    // What was settled may have been a deletion that had stopped half-way.
    if ((await findProject(catalogue.db, projectId)) === null) return project;
    const branch = await getDefaultBranch(catalogue.db, projectId);
    const order = orderOf({ host, project, branch }, 'delete_project', {});
    await runOperation(parts, context, {
      host,
      order: { ...order, action: 'delete_timeline' },
      recovery: PROJECT_DELETION,
      work: (run) => dropEverything(parts, run),
    });
    return project;
  };
  return await parts.inTurn(accountId, () => host.alone(projectOnHost(projectId), alone));
}

async function dropEverything(parts: ProvisioningParts, run: OperationRun): Promise<Project> {
  const { db } = parts.catalogue;
  const { projectId, context } = run.operation;
  const { id: branchId } = await getDefaultBranch(db, projectId);
  await planDrops(run, {
    databases: await ownDatabases(parts, run.host, branchId),
    roles: (await listDatabaseRoles(db, branchId)).map(({ name }) => name),
  });
  await dropPlanned(parts, run, null);
  return await deleteProjectRows(run.finishing(), context, projectId);
}
