// A copy of all connections of the fleet that is kept up to date by reading only what changed, for
// pages that show thousands of them. Costs nothing while nobody refreshes it.

import type { ConnectionId, NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { STORED_VERSION } from './connection-codec.ts';
import { ConnectionsOfNode } from './connections-of-node.ts';
import type { ConnectionPlace, LiveConnectionRecord, LiveConnectionSnapshot } from './live-connection.ts';
import type { LocalConnections } from './local-connections.ts';
import type { NodeHeartbeat } from './node-heartbeat.ts';
import type { NodeRecord } from './node-record.ts';
import { readAllCounters, readCounters } from './stored-connections.ts';

export type Counters = ReadonlyMap<ConnectionId, LiveConnectionSnapshot>;

interface FleetViewOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly local: LocalConnections;
}

export class FleetView {
  readonly #redis: RedisClient;
  readonly #heartbeat: NodeHeartbeat;
  readonly #local: LocalConnections;
  readonly #others = new Map<NodeId, ConnectionsOfNode>();
  /** Changes of the other nodes' facts. */
  #changes = 0;

  constructor({ redis, heartbeat, local }: FleetViewOptions) {
    this.#redis = redis;
    this.#heartbeat = heartbeat;
    this.#local = local;
  }

  /** Differs when a connection has come, gone or has other facts; counters do not count. */
  get version(): string {
    return `${this.#changes}.${this.#local.factsVersion}`;
  }

  /**
   * Reads what changed on the other nodes since the last time, and answers every living node,
   * oldest first. Records that did not change stay the same objects. Throws when Redis is away.
   */
  async refresh(): Promise<NodeRecord[]> {
    const nodes = await this.#heartbeat.listNodes();
    const others = nodes.filter(({ nodeId }) => nodeId !== this.#heartbeat.nodeId);
    const living = new Set(others.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#others.keys()) {
      if (!living.has(nodeId) && this.#others.delete(nodeId)) this.#changes += 1;
    }
    const changed = await Promise.all(others.map((node) => this.#copyOf(node).refresh()));
    if (changed.includes(true)) this.#changes += 1;
    return nodes;
  }

  /** Every connection; its counters are those of when its facts last changed. */
  *records(): Iterable<LiveConnectionRecord> {
    for (const { record } of this.#local.published.values()) yield record;
    for (const { records } of this.#others.values()) yield* records.values();
  }

  /** The counters of these connections, as far as they differ from those in the records. */
  async counters(connections: Iterable<ConnectionPlace>): Promise<Counters> {
    const idsByNode = new Map<NodeId, ConnectionId[]>();
    for (const { id, nodeId } of connections) {
      const ids = idsByNode.get(nodeId);
      if (ids === undefined) idsByNode.set(nodeId, [id]);
      else ids.push(id);
    }
    return await this.#merged([...idsByNode], ([nodeId, ids]) =>
      nodeId === this.#heartbeat.nodeId ? this.#ownCounters(ids) : readCounters(this.#redis, nodeId, ids),
    );
  }

  /** The counters of all connections; reads every node's, so only for lists that sort by them. */
  async allCounters(): Promise<Counters> {
    const nodeIds = [this.#heartbeat.nodeId, ...this.#others.keys()];
    return await this.#merged(nodeIds, (nodeId) =>
      nodeId === this.#heartbeat.nodeId
        ? this.#ownCounters([...this.#local.published.keys()])
        : readAllCounters(this.#redis, nodeId),
    );
  }

  /** Drops the copy; the next refresh reads everything. */
  forget(): void {
    this.#others.clear();
    this.#changes += 1;
  }

  /**
   * Another process under the same id has connections, and perhaps a way to store them, of its own.
   */
  #copyOf({ nodeId, startId, storedVersion }: NodeRecord): ConnectionsOfNode {
    const process = `${storedVersion} ${startId ?? ''}`;
    const known = this.#others.get(nodeId);
    if (known?.process === process) return known;
    // A node of the version before keeps no change log: all of its records are read every time.
    const reads = storedVersion < STORED_VERSION ? 'everything' : 'changes';
    const copy = new ConnectionsOfNode({ redis: this.#redis, nodeId, process, reads });
    this.#others.set(nodeId, copy);
    return copy;
  }

  #ownCounters(ids: readonly ConnectionId[]): Counters {
    const counters = new Map<ConnectionId, LiveConnectionSnapshot>();
    for (const id of ids) {
      const snapshot = this.#local.snapshot(id);
      if (snapshot !== null) counters.set(id, snapshot);
    }
    return counters;
  }

  async #merged<T>(sources: readonly T[], read: (source: T) => Counters | Promise<Counters>): Promise<Counters> {
    const parts = await Promise.all(sources.map(read));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : new Map(parts.flatMap((part) => [...part]));
  }
}
