// Copies another node’s connections from Redis: all once, then what its change log names.

import { type ConnectionId, idFrom, type NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { LiveConnectionRecord } from './live-connection.ts';
import { readAllConnections, readAllFacts, readFacts } from './stored-connections.ts';

const ENTRIES_PER_READ = 1_000;

/** A place in the change log: the id of the last entry read, and the number that it bears. */
interface Position {
  readonly id: string;
  readonly number: number;
}

interface ChangeEntry extends Position {
  readonly connectionIds: readonly ConnectionId[];
}

interface ConnectionsOfNodeOptions {
  readonly redis: RedisClient;
  readonly nodeId: NodeId;
  /** Differs between processes that had the same node id. */
  readonly process: string;
  readonly reads: 'changes' | 'everything';
}

export class ConnectionsOfNode {
  readonly process: string;
  readonly #parts: ConnectionsOfNodeOptions;
  #records: Map<ConnectionId, LiveConnectionRecord> = new Map();
  #position: Position | null = null;

  constructor(parts: ConnectionsOfNodeOptions) {
    this.#parts = parts;
    this.process = parts.process;
  }

  get records(): ReadonlyMap<ConnectionId, LiveConnectionRecord> {
    return this.#records;
  }

  /** True when something changed. Throws when Redis is away. */
  async refresh(): Promise<boolean> {
    if (this.#parts.reads === 'everything') {
      const records = await readAllConnections(this.#parts.redis, this.#parts.nodeId);
      this.#records = new Map(records.map((record) => [record.id, record]));
      return true;
    }
    return this.#position === null ? await this.#readAll() : await this.#readChanges(this.#position);
  }

  /** What changes meanwhile is in the log after the position that is read first. */
  async #readAll(): Promise<true> {
    const key = redisKeys.liveChanges(this.#parts.nodeId);
    const [newest] = await this.#parts.redis.xrevrange(key, '+', '-', 'COUNT', 1);
    this.#records = await readAllFacts(this.#parts.redis, this.#parts.nodeId);
    this.#position = newest === undefined ? { id: '0-0', number: 0 } : parseEntry(newest);
    return true;
  }

  async #readChanges(position: Position): Promise<boolean> {
    const key = redisKeys.liveChanges(this.#parts.nodeId);
    const stored = await this.#parts.redis.xrange(key, `(${position.id}`, '+', 'COUNT', ENTRIES_PER_READ);
    const entries = stored.map(parseEntry);
    const isGapless = entries.every(({ number }, index) => number === position.number + index + 1);
    // The log was cut, or is another process's of the same name.
    if (!isGapless) return await this.#readAll();
    const newest = entries.at(-1);
    if (newest === undefined) return false;
    const ids = [...new Set(entries.flatMap(({ connectionIds }) => connectionIds))];
    const found = await readFacts(this.#parts.redis, this.#parts.nodeId, ids);
    for (const id of ids) {
      const record = found.get(id);
      if (record === undefined) this.#records.delete(id);
      else this.#records.set(id, record);
    }
    this.#position = newest;
    return true;
  }
}

function parseEntry([id, fields]: [id: string, fields: string[]]): ChangeEntry {
  // PublishedConnections writes: number, <n>, ids, <id>,<id>,…
  const [, number = '', , ids = ''] = fields;
  return {
    id,
    number: Number(number),
    connectionIds: ids
      .split(',')
      .filter(Boolean)
      .map(idFrom<ConnectionId>),
  };
}
