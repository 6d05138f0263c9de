// Carries out a CancelRequest: never answers, and takes the same time for an unknown key.

import { setTimeout as pause } from 'node:timers/promises';
import { BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { Negotiated } from '../client/client.ts';
import { hangUp } from '../client/hang-up.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';

type CancelDoorParts = Pick<
  GatewayParts,
  'auditTrail' | 'cancelRoutes' | 'clock' | 'limits' | 'log' | 'metrics' | 'nodeId' | 'times'
>;
type CancelRequest = Extract<Negotiated, { kind: 'cancel' }>;

/** Resolves after the cancel, since a late one could hit the next statement, but within 2 s. */
export async function passCancelDoor(request: CancelRequest, parts: CancelDoorParts): Promise<void> {
  const { shortest, longest } = parts.times.cancelHoldMs;
  // NOTE: an unknown key is held as long as a known one, so that timing does not tell them apart.
  const carriedOut = Promise.all([carryOut(request, parts), pause(shortest)]);
  await Promise.race([carriedOut, pause(longest, undefined, { ref: false })]);
  await hangUp(request.socket, null);
}

async function carryOut({ key, peer }: CancelRequest, parts: CancelDoorParts): Promise<void> {
  const { limits, cancelRoutes, metrics, auditTrail, clock, nodeId, log } = parts;
  const outcome = await cancelRoutes.cancel(key);
  metrics.cancelRequests.inc({ outcome });
  // A flood of wrong keys must not fill the log and the trail; right ones are never limited.
  if (outcome === 'unknown' && !limits.failures.take(peer.address, 'cancel_unmatched')) return;
  log.info({ event: 'cancel.request', address: peer.address, outcome }, 'cancel request');
  if (outcome !== 'unknown') return;
  auditTrail.record({
    at: clock.now(),
    nodeId,
    event: 'cancel.unmatched',
    outcome: 'refused',
    ...BY_SYSTEM,
    terminalIp: peer.address,
    terminalPort: peer.port,
  });
}
