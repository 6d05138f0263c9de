// The steps of a journaled operation: each is recorded before it is taken on the host.

import type { Transaction } from 'kysely';
import type { OperationId } from '../../ids.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { OperationStepsTable } from '../tables/projects-and-computes.ts';
import { lockOwnedOperation, type OwnedOperation } from './operation-journal.ts';

export type StepStatus = OperationStepsTable['status'];

const STEP_ACTIONS = [
  'create_role',
  'create_database',
  'drop_database',
  'drop_role',
  'change_database',
  'set_password',
  'open_databases',
  'close_databases',
] as const;
export type StepAction = (typeof STEP_ACTIONS)[number];

export interface OperationStep {
  readonly position: number;
  readonly action: StepAction;
  /** Of the role, the database or the compute. */
  readonly name: string;
  /** Null until it is known. */
  readonly hostOid: number | null;
  readonly status: StepStatus;
}

export type NewStep = Pick<OperationStep, 'action' | 'name'> & Partial<Pick<OperationStep, 'hostOid' | 'status'>>;

/** In the order in which they were recorded. */
export async function listSteps({ db }: Pick<Catalogue, 'db'>, operationId: OperationId): Promise<OperationStep[]> {
  const rows = await db
    .selectFrom('operation_steps')
    .selectAll()
    .where('operation_id', '=', operationId)
    .orderBy('position')
    .execute();
  return rows.map(({ operation_id, updated_at, ...row }) => ({ ...camelRow(row), action: requireAction(row.action) }));
}

/** Appends steps. Throws OperationTakenOver. */
export async function addSteps(catalogue: Catalogue, owned: OwnedOperation, steps: readonly NewStep[]) {
  return asOwner(catalogue, owned, async (tx) => {
    const { count } = await tx
      .selectFrom('operation_steps')
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .where('operation_id', '=', owned.id)
      .executeTakeFirstOrThrow();
    const added = steps.map((step, index) => ({
      hostOid: null,
      status: 'running' as const,
      ...step,
      position: count + index,
    }));
    if (added.length === 0) return [];
    await tx
      .insertInto('operation_steps')
      .values(
        added.map(({ hostOid, ...step }) => ({
          ...step,
          host_oid: hostOid,
          operation_id: owned.id,
          updated_at: catalogue.clock.now(),
        })),
      )
      .execute();
    return added;
  });
}

/** Records the progress of a step. Throws OperationTakenOver. */
export async function changeStep(
  catalogue: Catalogue,
  owned: OwnedOperation,
  change: Pick<OperationStep, 'position'> & Partial<Pick<OperationStep, 'hostOid' | 'status'>>,
): Promise<void> {
  const { position, hostOid, status } = change;
  await asOwner(catalogue, owned, (tx) =>
    tx
      .updateTable('operation_steps')
      .set({ host_oid: hostOid, status, updated_at: catalogue.clock.now() })
      .where('operation_id', '=', owned.id)
      .where('position', '=', position)
      .execute(),
  );
}

/** Throws OperationTakenOver unless the operation is still this node's. */
export async function requireOwned(catalogue: Catalogue, owned: OwnedOperation): Promise<void> {
  await asOwner(catalogue, owned, async () => {});
}

function asOwner<Result>(
  catalogue: Catalogue,
  owned: OwnedOperation,
  work: (tx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  return catalogue.transaction(async (tx) => {
    await lockOwnedOperation(tx, owned);
    return await work(tx);
  });
}

function requireAction(text: string): StepAction {
  const action = STEP_ACTIONS.find((one) => one === text);
  if (action === undefined) throw new Error(`no step is called ${text}`);
  return action;
}
