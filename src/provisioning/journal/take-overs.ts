// Ends operations whose node is gone, and failed ones that are due; one node takes each.

import { postponeOperation } from '../../catalogue/journal/end-operation.ts';
import {
  claimDueOperations,
  OperationTakenOver,
  type OwnedOperation,
  renewOperation,
} from '../../catalogue/journal/operation-journal.ts';

import { type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import { tendHosts } from '../hosts/tend-hosts.ts';

export type TakeOvers = ReturnType<typeof createTakeOvers>;

const INTERVAL_MS = 3_000;
const TEND_INTERVAL_MS = 60_000;
const AT_ONCE = 4;
/** Of a host that cannot be reached, or is configured on other nodes only. */
const RETRY_MS = 60_000;

export function createTakeOvers(parts: ProvisioningParts) {
  const { catalogue, log } = parts;
  let running: Promise<void> = Promise.resolve();
  const timers: NodeJS.Timeout[] = [];
  let tending: Promise<void> = Promise.resolve();
  const tend = () => {
    tending = tending.then(() => tendHosts(parts));
    return tending;
  };
  const runOnce = () => {
    running = running.then(async () => {
      const due = await claimDueOperations(catalogue, AT_ONCE);
      await Promise.all(due.map((operation) => takeOver(parts, operation)));
    });
    return running;
  };
  const round = () =>
    runOnce().catch((error: unknown) => {
      running = Promise.resolve();
      log.warn({ event: 'operation.sweep_failed', err: error }, 'unfinished operations could not be looked for');
    });
  return {
    start: (): void => {
      timers.push(setInterval(() => void round(), INTERVAL_MS).unref());
      timers.push(setInterval(() => void tend(), TEND_INTERVAL_MS).unref());
    },
    /** One round now; resolves when everything that it took over has ended or was postponed. */
    runOnce,
    /** Puts right on the hosts what could not be done when it was asked for. */
    tend,
    close: async (): Promise<void> => {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await Promise.all([running.catch(() => {}), tending]);
    },
  };
}

/** Never rejects: what keeps an operation from ending is logged and written into it. */
async function takeOver(parts: ProvisioningParts, operation: OwnedOperation): Promise<void> {
  const { catalogue, hosts, log } = parts;
  try {
    const host = await hosts.get(operation.hostId);
    await host.alone(projectOnHost(operation.projectId), async () => {
      // The node that was alone before this one may have ended it.
      if (await renewOperation(catalogue, operation)) await parts.recover(operation, host);
    });
  } catch (error) {
    if (error instanceof OperationTakenOver) return;
    const { id, purpose } = operation;
    log.warn(
      { event: 'operation.recovery_failed', err: error, operation_id: id, purpose },
      'an operation stays unfinished',
    );
    const why = { owned: operation, error: 'its host cannot be worked on now', delayMs: RETRY_MS };
    await postponeOperation(catalogue, why).catch(() => {});
  }
}
