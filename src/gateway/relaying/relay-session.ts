// A live connection while its bytes are relayed: ended by either side, by its policy's limits in
// time, or from outside. Writes the last message where the client can take it.

import { assertNever } from '../../assert-never.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import type { RelayEnd } from '../../relay/relay.ts';
import { fatalResponse } from '../client/fatal-response.ts';
import type { Ending } from '../session/endings.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Relaying } from '../session/relaying.ts';
import { RelayWatch } from './relay-watch.ts';
import type { RelayingParts } from './relaying-parts.ts';

/** Resolves when the relay has finished and its last message was written; closes nothing. */
export async function relaySession(relaying: Relaying, session: LiveSession, parts: RelayingParts): Promise<Ending> {
  const { relay } = relaying;
  const watch = new RelayWatch(session, relaying, parts);
  const leaveSweep = parts.sweep.add(watch);
  const endRelay = (): void => {
    const finalMessage = fatalResponse(toPosternError(session.signal.reason), `live connection ${session.id}`);
    void relay.end(finalMessage, { graceMs: parts.boundaryMs });
  };
  session.signal.addEventListener('abort', endRelay, { once: true });
  try {
    const end = await relay.finished;
    if (wasClientSide(end) && relay.isQueryRunning) await cancelAbandonedQuery(relaying, session, parts);
    return endingOf(end, relaying, session);
  } finally {
    leaveSweep();
    watch.countBytes(parts.clock.now().getTime());
    session.signal.removeEventListener('abort', endRelay);
  }
}

function wasClientSide({ kind }: RelayEnd): boolean {
  return kind === 'ended' || kind === 'client_closed' || kind === 'client_failed';
}

// The upstream would not notice that its client has gone until it has a result to send.
async function cancelAbandonedQuery({ cancelQuery }: Relaying, { id }: LiveSession, { log }: RelayingParts) {
  try {
    await cancelQuery('hang_up');
  } catch (error) {
    log.warn(
      { event: 'relay.cancel_failed', err: error, connection_id: id },
      'could not cancel the query of a connection that has ended',
    );
  }
}

function endingOf(end: RelayEnd, { relay }: Relaying, { signal }: LiveSession): Ending {
  switch (end.kind) {
    case 'ended':
    case 'client_closed':
    case 'client_failed':
      return signal.aborted
        ? { kind: 'already_sent', error: toPosternError(signal.reason) }
        : { kind: 'silent', reason: 'client_closed' };
    case 'upstream_closed':
      // It sent its own last message, or was asked to close: nothing is added.
      return { kind: 'silent', reason: 'upstream_closed' };
    case 'upstream_failed': {
      const error = new PosternError('upstream_lost', { cause: end.cause });
      return relay.isAtBoundary ? { kind: 'refusal', error } : { kind: 'already_sent', error };
    }
    default:
      return assertNever(end);
  }
}
