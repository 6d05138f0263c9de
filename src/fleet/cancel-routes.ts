// Finds the connection of a cancel key on any node. Redis learns digests only, never keys.

import { timingSafeEqual } from 'node:crypto';
import { answerInTime } from '../async/time-limit.ts';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import { type CancelKey, cancelKeyDigest } from '../protocol/cancel-key.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { MirroredHash } from './mirrored-hash.ts';
import type { NodeBus } from './node-bus.ts';
import type { NodeHeartbeat } from './node-heartbeat.ts';
import type { NodeReply } from './node-messages.ts';

/** Leaves time for the forwarded request: a canceller waits for two seconds at most. */
const SEARCH_LIMIT_MS = 1_000;
/** How long a login waits until Redis has its key. After that the key works on this node only. */
const ANNOUNCE_LIMIT_MS = 500;

/** `forwarded` to the node that knows the key, which may not have answered in time. */
export type CancelOutcome = 'found' | 'forwarded' | 'unknown';

export interface CancelRoute {
  /** Settles when every node can find the key, or when Redis is too slow. Never rejects. */
  readonly announced: Promise<void>;
  withdraw(): void;
}

interface OwnRoute {
  readonly key: CancelKey;
  readonly cancel: () => Promise<void>;
}

interface CancelRoutesOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly bus: NodeBus;
  readonly mirror: MirroredHash;
  readonly log: Log;
}

export class CancelRoutes {
  readonly #parts: CancelRoutesOptions;
  readonly #own = new Map<string, OwnRoute>();

  constructor(parts: CancelRoutesOptions) {
    this.#parts = parts;
    parts.bus.addResponder((command) => (command.kind === 'cancel_by_key' ? this.#carryOut(command.keyDigest) : null));
  }

  /** Process ids of several upstreams may be equal, and secrets of 3.0 are short. */
  isTaken(key: CancelKey): boolean {
    return this.#own.has(cancelKeyDigest(key));
  }

  /** Makes a key usable here at once and elsewhere soon; `cancel` dials the upstream and waits. */
  announce(key: CancelKey, cancel: () => Promise<void>): CancelRoute {
    const digest = cancelKeyDigest(key);
    this.#own.set(digest, { key, cancel });
    this.#parts.mirror.set(digest, '1');
    return {
      announced: answerInTime(this.#parts.mirror.writeNow([digest]), ANNOUNCE_LIMIT_MS).catch((error: unknown) =>
        this.#parts.log.warn(
          { event: 'fleet.cancel_key_not_announced', err: error },
          'a cancel key works on this node only for now',
        ),
      ),
      withdraw: () => {
        this.#own.delete(digest);
        this.#parts.mirror.delete(digest);
      },
    };
  }

  /** Waits for the cancel, for another node at most two seconds. Never rejects. */
  async cancel(key: CancelKey): Promise<CancelOutcome> {
    const digest = cancelKeyDigest(key);
    const own = this.#own.get(digest);
    // The time of a search by digest reveals nothing; the key itself is compared in constant time.
    if (own !== undefined && isSameKey(own.key, key)) {
      await this.#run(own);
      return 'found';
    }
    const nodeId = await this.#findNode(digest);
    if (nodeId === null) return 'unknown';
    const outcome = await this.#parts.bus.request(nodeId, { kind: 'cancel_by_key', keyDigest: digest });
    return outcome.kind === 'not_found' ? 'unknown' : 'forwarded';
  }

  async #carryOut(digest: string): Promise<NodeReply> {
    const own = this.#own.get(digest);
    if (own === undefined) return { kind: 'not_found' };
    await this.#run(own);
    return { kind: 'done', count: 1 };
  }

  async #run(route: OwnRoute): Promise<void> {
    try {
      await route.cancel();
    } catch (error) {
      this.#parts.log.warn({ event: 'fleet.cancel_failed', err: error }, 'could not cancel a query on its upstream');
    }
  }

  async #findNode(digest: string): Promise<NodeId | null> {
    try {
      return await answerInTime(this.#searchOtherNodes(digest), SEARCH_LIMIT_MS);
    } catch (error) {
      this.#parts.log.warn(
        { event: 'fleet.cancel_key_lookup_failed', err: error },
        'could not look for a cancel key on other nodes',
      );
      return null;
    }
  }

  async #searchOtherNodes(digest: string): Promise<NodeId | null> {
    const { heartbeat, redis } = this.#parts;
    const holders = await heartbeat.askOtherNodes(
      async (nodeId) => ((await redis.hexists(redisKeys.cancelRoutes(nodeId), digest)) === 1 ? [nodeId] : []),
      (found) => found.length > 0,
    );
    return holders[0] ?? null;
  }
}

function isSameKey(known: CancelKey, given: CancelKey): boolean {
  return (
    known.processId === given.processId &&
    known.secretKey.length === given.secretKey.length &&
    timingSafeEqual(known.secretKey, given.secretKey)
  );
}
