// Computes of projects: the rows that say where a Postgres server is and how it is used. Creating
// them is in create-compute.ts; starting and suspending servers is up to provisioning.

import type { Transaction, Updateable } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { ComputeId, ProjectId } from '../../ids.ts';
import { findAccount } from '../accounts/accounts.ts';
import { type EndedAccess, recordEndedAccess } from '../endings/ended-access.ts';
import type { ActionOn } from '../rights/permissions.ts';
import type { PolicySettings } from '../rights/policy.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { ComputesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { reasonWithRename } from '../trail/renames.ts';
import { type ComputeChanges, changedColumns, endedByChanges } from './compute-changes.ts';
import { type Compute, computeFrom, findCompute, shownName } from './compute-rows.ts';
import { requireComputeSizes } from './compute-sizes.ts';
import { getProject, onProject, type Project, recordLostSecrets } from './projects.ts';
import { requirePolicyKept } from './starting-policy.ts';

/** In order of creation. The caller has checked that the project is visible. */
export async function listComputes(catalogue: Catalogue, projectId: ProjectId): Promise<Compute[]> {
  const rows = await catalogue.db
    .selectFrom('computes')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('ordinal')
    .execute();
  return rows.map(computeFrom);
}

/** The compute and its project if the actor may perform the action. */
export async function getCompute(
  catalogue: Catalogue,
  context: AuditContext,
  request: { readonly computeId: ComputeId; readonly projectId?: ProjectId; readonly action?: ActionOn<'project'> },
): Promise<{ readonly compute: Compute; readonly project: Project }> {
  const compute = await findCompute(catalogue.db, request.computeId);
  const isElsewhere = request.projectId !== undefined && compute?.projectId !== request.projectId;
  if (compute === null || isElsewhere) throw computeNotFound(request.computeId);
  const { projectId } = compute;
  const project = await getProject(catalogue, context, { projectId, action: request.action ?? 'project.read' }).catch(
    (error: unknown) => {
      throw error instanceof PosternError && error.code === 'not_found' ? computeNotFound(request.computeId) : error;
    },
  );
  return { compute, project };
}

/** Changes the given fields. Throws `plan_gate`. */
export async function changeCompute(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly computeId: ComputeId; readonly projectId?: ProjectId; readonly changes: ComputeChanges },
): Promise<Compute> {
  const { compute, project } = await getCompute(catalogue, context, { ...change, action: 'compute.change' });
  const account = await findAccount(catalogue.db, project.accountId);
  if (account === null) throw computeNotFound(compute.id);
  const { autoscalingMinCu, autoscalingMaxCu, suspendTimeoutSeconds } = change.changes;
  requireComputeSizes(account.plan, {
    autoscalingMinCu: autoscalingMinCu ?? compute.autoscalingMinCu,
    autoscalingMaxCu: autoscalingMaxCu ?? compute.autoscalingMaxCu,
    suspendTimeoutSeconds: suspendTimeoutSeconds ?? compute.suspendTimeoutSeconds,
  });
  const columns = changedColumns(catalogue, change.changes);
  const { name = compute.name } = columns;
  const names = { before: shownName(compute), after: shownName({ id: compute.id, name }) };
  const reason = reasonWithRename(names, JSON.stringify(change.changes));
  const ended = endedByChanges(change.changes);
  const write = { action: 'compute.change', project, computeId: compute.id, columns, reason, ended } as const;
  return writeCompute(catalogue, context, { ...write, event: 'compute.changed' });
}

/** Ends all grants, made under the old policy, and connections that the new one forbids. */
export async function changeComputePolicy(
  catalogue: Catalogue,
  context: AuditContext,
  change: {
    readonly computeId: ComputeId;
    readonly projectId?: ProjectId;
    readonly policy: PolicySettings;
    readonly passwordlessAccess?: boolean;
  },
): Promise<Compute> {
  const { computeId, policy, passwordlessAccess } = change;
  const { project } = await getCompute(catalogue, context, { ...change, action: 'compute.change_policy' });
  const columns = {
    policy: JSON.stringify(policy),
    passwordless_access: passwordlessAccess,
    updated_at: catalogue.clock.now(),
  };
  const reason = JSON.stringify({ ...policy, passwordlessAccess });
  const write = { action: 'compute.change_policy', project, computeId, columns, reason, ended: 'recheck' } as const;
  return writeCompute(catalogue, context, { ...write, event: 'policy.changed' });
}

/**
 * Deletes the row and its access tokens, and ends the access that depended on them. Throws
 * `forbidden` where only those who may change policies may delete it.
 */
export async function deleteCompute(
  catalogue: Catalogue,
  context: AuditContext,
  request: { readonly computeId: ComputeId; readonly projectId?: ProjectId },
): Promise<Compute> {
  const { compute, project } = await getCompute(catalogue, context, { ...request, action: 'compute.delete' });
  const { resource, action } = onProject(catalogue, project, 'compute.delete');
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action, resource });
    await requirePolicyKept(tx, { compute, actor: context.actor, resource });
    await recordLostSecrets(tx, { catalogue, context, project, computeId: compute.id });
    const { numDeletedRows } = await tx.deleteFrom('computes').where('id', '=', compute.id).executeTakeFirst();
    if (numDeletedRows === 0n) throw computeNotFound(compute.id);
    await recordEndedAccess(tx, { kind: 'end', owners: { computeId: compute.id } });
    const event = { event: 'compute.removed', ...auditedCompute(project, compute.id) } as const;
    await recordChange(tx, { catalogue, context }, event);
  });
  return compute;
}

export function auditedCompute(project: Project, computeId: ComputeId) {
  return { projectId: project.id, accountId: project.accountId, computeId };
}

export function computeNotFound(computeId: ComputeId): PosternError {
  return missing(`compute "${computeId}"`);
}

interface ComputeWrite {
  readonly action: ActionOn<'project'>;
  readonly project: Project;
  readonly computeId: ComputeId;
  readonly columns: Updateable<ComputesTable>;
  readonly event: 'compute.changed' | 'policy.changed';
  readonly reason?: string | null;
  /** What happens to grants and connections; null: nothing. */
  readonly ended: EndedAccess['kind'] | null;
}

async function writeCompute(catalogue: Catalogue, context: AuditContext, write: ComputeWrite): Promise<Compute> {
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, write.project, write.action));
    const compute = await updateCompute(tx, write.computeId, write.columns);
    const { event: code, reason, project, ended } = write;
    if (ended !== null) await recordEndedAccess(tx, { kind: ended, owners: { computeId: compute.id } });
    const event = { event: code, reason, ...auditedCompute(project, compute.id) };
    await recordChange(tx, { catalogue, context }, event);
    return compute;
  });
}

async function updateCompute(tx: Transaction<Schema>, computeId: ComputeId, columns: Updateable<ComputesTable>) {
  const row = await tx
    .updateTable('computes')
    .set(columns)
    .where('id', '=', computeId)
    .returningAll()
    .executeTakeFirstOrThrow(() => computeNotFound(computeId));
  return computeFrom(row);
}
