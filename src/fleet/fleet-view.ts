// A copy of the fleet’s connections, refreshed by reading only what changed.

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
  readonly #parts: FleetViewOptions;
  readonly #others = new Map<NodeId, ConnectionsOfNode>();
  #changes = 0;

  constructor(parts: FleetViewOptions) {
    this.#parts = parts;
  }

  /** Differs when a connection has come, gone or has other facts; counters do not count. */
  get version(): string {
    return `${this.#changes}.${this.#parts.local.factsVersion}`;
  }

  /** Answers every living node, oldest first; unchanged records stay the same objects. */
  async refresh(): Promise<NodeRecord[]> {
    const nodes = await this.#parts.heartbeat.listNodes();
    const others = nodes.filter(({ nodeId }) => nodeId !== this.#parts.heartbeat.nodeId);
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
    for (const { record } of this.#parts.local.published.values()) yield record;
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
      nodeId === this.#parts.heartbeat.nodeId ? this.#ownCounters(ids) : readCounters(this.#parts.redis, nodeId, ids),
    );
  }

  /** The counters of all connections; reads every node's, so only for lists that sort by them. */
  async allCounters(): Promise<Counters> {
    const nodeIds = [this.#parts.heartbeat.nodeId, ...this.#others.keys()];
    return await this.#merged(nodeIds, (nodeId) =>
      nodeId === this.#parts.heartbeat.nodeId
        ? this.#ownCounters([...this.#parts.local.published.keys()])
        : readAllCounters(this.#parts.redis, nodeId),
    );
  }

  forget(): void {
    this.#others.clear();
    this.#changes += 1;
  }

  /** Another process under the same id has connections of its own. */
  #copyOf({ nodeId, startId, storedVersion }: NodeRecord): ConnectionsOfNode {
    const process = `${storedVersion} ${startId ?? ''}`;
    const known = this.#others.get(nodeId);
    if (known?.process === process) return known;
    // A node of the version before keeps no change log: all of its records are read every time.
    const reads = storedVersion < STORED_VERSION ? 'everything' : 'changes';
    const copy = new ConnectionsOfNode({ redis: this.#parts.redis, nodeId, process, reads });
    this.#others.set(nodeId, copy);
    return copy;
  }

  #ownCounters(ids: readonly ConnectionId[]): Counters {
    const counters = new Map<ConnectionId, LiveConnectionSnapshot>();
    for (const id of ids) {
      const snapshot = this.#parts.local.snapshot(id);
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
