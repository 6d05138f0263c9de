// Mirrors a map of this process into one Redis hash that only this node writes. Changes go out in batches; renewing keeps
// the hash alive and rewrites it when Redis lost it. Knows nothing of what the fields mean.

import { inParts } from '../async/batches.ts';
import type { Log } from '../log.ts';
import { OutageLog } from '../metrics/outage-log.ts';
import type { RedisClient } from '../redis/redis-client.ts';

/** How long the hash outlives its node's last renewal. Readers go by the node's own key, which dies sooner. */
const HASH_TTL_MS = 30_000;
const FIELDS_PER_COMMAND = 500;

interface MirroredHashOptions {
  readonly redis: RedisClient;
  readonly key: string;
  /** The first change after a quiet interval goes out at once, everything else with the next batch. */
  readonly batchIntervalMs: number;
  readonly log: Log;
}

export class MirroredHash {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #batchIntervalMs: number;
  readonly #outage: OutageLog;
  readonly #values = new Map<string, string>();
  readonly #written = new Set<string>();
  #changed = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  /** The flush that has not begun yet. */
  #nextFlush: Promise<void> | null = null;
  /** Set from the first unwritten change until the batch that takes it along. */
  #timer: NodeJS.Timeout | null = null;
  #lastBatchAt = 0;
  #isClosed = false;

  constructor({ redis, key, batchIntervalMs, log }: MirroredHashOptions) {
    this.#redis = redis;
    this.#key = key;
    this.#batchIntervalMs = batchIntervalMs;
    this.#outage = new OutageLog(log, `writing ${key}`);
  }

  get size(): number {
    return this.#values.size;
  }

  set(field: string, value: string): void {
    if (this.#isClosed || this.#values.get(field) === value) return;
    this.#values.set(field, value);
    this.#changedField(field);
  }

  delete(field: string): void {
    if (this.#isClosed || !this.#values.delete(field)) return;
    this.#changedField(field);
  }

  /**
   * Writes what has changed so far; calls made while a write is under way share the next one.
   * Never rejects: what could not be written stays for the next batch.
   */
  flush(): Promise<void> {
    this.#nextFlush ??= this.#enqueue(() => {
      this.#nextFlush = null;
      return this.#writeChanges();
    });
    return this.#nextFlush;
  }

  /** Prolongs the hash; when it is not what was written (Redis restarted, a namesake's remains), writes it anew. */
  renew(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isClosed) return;
      await this.#writeChanges();
      const [, storedFields] = await Promise.all([
        this.#redis.pexpire(this.#key, HASH_TTL_MS),
        this.#redis.hlen(this.#key),
      ]);
      if (storedFields !== this.#written.size) await this.#rewrite();
    });
  }

  /** Deletes the hash; later changes are ignored. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    this.#changed.clear();
    await this.#enqueue(async () => {
      await this.#redis.del(this.#key);
    });
  }

  #changedField(field: string): void {
    this.#changed.add(field);
    if (this.#timer !== null) return;
    const waitMs = Math.max(0, this.#lastBatchAt + this.#batchIntervalMs - performance.now());
    this.#timer = setTimeout(() => void this.flush(), waitMs);
    this.#timer.unref();
  }

  /** One write at a time, so that an older value never lands on a newer one. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).then(
      () => this.#outage.succeeded(),
      (error: unknown) => this.#outage.failed(error),
    );
    return this.#work;
  }

  async #writeChanges(): Promise<void> {
    this.#stopTimer();
    if (this.#changed.size === 0) return;
    this.#lastBatchAt = performance.now();
    const fields = [...this.#changed];
    this.#changed = new Set();
    try {
      await Promise.all(inParts(fields, FIELDS_PER_COMMAND).map((chunk) => this.#writeFields(chunk)));
    } catch (error) {
      for (const field of fields) this.#changed.add(field);
      throw error;
    }
  }

  async #writeFields(fields: readonly string[]): Promise<void> {
    const pairs = fields.flatMap((field) => {
      const value = this.#values.get(field);
      return value === undefined ? [] : [field, value];
    });
    const gone = fields.filter((field) => !this.#values.has(field));
    // Renewing prolongs it; a hash that was empty was gone, and has no expiry yet.
    const isNew = this.#written.size === 0;
    await Promise.all([
      pairs.length === 0 ? 0 : this.#redis.hset(this.#key, ...pairs),
      gone.length === 0 ? 0 : this.#redis.hdel(this.#key, ...gone),
      isNew ? this.#redis.pexpire(this.#key, HASH_TTL_MS) : 0,
    ]);
    for (const field of gone) this.#written.delete(field);
    for (let index = 0; index < pairs.length; index += 2) this.#written.add(pairs[index] ?? '');
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #rewrite(): Promise<void> {
    await this.#redis.del(this.#key);
    this.#written.clear();
    for (const field of this.#values.keys()) this.#changed.add(field);
    await this.#writeChanges();
  }
}
