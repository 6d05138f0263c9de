// Ends the connections of a node that stops, each at the moment where it loses least
// (docs/protocol.md, "Draining"). A connection that works is left alone until the limit.

import { setTimeout as pause } from 'node:timers/promises';
import { drainNotice } from './client/link-notices.ts';
import type { OpenConnections } from './open-connections.ts';
import type { GatewayParts } from './session/gateway-parts.ts';
import type { LiveSession } from './session/live-session.ts';

const CHECK_INTERVAL_MS = 100;

type DrainParts = Pick<GatewayParts, 'clock' | 'config'>;

/**
 * Those at rest end first, those that wait for a person may still be approved; the rest end after
 * the limit, or when everything must end.
 */
export async function drainConnections(open: OpenConnections, parts: DrainParts): Promise<void> {
  const { limitMs } = parts.config.drain;
  const deadline = performance.now() + limitMs;
  const admittedBefore = new WeakSet<LiveSession>();
  for (const session of open.sessions) {
    if (session.entry.record.phase === 'waiting') session.client.line.sendNotice(drainNotice(limitMs));
    else admittedBefore.add(session);
  }
  while (open.isOpen || open.sessions.size > 0) {
    const mustEnd = open.closing.aborted || performance.now() >= deadline;
    for (const session of open.sessions) {
      // A connection admitted during the drain may run one query before it is ended.
      const isUnused = !admittedBefore.has(session) && (session.relaying?.relay.bytesToUpstream ?? 0) === 0;
      if (mustEnd || (isAtRest(session, parts) && !isUnused)) session.ending.startFor({ kind: 'drain' });
    }
    await pause(CHECK_INTERVAL_MS);
  }
}

/** A program between two statements, such as pgbench, is not at rest. */
function isAtRest({ relaying }: LiveSession, { config, clock }: DrainParts): boolean {
  const { restMs } = config.drain;
  if (restMs === null || relaying === null) return false;
  const { relay, activity } = relaying;
  if (relay.transactionStatus !== 'I' || relay.isQueryRunning) return false;
  return activity.quietMs(clock.now().getTime()) >= restMs;
}
