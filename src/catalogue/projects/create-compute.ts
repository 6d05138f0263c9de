// Writes new computes. The caller has checked that the address answers and may be dialled.

import type { Transaction } from 'kysely';
import { type BranchId, type ComputeId, newComputeId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { findAccount } from '../accounts/accounts.ts';
import { notFound } from '../rights/permissions.ts';
import { requireRoomFor } from '../rights/plans.ts';
import type { PolicySettings } from '../rights/policy.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type Compute, type ComputeRow, computeFrom, tlsColumns } from './compute-rows.ts';
import { defaultSizesSchema, requireComputeSizes, SMALLEST_CU } from './compute-sizes.ts';
import { createOperation } from './operations.ts';
import { onProject, type Project } from './projects.ts';
import { startingPolicy } from './starting-policy.ts';

export interface NewCompute {
  readonly project: Project;
  readonly branchId: BranchId;
  /** Generated in advance where other names derive from it. */
  readonly id?: ComputeId;
  readonly name?: string | null;
  readonly type: 'read_write' | 'read_only';
  /** `idle` for a compute that must be woken first. */
  readonly state: 'active' | 'idle';
  readonly hostId: string | null;
  readonly host: string;
  readonly port: number;
  /** See `Compute`. */
  readonly isListed?: boolean;
  readonly tls: UpstreamTls;
  readonly allowMd5?: boolean;
  readonly allowCleartext?: boolean;
  /** True and absent are the project's: see `startingPolicy`. */
  readonly passwordlessAccess?: boolean;
  readonly isDisabled?: boolean;
  readonly autoscalingMinCu?: number;
  readonly autoscalingMaxCu?: number;
  readonly suspendTimeoutSeconds?: number;
  readonly policy?: PolicySettings;
}

/** Writes a compute and its operation. Throws `plan_gate` beyond the plan's limit. */
export async function createCompute(catalogue: Catalogue, context: AuditContext, input: NewCompute) {
  return catalogue.transaction((tx) => createComputeWithin(tx, { catalogue, context, input }));
}

/** `createCompute` within a transaction of the caller. */
export async function createComputeWithin(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; input: NewCompute },
) {
  const { catalogue, input } = how;
  const compute = await insertCompute(tx, how);
  const operation = await createOperation(
    { db: tx, clock: catalogue.clock },
    {
      accountId: input.project.accountId,
      projectId: input.project.id,
      branchId: input.branchId,
      computeId: compute.id,
      action: 'create_compute',
      status: 'finished',
    },
  );
  return { ...compute, operation };
}

/** `createCompute` within a transaction of the caller. */
export async function insertCompute(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; input: NewCompute },
): Promise<Compute> {
  const { catalogue, context, input } = how;
  const { project } = input;
  await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'compute.create'));
  const row = computeRow(catalogue, { ...input, ...(await startingPolicy(tx, project.id, input)) });
  await requireWithinPlan(tx, { project, row });
  await tx
    .insertInto('computes')
    .values({ ...row, policy: JSON.stringify(row.policy) })
    .execute();
  const { id: computeId } = row;
  const event = { event: 'compute.created', projectId: project.id, accountId: project.accountId, computeId } as const;
  await recordChange(tx, { catalogue, context }, event);
  return computeFrom(row);
}

async function requireWithinPlan(tx: Transaction<Schema>, { project, row }: { project: Project; row: ComputeRow }) {
  const account = await findAccount(tx, project.accountId);
  if (account === null) throw notFound({ kind: 'project', projectId: project.id });
  const { count } = await tx
    .selectFrom('computes')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('project_id', '=', project.id)
    .executeTakeFirstOrThrow();
  requireRoomFor('computes', account.plan, count + 1);
  requireComputeSizes(account.plan, computeFrom(row));
}

function computeRow(catalogue: Catalogue, input: NewCompute): ComputeRow {
  const now = catalogue.clock.now();
  const id = input.id ?? newComputeId();
  const isActive = input.state === 'active';
  return {
    id,
    project_id: input.project.id,
    branch_id: input.branchId,
    name: input.name === undefined || input.name === null ? null : requireName(input.name, 'compute name'),
    type: input.type,
    state: input.state,
    region_id: input.project.regionId,
    host_id: input.hostId,
    host: input.host,
    port: input.port,
    is_listed: input.isListed ?? false,
    ...tlsColumns(input.tls, { sealer: catalogue.sealer, computeId: id }),
    allow_md5: input.allowMd5 ?? false,
    allow_cleartext: input.allowCleartext ?? false,
    passwordless_access: input.passwordlessAccess ?? true,
    is_disabled: input.isDisabled ?? false,
    policy: input.policy ?? {},
    ...sizesOf(input),
    last_active_at: null,
    started_at: isActive ? now : null,
    suspended_at: isActive ? null : now,
    created_at: now,
    updated_at: now,
  };
}

/** What the caller leaves out is what the project says for new computes. */
function sizesOf({ project, autoscalingMinCu, autoscalingMaxCu, suspendTimeoutSeconds }: NewCompute) {
  const byDefault = defaultSizesSchema.parse(project.defaultEndpointSettings);
  const min = autoscalingMinCu ?? byDefault.autoscaling_limit_min_cu;
  return {
    autoscaling_limit_min_cu: min,
    autoscaling_limit_max_cu: autoscalingMaxCu ?? Math.max(min, byDefault.autoscaling_limit_max_cu ?? SMALLEST_CU),
    suspend_timeout_seconds: suspendTimeoutSeconds ?? byDefault.suspend_timeout_seconds,
  };
}
