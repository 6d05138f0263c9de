// Reads the records that a node mirrors into Redis, whoever asks: its own process may be gone.

import type { ConnectionId, NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { type LiveConnectionRecord, parseLiveConnectionRecord } from './live-connection.ts';

const RECORDS_PER_SCAN = 1_000;

/** In parts, so that neither Redis nor this process stops for a large node. Throws when Redis is away. */
export async function readStoredRecords(redis: RedisClient, nodeId: NodeId): Promise<LiveConnectionRecord[]> {
  const records = new Map<ConnectionId, LiveConnectionRecord>();
  let cursor = '0';
  do {
    const [next, entries] = await redis.hscan(redisKeys.liveConnections(nodeId), cursor, 'COUNT', RECORDS_PER_SCAN);
    for (let index = 1; index < entries.length; index += 2) {
      const record = parseLiveConnectionRecord(entries[index] ?? '');
      if (record?.nodeId === nodeId) records.set(record.id, record);
    }
    cursor = next;
  } while (cursor !== '0');
  return [...records.values()];
}
