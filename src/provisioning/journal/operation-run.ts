// What a journaled operation works with: its steps, a session on the host, and the catalogue.

import type { Transaction } from 'kysely';
import { endOperation } from '../../catalogue/journal/end-operation.ts';
import type { OwnedOperation } from '../../catalogue/journal/operation-journal.ts';
import {
  addSteps,
  changeStep,
  listSteps,
  type NewStep,
  type OperationStep,
  requireOwned,
} from '../../catalogue/journal/operation-steps.ts';
import type { Operation } from '../../catalogue/projects/operations.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Schema } from '../../catalogue/store/schema.ts';
import type { HostServer } from '../hosts/host-server.ts';
import type { HostSession, NoteOid } from '../hosts/host-session.ts';

const WORKING_NAME = 'postern_op_';

export type OperationRun = ReturnType<typeof createRun>;

/** Runs the work with a session on the host that bears the operation's name. */
export function inRun<Result>(
  catalogue: Catalogue,
  { host, operation }: { readonly host: HostServer; readonly operation: OwnedOperation },
  work: (run: OperationRun) => Promise<Result>,
): Promise<Result> {
  // NOTE: a node that takes over first owns the operation, then ends the sessions of this name: an
  // older node’s session is either refused here or ended there.
  const options = { name: sessionName(operation), mayGoOn: () => requireOwned(catalogue, operation) };
  return host.withSession(options, (session) => work(createRun(catalogue, operation, session)));
}

/** Application names have 63 bytes at most. */
export function sessionName({ id }: Pick<OwnedOperation, 'id'>): string {
  return `postern operation ${id}`;
}

export function workingName({ id }: Pick<OwnedOperation, 'id'>): string {
  return `${WORKING_NAME}${id.replaceAll('-', '')}`;
}

/** True of databases that are no project's yet. */
export function isWorkingName(database: string): boolean {
  return new RegExp(`^${WORKING_NAME}[0-9a-f]{32}$`).test(database);
}

function createRun(catalogue: Catalogue, operation: OwnedOperation, host: HostSession) {
  let ended: Operation | null = null;
  return {
    operation,
    host,
    /** Writes the step, takes it, then writes that it is finished. Throws OperationTakenOver. */
    step: async <Result>(step: NewStep, work: (note: NoteOid) => Promise<Result>): Promise<Result> => {
      const [added] = await addSteps(catalogue, operation, [step]);
      const position = added?.position ?? 0;
      const result = await work((hostOid) => changeStep(catalogue, operation, { position, hostOid }));
      // Nothing to write where the step's own change of the catalogue ended the operation.
      if (ended === null) await changeStep(catalogue, operation, { position, status: 'finished' });
      return result;
    },
    plan: async (steps: readonly NewStep[]): Promise<void> => {
      await addSteps(
        catalogue,
        operation,
        steps.map((step) => ({ ...step, status: 'scheduling' })),
      );
    },
    steps: () => listSteps(catalogue, operation.id),
    change: (step: Pick<OperationStep, 'position' | 'status'>) => changeStep(catalogue, operation, step),
    /** The catalogue, whose next transaction also ends the operation. */
    finishing: (alsoWrite: (tx: Transaction<Schema>) => Promise<void> = async () => {}): Catalogue => ({
      ...catalogue,
      transaction: (work) =>
        catalogue.transaction(async (tx) => {
          const result = await work(tx);
          await alsoWrite(tx);
          ended = await endOperation(tx, { owned: operation, now: catalogue.clock.now(), error: null });
          return result;
        }),
    }),
    /** The operation as its end was written; null while it runs. */
    ended: (): Operation | null => ended,
  };
}
