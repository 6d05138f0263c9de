// A live connection while its bytes are relayed, until a side, a limit or somebody ends it.

import { assertNever } from '../assert-never.ts';
import { PosternError, toPosternError } from '../errors.ts';
import type { RelayEnd } from '../relay/relay.ts';
import { EmptyRecords } from '../wire/empty-records.ts';
import { fatalResponse } from './client/client-line.ts';
import type { Ending } from './session/endings.ts';
import type { GatewayParts } from './session/gateway-parts.ts';
import type { LiveSession, Relaying } from './session/live-session.ts';

type RelayingParts = Pick<GatewayParts, 'clock' | 'consumption' | 'log' | 'metrics' | 'sweep' | 'times'>;

interface Watched {
  readonly relaying: Relaying;
  readonly session: LiveSession;
  readonly parts: RelayingParts;
  readonly startedAtMs: number;
  readonly emptyRecords: EmptyRecords;
}

/** Resolves when the relay has finished and its last message was written; closes nothing. */
export async function relaySession(relaying: Relaying, session: LiveSession, parts: RelayingParts): Promise<Ending> {
  const { relay } = relaying;
  const startedAtMs = parts.clock.now().getTime();
  const emptyRecords = new EmptyRecords(bytesOf(relaying, session), startedAtMs);
  const watched = { relaying, session, parts, startedAtMs, emptyRecords };
  const leaveSweep = parts.sweep.add({ sweep: (nowMs) => sweepOnce(watched, nowMs) });
  const endRelay = (): void => {
    const finalMessage = fatalResponse(toPosternError(session.signal.reason), `live connection ${session.id}`, 'other');
    void relay.end(finalMessage, { graceMs: parts.times.boundaryMs });
  };
  if (session.signal.aborted) endRelay();
  else session.signal.addEventListener('abort', endRelay, { once: true });
  try {
    const end = await relay.finished;
    if (wasClientSide(end) && relay.isQueryRunning) await cancelAbandonedQuery(relaying, session, parts);
    return endingOf(end, relaying, session);
  } finally {
    leaveSweep();
    countBytes(watched, parts.clock.now().getTime());
    session.signal.removeEventListener('abort', endRelay);
  }
}

function sweepOnce(watched: Watched, nowMs: number): void {
  countBytes(watched, nowMs);
  endFlood(watched, nowMs);
  const { rules } = watched.session;
  const until = rules.policy?.until?.getTime() ?? Number.POSITIVE_INFINITY;
  if (nowMs >= until) rules.expire();
  const limit = findExceededLimit(watched, nowMs);
  if (limit !== null) watched.session.ending.start(new PosternError(limit));
}

function bytesOf({ relay }: Relaying, { plain }: LiveSession) {
  return { encrypted: plain.bytesRead, data: relay.bytesToUpstream };
}

/** Without a last message: it would come behind what the client does not stop sending. */
function endFlood({ relaying, session, parts, emptyRecords }: Watched, nowMs: number): void {
  // What comes once it is ending is dropped, and was not counted as data.
  if (session.client.tls === null || session.signal.aborted) return;
  if (!emptyRecords.areTooMany(bytesOf(relaying, session), nowMs)) return;
  parts.metrics.limitHits.inc({ limit: 'empty_records' });
  parts.log.warn(
    { event: 'relay.empty_records', connection_id: session.id, address: session.client.peer.address },
    'a client sent TLS records without data and was ended',
  );
  session.client.line.socket.destroy();
}

function countBytes({ relaying, session, parts }: Watched, nowMs: number): void {
  const moved = relaying.activity.take(nowMs);
  if (moved === null) return;
  parts.metrics.relayedBytes.inc({ direction: 'to_upstream' }, moved.toUpstream);
  parts.metrics.relayedBytes.inc({ direction: 'to_client' }, moved.toClient);
  const { computeId } = session.entry.record;
  if (computeId !== null) parts.consumption.recordTransfer(computeId, moved.toClient);
}

/** A limit in time of the connection's policy. A running query is never idle. */
function findExceededLimit({ relaying, session, startedAtMs }: Watched, nowMs: number): 'max_duration' | 'idle' | null {
  const { policy } = session.rules;
  if (policy === null) return null;
  if (nowMs - startedAtMs >= policy.longestConnectionMs || nowMs >= session.rules.endsAtMs) return 'max_duration';
  if (policy.idleTimeoutMs === null || relaying.relay.isQueryRunning) return null;
  return relaying.activity.quietMs(nowMs) >= policy.idleTimeoutMs ? 'idle' : null;
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
