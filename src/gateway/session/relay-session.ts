// A live connection while its bytes are relayed: ended by either side, by its own limits in time, or from outside. Says
// the last word where the client can take it.

import { assertNever } from '../../assert-never.ts';
import type { Policy } from '../../catalogue/rights/policy.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Relay, RelayEnd } from '../../relay/relay.ts';
import { fatalResponse } from '../client/fatal-response.ts';
import type { Ending } from './endings.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { CancelQuery, LiveSession } from './live-session.ts';

export interface Relaying {
  readonly relay: Relay;
  readonly cancelQuery: CancelQuery;
}

/** How often the limits in time are looked at and the bytes counted. */
const TICK_MS = 1_000;

/** Resolves when the relay has finished and its last word was said; both sockets are still open. */
export async function relaySession(relaying: Relaying, session: LiveSession, parts: GatewayParts): Promise<Ending> {
  const { relay } = relaying;
  const bytes = new RelayedBytes(relay, { metrics: parts.metrics, transferred: transferRecorder(session, parts) });
  const startedAtMs = parts.clock.now().getTime();
  const tick = setInterval(() => {
    bytes.count();
    const since = { startedAtMs, nowMs: parts.clock.now().getTime() };
    const { policy } = session.rules;
    const overdue = policy === null ? null : overdueError(relay, policy, since);
    if (overdue !== null) session.endWith(overdue);
  }, TICK_MS);
  const endRelay = (): void => {
    const finalMessage = fatalResponse(toPosternError(session.signal.reason), `live connection ${session.id}`);
    void relay.end(finalMessage, { graceMs: parts.times.boundaryMs });
  };
  session.signal.addEventListener('abort', endRelay, { once: true });
  try {
    return await endingOfRelay(await relay.finished, relaying, { session, parts });
  } finally {
    clearInterval(tick);
    bytes.count();
    session.signal.removeEventListener('abort', endRelay);
  }
}

function transferRecorder({ record: { computeId } }: LiveSession, { consumption }: GatewayParts) {
  return (bytes: number): void => {
    if (computeId !== null) consumption.recordTransfer(computeId, bytes);
  };
}

/** The limit that the connection is over, or null; a running query is never idle. */
function overdueError(
  relay: Relay,
  policy: Policy,
  { startedAtMs, nowMs }: { readonly startedAtMs: number; readonly nowMs: number },
): PosternError | null {
  if (nowMs - startedAtMs >= policy.longestConnectionMs) return new PosternError('max_duration');
  if (policy.idleTimeoutMs === null || relay.isQueryRunning) return null;
  return nowMs - relay.lastActivityAt >= policy.idleTimeoutMs ? new PosternError('idle') : null;
}

async function endingOfRelay(
  end: RelayEnd,
  { relay, cancelQuery }: Relaying,
  { session, parts }: { readonly session: LiveSession; readonly parts: GatewayParts },
): Promise<Ending> {
  switch (end.kind) {
    case 'ended':
    case 'client_closed':
    case 'client_failed':
      // Nobody waits for the result any more, and the upstream would not notice until it has one.
      if (relay.isQueryRunning)
        await cancelQuery('hang_up').catch((error: unknown) => logFailedCancel(error, session, parts));
      return session.signal.aborted
        ? { kind: 'told', error: toPosternError(session.signal.reason) }
        : { kind: 'silent', reason: 'client_closed' };
    case 'upstream_closed':
      // It said why, or it was asked to: nothing is added to its own words.
      return { kind: 'silent', reason: 'upstream_closed' };
    case 'upstream_failed': {
      const error = new PosternError('upstream_lost', { cause: end.cause });
      return relay.isAtBoundary ? { kind: 'refusal', error } : { kind: 'told', error };
    }
    default:
      return assertNever(end);
  }
}

function logFailedCancel(error: unknown, session: LiveSession, { log }: GatewayParts): void {
  log.warn({ err: error, connection_id: session.id }, 'the query of a connection that is over could not be canceled');
}

interface ByteCounters {
  readonly metrics: Pick<Metrics, 'relayedBytes'>;
  readonly transferred: (bytesToClient: number) => void;
}

/** Adds to the metrics and to the compute's consumption what was relayed since the last count. */
class RelayedBytes {
  readonly #relay: Relay;
  readonly #counters: ByteCounters;
  #toUpstream = 0;
  #toClient = 0;

  constructor(relay: Relay, counters: ByteCounters) {
    this.#relay = relay;
    this.#counters = counters;
  }

  count(): void {
    const { bytesToUpstream, bytesToClient } = this.#relay;
    const { metrics, transferred } = this.#counters;
    metrics.relayedBytes.inc({ direction: 'to_upstream' }, bytesToUpstream - this.#toUpstream);
    metrics.relayedBytes.inc({ direction: 'to_client' }, bytesToClient - this.#toClient);
    transferred(bytesToClient - this.#toClient);
    this.#toUpstream = bytesToUpstream;
    this.#toClient = bytesToClient;
  }
}
