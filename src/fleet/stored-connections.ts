// Reads what a node keeps in Redis, also of a dead process. Everything throws when Redis is away.

import { inParts } from '../async/batches.ts';
import { type ComputeId, type ConnectionId, idFrom, type NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { decodeCounters, decodeRecord, idOfMember, indexRange, STORED_VERSION } from './connection-codec.ts';
import { RELAYING_PREFIX } from './connection-counts.ts';
import type { LiveConnectionFilter, LiveConnectionRecord, LiveConnectionSnapshot } from './live-connection.ts';
import type { NodeRecord } from './node-record.ts';

/** Records read at a time, so that neither Redis nor this process is held up by a large node. */
const PART = 500;

/** Every connection of the node, with counters of a second ago. */
export async function readAllConnections(redis: RedisClient, nodeId: NodeId): Promise<LiveConnectionRecord[]> {
  const facts = await readAllFacts(redis, nodeId);
  const counters = await readCounters(redis, nodeId, [...facts.keys()]);
  return [...facts.values()].map((record) => ({ ...record, ...counters.get(record.id) }));
}

/** All connections of the node, or by its index those of the filter’s owner. */
export async function readNode(
  redis: RedisClient,
  { nodeId, storedVersion }: NodeRecord,
  filter: LiveConnectionFilter,
): Promise<LiveConnectionRecord[]> {
  const range = storedVersion < STORED_VERSION ? null : indexRange(filter);
  if (range === null) return await readAllConnections(redis, nodeId);
  const members = await redis.zrangebylex(redisKeys.liveIndex(nodeId), `[${range.from}`, `(${range.below}`);
  return await readConnections(redis, nodeId, members.map(idOfMember));
}

export async function readConnections(redis: RedisClient, nodeId: NodeId, ids: readonly ConnectionId[]) {
  const [facts, counters] = await Promise.all([readFacts(redis, nodeId, ids), readCounters(redis, nodeId, ids)]);
  return [...facts.values()].map((record) => ({ ...record, ...counters.get(record.id) }));
}

/** Records with the counters that they had when they were written. */
export async function readFacts(redis: RedisClient, nodeId: NodeId, ids: readonly ConnectionId[]) {
  const records = new Map<ConnectionId, LiveConnectionRecord>();
  for (const part of inParts(ids, PART)) {
    for (const json of await redis.hmget(redisKeys.liveConnections(nodeId), ...part)) {
      keepRecord(records, json, nodeId);
    }
  }
  return records;
}

export async function readAllFacts(redis: RedisClient, nodeId: NodeId) {
  const records = new Map<ConnectionId, LiveConnectionRecord>();
  for await (const [, json] of scan(redis, redisKeys.liveConnections(nodeId))) keepRecord(records, json, nodeId);
  return records;
}

/** Counters that have changed since the facts were written; of all others the facts have them. */
export async function readCounters(redis: RedisClient, nodeId: NodeId, ids: readonly ConnectionId[]) {
  const counters = new Map<ConnectionId, LiveConnectionSnapshot>();
  for (const part of inParts(ids, PART)) {
    const texts = await redis.hmget(redisKeys.liveCounters(nodeId), ...part);
    for (const [index, id] of part.entries()) keepCounters(counters, id, texts[index]);
  }
  return counters;
}

export async function readAllCounters(redis: RedisClient, nodeId: NodeId) {
  const counters = new Map<ConnectionId, LiveConnectionSnapshot>();
  for await (const [id, text] of scan(redis, redisKeys.liveCounters(nodeId))) {
    keepCounters(counters, idFrom<ConnectionId>(id), text);
  }
  return counters;
}

/** The computes to which the node has established connections, from its counts. */
export async function readComputesInUse(redis: RedisClient, { nodeId, storedVersion }: NodeRecord) {
  if (storedVersion < STORED_VERSION) {
    const records = await readAllConnections(redis, nodeId);
    return records.flatMap(({ computeId, phase }) => (phase === 'relaying' && computeId !== null ? [computeId] : []));
  }
  const computeIds: ComputeId[] = [];
  for await (const [field] of scan(redis, redisKeys.connectionCounts(nodeId), `${RELAYING_PREFIX}*`)) {
    computeIds.push(idFrom<ComputeId>(field.slice(RELAYING_PREFIX.length)));
  }
  return computeIds;
}

function keepRecord(records: Map<ConnectionId, LiveConnectionRecord>, json: string | null | undefined, nodeId: NodeId) {
  const record = decodeRecord(json ?? '');
  if (record?.nodeId === nodeId) records.set(record.id, record);
}

function keepCounters(
  counters: Map<ConnectionId, LiveConnectionSnapshot>,
  id: ConnectionId,
  text: string | null | undefined,
): void {
  const read = text === null || text === undefined ? null : decodeCounters(text);
  if (read !== null) counters.set(id, read);
}

async function* scan(
  redis: RedisClient,
  key: string,
  pattern = '*',
): AsyncGenerator<readonly [field: string, value: string]> {
  let cursor = '0';
  do {
    const [next, entries] = await redis.hscan(key, cursor, 'MATCH', pattern, 'COUNT', PART);
    for (let index = 0; index + 1 < entries.length; index += 2) yield [entries[index] ?? '', entries[index + 1] ?? ''];
    cursor = next;
  } while (cursor !== '0');
}
