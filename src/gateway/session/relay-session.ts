// A live connection while its bytes are relayed: ended by either side, by its own limits in time, or from outside. Says
// the last word where the client can take it.

import { assertNever } from '../../assert-never.ts';
import type { Policy } from '../../catalogue/rights/policy.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import type { Relay, RelayEnd } from '../../relay/relay.ts';
import { RelayActivity } from '../../relay/relay-activity.ts';
import type { Swept } from '../../relay/relay-sweep.ts';
import { fatalResponse } from '../client/fatal-response.ts';
import type { Ending } from './endings.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { CancelQuery, LiveSession } from './live-session.ts';

export interface Relaying {
  readonly relay: Relay;
  readonly cancelQuery: CancelQuery;
}

/** Resolves when the relay has finished and its last message was written; both sockets are still open. */
export async function relaySession(relaying: Relaying, session: LiveSession, parts: GatewayParts): Promise<Ending> {
  const { relay } = relaying;
  const watch = new RelayWatch(session, relay, parts);
  const leaveSweep = parts.relays.add(watch);
  const endRelay = (): void => {
    const finalMessage = fatalResponse(toPosternError(session.signal.reason), `live connection ${session.id}`);
    void relay.end(finalMessage, { graceMs: parts.times.boundaryMs });
  };
  session.signal.addEventListener('abort', endRelay, { once: true });
  try {
    return await endingOfRelay(await relay.finished, relaying, { session, parts });
  } finally {
    leaveSweep();
    watch.countBytes();
    session.signal.removeEventListener('abort', endRelay);
  }
}

/** Looked at once a second: counts what moved, and ends the connection that is over a limit in time. */
class RelayWatch implements Swept {
  readonly #session: LiveSession;
  readonly #relay: Relay;
  readonly #activity: RelayActivity;
  readonly #parts: GatewayParts;
  readonly #startedAtMs: number;

  constructor(session: LiveSession, relay: Relay, parts: GatewayParts) {
    this.#session = session;
    this.#relay = relay;
    this.#parts = parts;
    this.#startedAtMs = parts.clock.now().getTime();
    this.#activity = new RelayActivity(relay, this.#startedAtMs);
    session.quietMs = (nowMs) => this.#activity.quietMs(nowMs);
  }

  sweep(nowMs: number): void {
    this.countBytes(nowMs);
    const { policy } = this.#session.rules;
    const overdue = policy === null ? null : this.#findExceededLimit(policy, nowMs);
    if (overdue !== null) this.#session.endWith(new PosternError(overdue));
  }

  /** Adds the bytes since the last count to the metrics and to the compute's consumption. */
  countBytes(nowMs = this.#parts.clock.now().getTime()): void {
    const moved = this.#activity.take(nowMs);
    if (moved === null) return;
    const { metrics, consumption } = this.#parts;
    metrics.relayedBytes.inc({ direction: 'to_upstream' }, moved.toUpstream);
    metrics.relayedBytes.inc({ direction: 'to_client' }, moved.toClient);
    const { computeId } = this.#session.record;
    if (computeId !== null) consumption.recordTransfer(computeId, moved.toClient);
  }

  /** A running query is never idle. */
  #findExceededLimit(policy: Policy, nowMs: number): 'max_duration' | 'idle' | null {
    if (nowMs - this.#startedAtMs >= policy.longestConnectionMs) return 'max_duration';
    if (policy.idleTimeoutMs === null || this.#relay.isQueryRunning) return null;
    return this.#activity.quietMs(nowMs) >= policy.idleTimeoutMs ? 'idle' : null;
  }
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
