// Mirrors a map of this process into one Redis hash; renewing writes it again when Redis lost it.

import type { Log } from '../log.ts';
import { keepsOrder, type RedisClient } from '../redis/redis-client.ts';
import { BatchedWriter, type WriteTarget } from './batched-writer.ts';

/** How long what a node stores outlives its last renewal. The node's own key dies sooner. */
export const STORED_TTL_MS = 30_000;

interface MirroredHashOptions {
  readonly redis: RedisClient;
  readonly key: string;
  readonly batchIntervalMs: number;
  readonly log: Log;
}

export class MirroredHash {
  readonly #values = new Map<string, string>();
  readonly #writer: BatchedWriter;
  readonly #keepsOrder: boolean;

  constructor({ redis, key, batchIntervalMs, log }: MirroredHashOptions) {
    this.#keepsOrder = keepsOrder(redis);
    const target = new HashTarget({ redis, key, values: this.#values });
    this.#writer = new BatchedWriter({ target, batchIntervalMs, activity: `writing ${key}`, log });
  }

  set(field: string, value: string): void {
    if (this.#values.get(field) === value) return;
    this.#values.set(field, value);
    this.#writer.changed(field);
  }

  delete(field: string): void {
    if (this.#values.delete(field)) this.#writer.changed(field);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Writes some fields without waiting for a write that runs. May throw what Redis says. */
  writeNow(fields: readonly string[]): Promise<void> {
    return this.#keepsOrder ? this.#writer.writeNow(fields) : this.#writer.flush();
  }

  renew(): Promise<void> {
    return this.#writer.renew();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}

interface HashTargetOptions {
  readonly redis: RedisClient;
  readonly key: string;
  readonly values: ReadonlyMap<string, string>;
}

class HashTarget implements WriteTarget {
  readonly #parts: HashTargetOptions;
  readonly #written = new Set<string>();

  constructor(parts: HashTargetOptions) {
    this.#parts = parts;
  }

  fields(): Iterable<string> {
    return this.#parts.values.keys();
  }

  async write(fields: readonly string[]): Promise<void> {
    const pairs = fields.flatMap((field) => {
      const value = this.#parts.values.get(field);
      return value === undefined ? [] : [field, value];
    });
    const gone = fields.filter((field) => !this.#parts.values.has(field));
    // Renewing prolongs it; a hash that was empty was gone, and has no expiry yet.
    const isNew = this.#written.size === 0;
    // Noted as they are sent: `renew` counts what was sent before it asks.
    for (const field of gone) this.#written.delete(field);
    for (let index = 0; index < pairs.length; index += 2) this.#written.add(pairs[index] ?? '');
    await Promise.all([
      pairs.length === 0 ? 0 : this.#parts.redis.hset(this.#parts.key, ...pairs),
      gone.length === 0 ? 0 : this.#parts.redis.hdel(this.#parts.key, ...gone),
      isNew ? this.#parts.redis.pexpire(this.#parts.key, STORED_TTL_MS) : 0,
    ]);
  }

  async renew(): Promise<boolean> {
    const sentFields = this.#written.size;
    const [, storedFields] = await Promise.all([
      this.#parts.redis.pexpire(this.#parts.key, STORED_TTL_MS),
      this.#parts.redis.hlen(this.#parts.key),
    ]);
    return storedFields === sentFields;
  }

  async remove(): Promise<void> {
    this.#written.clear();
    await this.#parts.redis.del(this.#parts.key);
  }
}
