// Carries out a CancelRequest: never answers, and takes the same time whether the key is known or
// not.

import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { CancelRoutes } from '../../fleet/cancel-routes.ts';
import type { NodeId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { RecordsAudit } from '../../login/request/login-audit-event.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Negotiated } from '../client/client.ts';
import { hangUp } from '../client/hang-up.ts';

export interface CancelDoorParts {
  readonly limits: Pick<Limits, 'cancelRequest'>;
  readonly cancelRoutes: CancelRoutes;
  readonly metrics: Pick<Metrics, 'cancelRequests'>;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
  readonly log: Log;
  /** How long a canceller's socket is held, whatever became of its key; at least, and at most. */
  readonly holdMs: { readonly shortest: number; readonly longest: number };
}

type CancelRequest = Extract<Negotiated, { kind: 'cancel' }>;

/**
 * Resolves when the canceller's socket is closed: after the cancel was carried out, since a late
 * one could hit the next statement, but within 2 s, since some clients wait for the close.
 */
export async function passCancelDoor(request: CancelRequest, parts: CancelDoorParts): Promise<void> {
  const { shortest, longest } = parts.holdMs;
  // NOTE: an unknown key is held as long as a known one, so that timing does not tell them apart.
  const carriedOut = Promise.all([carryOut(request, parts), pause(shortest)]);
  await Promise.race([carriedOut, pause(longest, undefined, { ref: false })]);
  await hangUp(request.socket, null);
}

async function carryOut({ key, peer }: CancelRequest, parts: CancelDoorParts): Promise<void> {
  const { limits, cancelRoutes, metrics, auditTrail, clock, nodeId, log } = parts;
  if ((await limits.cancelRequest(peer.address)) === 'limited')
    return metrics.cancelRequests.inc({ outcome: 'limited' });
  const outcome = await cancelRoutes.cancel(key);
  metrics.cancelRequests.inc({ outcome });
  log.info({ event: 'cancel.request', address: peer.address, outcome }, 'cancel request');
  if (outcome !== 'unknown') return;
  auditTrail.record({
    at: clock.now(),
    nodeId,
    event: 'cancel.unmatched',
    outcome: 'refused',
    actorType: 'system',
    actorId: null,
    actorEmail: null,
    terminalIp: peer.address,
    terminalPort: peer.port,
  });
}
