// Nodes that fell silent without a word, as a killed process does: the living notice, and one of them sees to what the lost
// one held, then clears it away. What a lost connection means for a login or the audit trail is the listeners' business.

import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { keysOfConnections, redisKeys } from '../redis/redis-keys.ts';
import type { LiveConnectionRecord } from './live-connection.ts';
import type { NodeHeartbeat } from './node-heartbeat.ts';
import { readAllConnections } from './stored-connections.ts';

/** For one node to see to it; when that one is lost, too, another takes over. */
const CLAIM_MS = 60_000;
/** How long the remains are kept for who takes over. */
const REMAINS_KEPT_MS = 600_000;

/** Sees to connections that ended with their node. Called again with the same ones when it, or another listener, throws. */
export type LostConnectionsListener = (records: readonly LiveConnectionRecord[]) => Promise<void>;

interface LostNodesOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly log: Log;
}

export class LostNodes {
  readonly #redis: RedisClient;
  readonly #heartbeat: NodeHeartbeat;
  readonly #log: Log;
  readonly #outage: OutageLog;
  readonly #listeners: LostConnectionsListener[] = [];
  #silentBefore: ReadonlySet<NodeId> = new Set();
  #looking: Promise<void> | null = null;

  constructor({ redis, heartbeat, log }: LostNodesOptions) {
    this.#redis = redis;
    this.#heartbeat = heartbeat;
    this.#log = log;
    this.#outage = new OutageLog(log, 'looking for lost nodes');
  }

  onConnectionsLost(listener: LostConnectionsListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Looks once, beside the beat that calls it: seeing to thousands of connections must not make this node miss its own.
   * A node counts as lost when two looks in a row found it silent: after an outage of Redis everybody is, for a moment.
   */
  look(): void {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
  }

  /** Sees to what an earlier process of this name left behind; call it before the first beat. Never rejects. */
  async clearNamesake(): Promise<void> {
    const { nodeId } = this.#heartbeat;
    await this.#trying(async () => {
      if ((await this.#redis.exists(redisKeys.liveConnections(nodeId))) === 1) await this.#clear(nodeId);
    });
  }

  async close(): Promise<void> {
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const silentBefore = this.#silentBefore;
    this.#silentBefore = new Set();
    await this.#trying(async () => {
      const silent = await this.#heartbeat.listSilentNodes();
      this.#silentBefore = new Set(silent);
      for (const nodeId of silent.filter((id) => silentBefore.has(id))) await this.#clear(nodeId);
    });
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#outage.succeeded();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  async #clear(lost: NodeId): Promise<void> {
    const claim = redisKeys.lostNode(lost);
    const claimed = await this.#redis.set(claim, this.#heartbeat.nodeId, 'PX', CLAIM_MS, 'NX');
    if (claimed === null) return;
    const remains = [...keysOfConnections(lost), redisKeys.connectionCounts(lost), redisKeys.cancelRoutes(lost)];
    await Promise.all(remains.map((key) => this.#redis.pexpire(key, REMAINS_KEPT_MS)));
    const records = await readAllConnections(this.#redis, lost);
    for (const listener of this.#listeners) await listener(records);
    await Promise.all(remains.map((key) => this.#redis.del(key)));
    await this.#heartbeat.forget(lost);
    await this.#redis.del(claim);
    this.#log.warn({ lostNodeId: lost, connections: records.length }, 'cleared away what a lost node held');
  }
}
