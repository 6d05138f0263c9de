// Notices killed nodes: one living node reports their connections, then removes what they stored.

import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { keysOfConnections, redisKeys } from '../redis/redis-keys.ts';
import type { LiveConnectionRecord } from './live-connection.ts';
import type { NodeHeartbeat } from './node-heartbeat.ts';
import { readAllConnections } from './stored-connections.ts';

/** How long one node has the task; if that node is lost as well, another takes over. */
const CLAIM_MS = 60_000;
/** How long the stored connections of a lost node are kept for this. */
const KEYS_KEPT_MS = 600_000;

/** Called again with the same records when it, or another listener, throws. */
export type LostConnectionsListener = (records: readonly LiveConnectionRecord[]) => Promise<void>;

interface LostNodesOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly log: Log;
}

export class LostNodes {
  readonly #parts: LostNodesOptions;
  readonly #outage: OutageLog;
  readonly #listeners: LostConnectionsListener[] = [];
  #silentBefore: ReadonlySet<NodeId> = new Set();
  #checking: Promise<void> | null = null;

  constructor(parts: LostNodesOptions) {
    this.#parts = parts;
    this.#outage = new OutageLog(parts.log, 'looking for lost nodes');
  }

  onConnectionsLost(listener: LostConnectionsListener): void {
    this.#listeners.push(listener);
  }

  /** Lost is a node that two checks in a row found silent: after an outage of Redis all are. */
  check(): void {
    this.#checking ??= this.#checkOnce().finally(() => {
      this.#checking = null;
    });
  }

  /** Handles what this id’s earlier process left; call it before the first beat. Never rejects. */
  async clearEarlierProcess(): Promise<void> {
    const { nodeId } = this.#parts.heartbeat;
    await this.#trying(async () => {
      if ((await this.#parts.redis.exists(redisKeys.liveConnections(nodeId))) === 1) await this.#clear(nodeId);
    });
  }

  async close(): Promise<void> {
    await this.#checking;
  }

  async #checkOnce(): Promise<void> {
    const silentBefore = this.#silentBefore;
    this.#silentBefore = new Set();
    await this.#trying(async () => {
      const silent = await this.#parts.heartbeat.listSilentNodes();
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
    const claimed = await this.#parts.redis.set(claim, this.#parts.heartbeat.nodeId, 'PX', CLAIM_MS, 'NX');
    if (claimed === null) return;
    const keys = [...keysOfConnections(lost), redisKeys.connectionCounts(lost), redisKeys.cancelRoutes(lost)];
    await Promise.all(keys.map((key) => this.#parts.redis.pexpire(key, KEYS_KEPT_MS)));
    const records = await readAllConnections(this.#parts.redis, lost);
    for (const listener of this.#listeners) await listener(records);
    await Promise.all(keys.map((key) => this.#parts.redis.del(key)));
    await this.#parts.heartbeat.forget(lost);
    await this.#parts.redis.del(claim);
    this.#parts.log.warn(
      { event: 'fleet.node_lost', lost_node_id: lost, connections: records.length },
      'removed what a lost node had stored',
    );
  }
}
