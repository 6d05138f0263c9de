// Keeps this node’s expiring key alive, and what is renewed with it. Lists the living nodes.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../config/read-environment.ts';
import { idFrom, type NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { STORED_VERSION } from './connection-codec.ts';
import { LoadHistory } from './load-history.ts';
import { claimNodeId, type NodeRecord, parseNodeRecord } from './node-record.ts';

const BEAT_INTERVAL_MS = 2_000;
/** How long after its last beat a node disappears from every list. */
const NODE_TTL_MS = 6_000;
/** When the id of a silent node leaves the index; this only bounds the size of the index. */
const FORGET_NODE_AFTER_MS = 3_600_000;
const MAX_NODES = 1_000;
/** By then a killed process of the same id is forgotten. */
const CLAIM_LIMIT_MS = NODE_TTL_MS + BEAT_INTERVAL_MS;

export interface ConnectionTotals {
  /** Relaying or being connected. */
  readonly live: number;
  readonly waiting: number;
}

interface NodeHeartbeatOptions {
  readonly redis: RedisClient;
  readonly nodeId: NodeId;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class NodeHeartbeat {
  readonly nodeId: NodeId;
  readonly #parts: NodeHeartbeatOptions;
  readonly #load = new LoadHistory();
  readonly #startedAt: Date;
  readonly #startId = randomUUID();
  readonly #outage: OutageLog;
  readonly #companions: Array<() => Promise<void>> = [];
  #totals: () => ConnectionTotals = () => ({ live: 0, waiting: 0 });
  #isDraining = false;
  #ownsId = false;
  #listed: { readonly atMs: number; readonly nodes: Promise<NodeRecord[]> } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | null = null;

  constructor(parts: NodeHeartbeatOptions) {
    this.#parts = parts;
    const { nodeId, clock, log } = parts;
    this.nodeId = nodeId;
    this.#startedAt = clock.now();
    this.#outage = new OutageLog(log, 'sending the heartbeat of this node');
  }

  /** Adds work that is done with every beat and handles its own failures. */
  withEachBeat(companion: () => Promise<void>): void {
    this.#companions.push(companion);
  }

  reportTotals(totals: () => ConnectionTotals): void {
    this.#totals = totals;
  }

  async markDraining(): Promise<void> {
    this.#isDraining = true;
    await this.beat();
  }

  /** Throws ConfigError when a living node has the id: both would remove each other’s records. */
  async claimId(): Promise<void> {
    const describe = () => this.#describe(this.#parts.clock.now());
    const times = { ttlMs: NODE_TTL_MS, limitMs: CLAIM_LIMIT_MS };
    this.#ownsId = await claimNodeId(this.#parts.redis, describe, times);
    if (!this.#ownsId) {
      throw new ConfigError([`POSTERN_NODE_ID: another node with the id "${this.nodeId}" is running`]);
    }
  }

  /** Beats once and then every two seconds. Logs when Redis is away; does not throw. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.beat(), BEAT_INTERVAL_MS);
    this.#timer.unref();
    await this.beat();
  }

  /** One beat; shares one that is under way. Never rejects. */
  beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = null;
    });
    return this.#beating;
  }

  async close(): Promise<void> {
    this.stopBeating();
    await this.#beating;
    if (!this.#ownsId) return;
    await Promise.allSettled([
      this.#parts.redis.del(redisKeys.node(this.nodeId)),
      this.#parts.redis.zrem(redisKeys.nodes(), this.nodeId),
    ]);
  }

  /** Stops without leaving the list, as a killed process does. */
  stopBeating(): void {
    clearInterval(this.#timer);
  }

  /** Every node that beat within the last seconds, oldest first. Throws when Redis is away. */
  async listNodes(): Promise<NodeRecord[]> {
    const listed = { atMs: performance.now(), nodes: this.#readNodes() };
    this.#listed = listed;
    try {
      return await listed.nodes;
    } catch (error) {
      if (this.#listed === listed) this.#listed = null;
      throw error;
    }
  }

  async #readNodes(): Promise<NodeRecord[]> {
    const ids = await this.#parts.redis.zrange(redisKeys.nodes(), 0, MAX_NODES - 1);
    const stored = await Promise.all(ids.map((id) => this.#parts.redis.get(redisKeys.node(idFrom<NodeId>(id)))));
    return stored
      .flatMap((json) => (json === null ? [] : parseNodeRecord(json)))
      .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /** About how many nodes live, by their own clocks; 0 while Redis is away. Never rejects. */
  async countNodes(): Promise<number> {
    const oldest = this.#parts.clock.now().getTime() - NODE_TTL_MS;
    return await this.#parts.redis.zcount(redisKeys.nodes(), oldest, '+inf').catch(() => 0);
  }

  /** From a list at most one beat old, since each login asks often. Throws when Redis is away. */
  async findOtherNodes(): Promise<NodeId[]> {
    const listed = this.#listed;
    const isFresh = listed !== null && performance.now() - listed.atMs < BEAT_INTERVAL_MS;
    const nodes = await (isFresh ? listed.nodes : this.listNodes());
    return nodes.map((node) => node.nodeId).filter((nodeId) => nodeId !== this.nodeId);
  }

  /**
   * What the other nodes answer. Until that is enough, it also asks those that joined since the
   * kept list was read. Throws when Redis is away.
   */
  async askOtherNodes<Answer>(
    ask: (nodeId: NodeId) => Promise<readonly Answer[]>,
    isEnough: (answers: readonly Answer[]) => boolean,
  ): Promise<readonly Answer[]> {
    const askAll = async (nodeIds: readonly NodeId[]) => (await Promise.all(nodeIds.map(ask))).flat();
    const listed = await this.findOtherNodes();
    const answers = await askAll(listed);
    if (isEnough(answers)) return answers;
    const asked = new Set([this.nodeId, ...listed]);
    const joined = (await this.listNodes()).map(({ nodeId }) => nodeId).filter((nodeId) => !asked.has(nodeId));
    return [...answers, ...(await askAll(joined))];
  }

  /** Nodes of the index that are on no list any more. Throws when Redis is away. */
  async listSilentNodes(): Promise<NodeId[]> {
    const ids = (await this.#parts.redis.zrange(redisKeys.nodes(), 0, MAX_NODES - 1)).map((id) => idFrom<NodeId>(id));
    const present = await Promise.all(ids.map((id) => this.#parts.redis.exists(redisKeys.node(id))));
    return ids.filter((id, index) => id !== this.nodeId && present[index] === 0);
  }

  async forget(nodeId: NodeId): Promise<void> {
    await this.#parts.redis.zrem(redisKeys.nodes(), nodeId);
  }

  async #beatOnce(): Promise<void> {
    try {
      const now = this.#parts.clock.now();
      await Promise.all([
        this.#parts.redis.set(redisKeys.node(this.nodeId), JSON.stringify(this.#describe(now)), 'PX', NODE_TTL_MS),
        this.#parts.redis.zadd(redisKeys.nodes(), now.getTime(), this.nodeId),
        this.#parts.redis.zremrangebyscore(redisKeys.nodes(), '-inf', now.getTime() - FORGET_NODE_AFTER_MS),
      ]);
      this.#outage.succeeded();
    } catch (error) {
      this.#outage.failed(error);
    }
    await Promise.all(this.#companions.map((companion) => companion()));
  }

  #describe(now: Date): NodeRecord {
    const { live, waiting } = this.#totals();
    this.#load.note(now, live);
    return {
      nodeId: this.nodeId,
      version: this.#parts.version,
      startedAt: this.#startedAt.toISOString(),
      beatAt: now.toISOString(),
      liveConnections: live,
      waitingConnections: waiting,
      isDraining: this.#isDraining,
      livePeaks: [...this.#load.peaks],
      storedVersion: STORED_VERSION,
      startId: this.#startId,
    };
  }
}
