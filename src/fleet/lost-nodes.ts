// Notices nodes that stopped without leaving the fleet, as a killed process does. One living node
// reports the connections of a lost one to the listeners, then removes what it stored. What a lost
// connection means for a login or the audit trail is up to the listeners.

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

/**
 * Handles connections that ended with their node. Called again with the same ones when it, or
 * another listener, throws.
 */
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
  #checking: Promise<void> | null = null;

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
   * Starts a check that the heartbeat does not wait for, since thousands of connections may have to
   * be handled. A node is lost when two checks in a row found it silent: after an outage of Redis
   * all nodes are silent for a moment.
   */
  check(): void {
    this.#checking ??= this.#checkOnce().finally(() => {
      this.#checking = null;
    });
  }

  /**
   * Handles what an earlier process of this node's id left behind; call it before the first beat.
   * Never rejects.
   */
  async clearEarlierProcess(): Promise<void> {
    const { nodeId } = this.#heartbeat;
    await this.#trying(async () => {
      if ((await this.#redis.exists(redisKeys.liveConnections(nodeId))) === 1) await this.#clear(nodeId);
    });
  }

  async close(): Promise<void> {
    await this.#checking;
  }

  async #checkOnce(): Promise<void> {
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
    const keys = [...keysOfConnections(lost), redisKeys.connectionCounts(lost), redisKeys.cancelRoutes(lost)];
    await Promise.all(keys.map((key) => this.#redis.pexpire(key, KEYS_KEPT_MS)));
    const records = await readAllConnections(this.#redis, lost);
    for (const listener of this.#listeners) await listener(records);
    await Promise.all(keys.map((key) => this.#redis.del(key)));
    await this.#heartbeat.forget(lost);
    await this.#redis.del(claim);
    this.#log.warn(
      { event: 'fleet.node_lost', lost_node_id: lost, connections: records.length },
      'removed what a lost node had stored',
    );
  }
}
