// Counts connections over the fleet, per person, grant, token, compute and project, and per account
// on each host; alone without Redis.

import { answerInTime } from '../async/time-limit.ts';
import { keepsOrder, type RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import type { LiveConnectionRecord } from './live-connection.ts';
import type { MirroredHash } from './mirrored-hash.ts';
import type { NodeHeartbeat } from './node-heartbeat.ts';

/** A person waits for the connection that asks, so a slow Redis is not waited for longer. */
const ANSWER_LIMIT_MS = 1_000;

/** What a cap can be set on. Waiting connections do not count: login requests have other caps. */
export type CountedThing = 'person' | 'grant' | 'access_token' | 'compute' | 'project' | 'account';

/** The most connections allowed, each including the one that asks. */
export type ConnectionCaps = Partial<Readonly<Record<Exclude<CountedThing, 'account'>, number>>> & {
  /** On the connection's host, by how many the other accounts hold there; never more for more. */
  readonly account?: (heldByOthers: number) => number;
};

export interface ExceededCap {
  readonly thing: CountedThing;
  readonly cap: number;
}

interface ConnectionCountsOptions {
  readonly redis: RedisClient;
  readonly heartbeat: NodeHeartbeat;
  readonly mirror: MirroredHash;
}

export class ConnectionCounts {
  readonly #parts: ConnectionCountsOptions;
  readonly #own = new Map<string, number>();

  constructor(parts: ConnectionCountsOptions) {
    this.#parts = parts;
  }

  /** Counts a connection by its new record instead of the old one; null is no connection. */
  replace(before: LiveConnectionRecord | null, after: LiveConnectionRecord | null): void {
    const leaving = before === null ? [] : [...countedFields(before).values()];
    const entering = after === null ? [] : [...countedFields(after).values()];
    for (const field of leaving) if (!entering.includes(field)) this.#add(field, -1);
    for (const field of entering) if (!leaving.includes(field)) this.#add(field, 1);
  }

  /** The connection must be counted already. Nodes asking at once may admit fewer, never more. */
  async findExceeded(record: LiveConnectionRecord, caps: ConnectionCaps): Promise<ExceededCap | null> {
    const fields = countedFields(record);
    const asked = fieldsAskedFor(fields, caps);
    if (asked.length === 0) return null;
    const ownCounts = new Map(asked.map((field) => [field, this.#own.get(field) ?? 0]));
    const ownCount = (field: string) => ownCounts.get(field) ?? 0;
    // NOTE: before anything is awaited, so that a flood beyond a cap is counted for no longer.
    const exceededHere = firstExceeded(fields, caps, ownCount);
    if (exceededHere !== null) return exceededHere;
    const counts = await this.#countElsewhere({ own: [...fields.values()], asked });
    const elsewhere = new Map(asked.map((field, index) => [field, counts[index] ?? 0]));
    return firstExceeded(fields, caps, (field) => ownCount(field) + (elsewhere.get(field) ?? 0));
  }

  #add(field: string, change: 1 | -1): void {
    const count = (this.#own.get(field) ?? 0) + change;
    if (count > 0) {
      this.#own.set(field, count);
      this.#parts.mirror.set(field, String(count));
    } else {
      this.#own.delete(field);
      this.#parts.mirror.delete(field);
    }
  }

  async #countElsewhere(fields: CountedFields): Promise<number[]> {
    try {
      return await answerInTime(this.#readOtherNodes(fields), ANSWER_LIMIT_MS);
    } catch {
      // The heartbeat logs that Redis is away; no connection is refused because of it.
      return fields.asked.map(() => 0);
    }
  }

  /**
   * NOTE: writes its own counts before it reads the others’: two nodes cannot both miss. One server
   * carries out what one connection sends in its order, so that the write need not be waited for.
   */
  async #readOtherNodes({ own, asked }: CountedFields): Promise<number[]> {
    const { heartbeat, mirror, redis } = this.#parts;
    const written = mirror.writeNow(own);
    written.catch(() => {});
    if (!keepsOrder(redis)) await written;
    const others = await heartbeat.findOtherNodes();
    const counts = await Promise.all(others.map((nodeId) => redis.hmget(redisKeys.connectionCounts(nodeId), ...asked)));
    await written;
    return asked.map((_field, index) => counts.reduce((sum, ofNode) => sum + toCount(ofNode[index]), 0));
  }
}

interface CountedFields {
  /** Of the connection that asks. */
  readonly own: readonly string[];
  /** Those with a cap. */
  readonly asked: readonly string[];
}

/** The field that counts the established connections of a compute; see readComputesInUse. */
export const RELAYING_PREFIX = 'relaying:';

type FieldsOfRecord = ReadonlyMap<CountedThing | 'host' | 'relaying', string>;

function countedFields(record: LiveConnectionRecord): FieldsOfRecord {
  const fields = new Map<CountedThing | 'host' | 'relaying', string>();
  if (record.phase === 'waiting') return fields;
  if (record.userId !== null) fields.set('person', `person:${record.userId}`);
  if (record.grantId !== null) fields.set('grant', `grant:${record.grantId}`);
  if (record.accessTokenId !== null) fields.set('access_token', `access_token:${record.accessTokenId}`);
  if (record.computeId !== null) fields.set('compute', `compute:${record.computeId}`);
  if (record.projectId !== null) fields.set('project', `project:${record.projectId}`);
  if (record.hostId !== null) {
    fields.set('host', `host:${record.hostId}`);
    if (record.accountId !== null) fields.set('account', `account:${record.accountId}:${record.hostId}`);
  }
  if (record.computeId !== null && record.phase === 'relaying') {
    fields.set('relaying', RELAYING_PREFIX + record.computeId);
  }
  return fields;
}

function fieldsAskedFor(fields: FieldsOfRecord, caps: ConnectionCaps): string[] {
  const isAsked = (thing: CountedThing | 'host' | 'relaying') =>
    thing === 'host' ? caps.account !== undefined : thing !== 'relaying' && caps[thing] !== undefined;
  return [...fields].flatMap(([thing, field]) => (isAsked(thing) ? [field] : []));
}

function firstExceeded(
  fields: FieldsOfRecord,
  caps: ConnectionCaps,
  countOf: (field: string) => number,
): ExceededCap | null {
  const onHost = countOf(fields.get('host') ?? '');
  for (const [thing, field] of fields) {
    if (thing === 'host' || thing === 'relaying') continue;
    const count = countOf(field);
    const cap = thing === 'account' ? caps.account?.(onHost - count) : caps[thing];
    if (cap !== undefined && count > cap) return { thing, cap };
  }
  return null;
}

function toCount(stored: string | null | undefined): number {
  const count = Number(stored ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
