// What is looked at once a second of a relayed connection: the bytes that moved, and the policy's
// limits in time.

import type { Policy } from '../../catalogue/rights/policy.ts';
import { PosternError } from '../../errors.ts';
import type { Swept } from '../../relay/relay-sweep.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Relaying } from '../session/relaying.ts';
import type { RelayingParts } from './relaying-parts.ts';

export class RelayWatch implements Swept {
  readonly #session: LiveSession;
  readonly #relaying: Relaying;
  readonly #parts: RelayingParts;
  readonly #startedAtMs: number;

  constructor(session: LiveSession, relaying: Relaying, parts: RelayingParts) {
    this.#session = session;
    this.#relaying = relaying;
    this.#parts = parts;
    this.#startedAtMs = parts.clock.now().getTime();
  }

  sweep(nowMs: number): void {
    this.countBytes(nowMs);
    const { policy } = this.#session.rules;
    const limit = policy === null ? null : this.#findExceededLimit(policy, nowMs);
    if (limit !== null) this.#session.ending.start(new PosternError(limit));
  }

  /** Adds the bytes since the last count to the metrics and to the compute's consumption. */
  countBytes(nowMs: number): void {
    const moved = this.#relaying.activity.take(nowMs);
    if (moved === null) return;
    const { metrics, consumption } = this.#parts;
    metrics.relayedBytes.inc({ direction: 'to_upstream' }, moved.toUpstream);
    metrics.relayedBytes.inc({ direction: 'to_client' }, moved.toClient);
    const { computeId } = this.#session.entry.record;
    if (computeId !== null) consumption.recordTransfer(computeId, moved.toClient);
  }

  /** A running query is never idle. */
  #findExceededLimit(policy: Policy, nowMs: number): 'max_duration' | 'idle' | null {
    const { relay, activity } = this.#relaying;
    if (nowMs - this.#startedAtMs >= policy.longestConnectionMs) return 'max_duration';
    if (policy.idleTimeoutMs === null || relay.isQueryRunning) return null;
    return activity.quietMs(nowMs) >= policy.idleTimeoutMs ? 'idle' : null;
  }
}
