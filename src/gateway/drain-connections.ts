// Lets the connections of a node that stops come to their end: each at the moment where it hurts least (protocol.md,
// section 13).

import { setTimeout as pause } from 'node:timers/promises';
import { drainNotice } from './link-notices.ts';
import type { LiveSession } from './live-session.ts';
import type { OpenConnections } from './open-connections.ts';

/** How often it is looked for connections that are between two transactions. */
const LOOK_INTERVAL_MS = 100;

/**
 * Resolves when no session is left. Idle ones end at once, those in a transaction after it, those that wait for a person
 * may still be approved; whatever is left after `limitMs`, or when everything must end, ends then.
 */
export async function drainConnections(open: OpenConnections, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  const stillWaiting = [...open.sessions].filter((session) => session.record.phase === 'waiting');
  for (const session of stillWaiting) session.client.line.tell(drainNotice(limitMs));
  while (open.sessions.size > 0) {
    const mustEnd = open.closing.aborted || performance.now() >= deadline;
    for (const session of open.sessions) {
      // Who was let in only now gets to work once.
      const isFresh = stillWaiting.includes(session) && session.snapshot().bytesToUpstream === 0;
      if (mustEnd || (isBetweenTransactions(session) && !isFresh)) session.end({ kind: 'drain' });
    }
    await pause(LOOK_INTERVAL_MS);
  }
}

function isBetweenTransactions({ relay }: LiveSession): boolean {
  return relay !== null && relay.transactionStatus === 'I' && !relay.isQueryRunning;
}
