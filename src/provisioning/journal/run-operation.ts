// Runs an operation until it is finished, undone or postponed, also one that a dead node began.

import { endOperation, forgetOperation, postponeOperation, takenOver } from '../../catalogue/journal/end-operation.ts';
import {
  beginOperation,
  LEASE_MS,
  type NewJournaledOperation,
  OperationTakenOver,
  type OwnedOperation,
  renewOperation,
} from '../../catalogue/journal/operation-journal.ts';
import { listSteps } from '../../catalogue/journal/operation-steps.ts';
import type { Operation } from '../../catalogue/projects/operations.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { HostServer } from '../hosts/host-server.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { inRun, type OperationRun, sessionName } from './operation-run.ts';

export type Recovery =
  /** Takes back what its steps did, as far as they came; may be repeated. */
  | { readonly kind: 'undo'; readonly undo: (parts: ProvisioningParts, run: OperationRun) => Promise<void> }
  /** Goes on with it and ends it by `run.finishing`; may be repeated. */
  | { readonly kind: 'go_on'; readonly work: (parts: ProvisioningParts, run: OperationRun) => Promise<unknown> };

export type WithOperation<Result> = Result & { readonly operation: Operation };

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

export interface HostedOperation<Result> {
  readonly host: HostServer;
  readonly order: NewJournaledOperation;
  readonly recovery: Recovery;
  /** Ends the operation by `run.finishing`. */
  readonly work: (run: OperationRun) => Promise<Result>;
}

/** Throws as the work, or `busy` when taken over. An undone refusal leaves no operation behind. */
export async function runOperation<Result extends object>(
  parts: ProvisioningParts,
  context: AuditContext,
  { host, order, recovery, work }: HostedOperation<Result>,
): Promise<WithOperation<Result>> {
  const operation = await beginOperation(parts.catalogue, context, order);
  return await keepingLease(parts, operation, async () => {
    try {
      return await inRun(parts.catalogue, { host, operation }, async (run) => {
        const result = await work(run);
        const ended = run.ended();
        if (ended === null) throw new Error(`${order.purpose} did not end its operation`);
        return { ...result, operation: ended };
      });
    } catch (error) {
      await settle(parts, { host, operation, recovery, error });
      throw error instanceof OperationTakenOver ? takenOver(order.projectId, error) : error;
    }
  });
}

/** Ends an operation that was taken over. Throws what keeps it from ending; it is tried again. */
export async function recoverOperation(
  parts: ProvisioningParts,
  { host, operation, recovery }: { host: HostServer; operation: OwnedOperation; recovery: Recovery },
): Promise<void> {
  const { log } = parts;
  const about = { operation_id: operation.id, project_id: operation.projectId, purpose: operation.purpose };
  log.warn({ event: 'operation.taken_over', ...about }, 'an unfinished operation was taken over');
  await keepingLease(parts, operation, async () => {
    try {
      if (recovery.kind === 'undo') return await undo(parts, { host, operation, recovery, error: LOST });
      await host.endSessions(sessionName(operation));
      await inRun(parts.catalogue, { host, operation }, (run) => recovery.work(parts, run));
    } catch (error) {
      if (!(error instanceof OperationTakenOver)) await postpone(parts, operation, error);
      throw error;
    }
  });
}

const LOST = new Error('the node that ran it ended, and what it had made was removed');

interface Unsettled {
  readonly host: HostServer;
  readonly operation: OwnedOperation;
  readonly recovery: Recovery;
  readonly error: unknown;
}

async function settle(parts: ProvisioningParts, unsettled: Unsettled): Promise<void> {
  const { operation, recovery, error } = unsettled;
  if (error instanceof OperationTakenOver) return;
  try {
    // Nothing was done on the host.
    if ((await listSteps(parts.catalogue, operation.id)).every(({ status }) => status === 'scheduling'))
      return await forgetOperation(parts.catalogue, operation);
    if (recovery.kind === 'go_on') return await postpone(parts, operation, error);
    await undo(parts, { ...unsettled, recovery });
  } catch (cause) {
    parts.log.error(
      { event: 'operation.not_undone', err: cause, operation_id: operation.id, project_id: operation.projectId },
      'an operation that failed could not be undone and is tried again',
    );
    // Where the catalogue is away, the operation is taken over when its lease has ended.
    if (!(cause instanceof OperationTakenOver)) await postpone(parts, operation, error).catch(() => {});
  }
}

async function undo(
  parts: ProvisioningParts,
  { host, operation, recovery, error }: Unsettled & { readonly recovery: Recovery & { readonly kind: 'undo' } },
): Promise<void> {
  const { catalogue } = parts;
  // What the connection that failed had sent may still be running.
  await host.endSessions(sessionName(operation));
  await inRun(catalogue, { host, operation }, (run) => recovery.undo(parts, run));
  if (error instanceof PosternError && error.httpStatus < 500) return await forgetOperation(catalogue, operation);
  const end = { owned: operation, now: catalogue.clock.now(), error: error === LOST ? LOST.message : inWords(error) };
  await catalogue.transaction((tx) => endOperation(tx, end));
}

async function postpone(parts: ProvisioningParts, operation: OwnedOperation, error: unknown): Promise<void> {
  const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** operation.failuresCount);
  await postponeOperation(parts.catalogue, { owned: operation, error: inWords(error), delayMs });
  parts.log.warn(
    {
      event: 'operation.postponed',
      err: error,
      operation_id: operation.id,
      purpose: operation.purpose,
      delay_ms: delayMs,
    },
    'an operation could not be finished and is tried again',
  );
}

/** Clients see the texts of Postern's own errors only. */
function inWords(error: unknown): string {
  return error instanceof PosternError ? error.message : 'internal error';
}

async function keepingLease<Result>(
  { catalogue, log }: ProvisioningParts,
  operation: OwnedOperation,
  work: () => Promise<Result>,
): Promise<Result> {
  const renew = () =>
    renewOperation(catalogue, operation).catch((error: unknown) =>
      log.warn(
        { event: 'operation.lease_not_renewed', err: error, operation_id: operation.id },
        'a lease was not renewed',
      ),
    );
  const timer = setInterval(() => void renew(), LEASE_MS / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
