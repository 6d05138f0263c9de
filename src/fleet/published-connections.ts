// Writes this node’s connections into Redis, with counters, an owner index and a change log.

import { type ConnectionId, idFrom, type NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { keysOfConnections, redisKeys } from '../redis/redis-keys.ts';
import type { WriteTarget } from './batched-writer.ts';
import { encodeCounters, encodeRecord, indexMembers } from './connection-codec.ts';
import { type LiveConnectionRecord, type LiveConnectionSnapshot, sameCounters } from './live-connection.ts';
import { STORED_TTL_MS } from './mirrored-hash.ts';

/** Entries of the change log that are kept, about; a reader that is further behind reads all. */
const CHANGE_ENTRIES = 1_000;

/** Both objects are replaced, never changed in place. */
export interface PublishedConnection {
  readonly record: LiveConnectionRecord;
  readonly counters: LiveConnectionSnapshot;
}

interface PublishedConnectionsOptions {
  readonly redis: RedisClient;
  readonly nodeId: NodeId;
  readonly connections: ReadonlyMap<ConnectionId, PublishedConnection>;
}

/** One write, sorted by what Redis is sent. Pairs are key, value, key, value, … */
interface Batch {
  readonly facts: string[];
  readonly counters: string[];
  readonly entered: string[];
  readonly left: string[];
  readonly gone: string[];
  readonly changed: string[];
}

export class PublishedConnections implements WriteTarget {
  readonly #redis: RedisClient;
  readonly #nodeId: NodeId;
  readonly #connections: ReadonlyMap<ConnectionId, PublishedConnection>;
  readonly #written = new Map<string, PublishedConnection>();
  #indexed = 0;
  #changeNumber = 0;

  constructor({ redis, nodeId, connections }: PublishedConnectionsOptions) {
    this.#redis = redis;
    this.#nodeId = nodeId;
    this.#connections = connections;
  }

  fields(): Iterable<string> {
    return this.#connections.keys();
  }

  async write(ids: readonly string[]): Promise<void> {
    const batch: Batch = { facts: [], counters: [], entered: [], left: [], gone: [], changed: [] };
    const states = ids.map((id) => [id, this.#stateOf(id)] as const);
    for (const [id, state] of states) this.#add(batch, id, state);
    await this.#send(batch);
    for (const [id, state] of states) {
      if (state === undefined) this.#written.delete(id);
      else this.#written.set(id, state);
    }
    this.#indexed += batch.entered.length / 2 - batch.left.length;
  }

  async renew(): Promise<boolean> {
    const [facts, members] = await Promise.all([
      this.#redis.hlen(redisKeys.liveConnections(this.#nodeId)),
      this.#redis.zcard(redisKeys.liveIndex(this.#nodeId)),
      this.#prolong(),
    ]);
    return facts === this.#written.size && members === this.#indexed;
  }

  async remove(): Promise<void> {
    this.#written.clear();
    this.#indexed = 0;
    await Promise.all(keysOfConnections(this.#nodeId).map((key) => this.#redis.del(key)));
  }

  /** A copy: its own object goes on changing. */
  #stateOf(id: string): PublishedConnection | undefined {
    const connection = this.#connections.get(idFrom<ConnectionId>(id));
    return connection === undefined ? undefined : { record: connection.record, counters: connection.counters };
  }

  #add(batch: Batch, id: string, state: PublishedConnection | undefined): void {
    const before = this.#written.get(id);
    if (state === undefined) {
      if (before === undefined) return;
      batch.gone.push(id);
      batch.left.push(...indexMembers(before.record));
      batch.changed.push(id);
      return;
    }
    const { record, counters } = state;
    if (before !== undefined && !sameCounters(before.counters, counters)) {
      batch.counters.push(id, encodeCounters(counters));
    }
    if (before?.record === record) return;
    batch.facts.push(id, encodeRecord({ ...record, ...counters }));
    batch.changed.push(id);
    const members = indexMembers(record);
    const known = before === undefined ? [] : indexMembers(before.record);
    batch.entered.push(...members.filter((member) => !known.includes(member)).flatMap((member) => ['0', member]));
    batch.left.push(...known.filter((member) => !members.includes(member)));
  }

  async #send({ facts, counters, entered, left, gone, changed }: Batch): Promise<void> {
    const redis = this.#redis;
    const factsKey = redisKeys.liveConnections(this.#nodeId);
    const countersKey = redisKeys.liveCounters(this.#nodeId);
    const indexKey = redisKeys.liveIndex(this.#nodeId);
    await Promise.all([
      facts.length === 0 ? 0 : redis.hset(factsKey, ...facts),
      counters.length === 0 ? 0 : redis.hset(countersKey, ...counters),
      gone.length === 0 ? 0 : redis.hdel(factsKey, ...gone),
      gone.length === 0 ? 0 : redis.hdel(countersKey, ...gone),
      left.length === 0 ? 0 : redis.zrem(indexKey, ...left),
      entered.length === 0 ? 0 : redis.zadd(indexKey, ...entered),
      // NOTE: last, so that a reader of the log finds the facts that it names.
      changed.length === 0 ? 0 : this.#logChanges(changed),
      // Keys that did not exist before have no expiry yet.
      this.#prolong(),
    ]);
  }

  /** Numbered without gaps: by a gap a reader knows that it has missed something. */
  async #logChanges(ids: readonly string[]): Promise<void> {
    this.#changeNumber += 1;
    const entry = ['number', String(this.#changeNumber), 'ids', ids.join(',')];
    await this.#redis.xadd(redisKeys.liveChanges(this.#nodeId), 'MAXLEN', '~', CHANGE_ENTRIES, '*', ...entry);
  }

  async #prolong(): Promise<void> {
    const keys = keysOfConnections(this.#nodeId);
    await Promise.all(keys.map((key) => this.#redis.pexpire(key, STORED_TTL_MS)));
  }
}
