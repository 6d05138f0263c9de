// Lets the connections of a node that stops come to their end: each at the moment where it hurts
// least (docs/protocol.md, "Draining"). Who is working is left alone until the limit.

import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { drainNotice } from './client/link-notices.ts';
import type { OpenConnections } from './open-connections.ts';
import type { LiveSession } from './session/live-session.ts';

/** How often it is looked for connections that rest. */
const LOOK_INTERVAL_MS = 100;

export interface DrainLimits {
  /** When the last connection ends. */
  readonly limitMs: number;
  /** Silence between two transactions after which a connection is at rest; null: none ends before the limit. */
  readonly restMs: number | null;
  readonly clock: Clock;
}

/**
 * Resolves when no session is left and none may come. Those at rest end first, those that wait for a person may still be
 * approved; whatever is left after the limit, or when everything must end, ends then.
 */
export async function drainConnections(open: OpenConnections, limits: DrainLimits): Promise<void> {
  const deadline = performance.now() + limits.limitMs;
  const alreadyIn = new WeakSet<LiveSession>();
  for (const session of open.sessions) {
    if (session.record.phase === 'waiting') session.client.line.tell(drainNotice(limits.limitMs));
    else alreadyIn.add(session);
  }
  while (open.isOpen || open.sessions.size > 0) {
    const mustEnd = open.closing.aborted || performance.now() >= deadline;
    for (const session of open.sessions) {
      // Who was let in only now gets to work once.
      const isFresh = !alreadyIn.has(session) && session.snapshot().bytesToUpstream === 0;
      if (mustEnd || (isAtRest(session, limits) && !isFresh)) session.end({ kind: 'drain' });
    }
    await pause(LOOK_INTERVAL_MS);
  }
}

/** A program between two statements, such as pgbench, is not: its last byte was a moment ago. */
function isAtRest(session: LiveSession, { restMs, clock }: DrainLimits): boolean {
  const { relay } = session;
  if (restMs === null || relay === null) return false;
  if (relay.transactionStatus !== 'I' || relay.isQueryRunning) return false;
  return session.quietMs(clock.now().getTime()) >= restMs;
}
