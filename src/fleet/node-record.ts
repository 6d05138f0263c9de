// One node as its heartbeat describes it to the others, and the claim to its id in Redis.

import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { idFrom, type NodeId } from '../ids.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { MINUTES_KEPT } from './load-history.ts';

const CLAIM_PAUSE_MS = 250;

const nodeRecordSchema = z.object({
  nodeId: z
    .string()
    .min(1)
    .max(100)
    .transform((id) => idFrom<NodeId>(id)),
  version: z.string().max(100),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  beatAt: z.iso.datetime(),
  liveConnections: z.number().int().nonnegative(),
  waitingConnections: z.number().int().nonnegative(),
  isDraining: z.boolean(),
  /** See LoadHistory; an older version writes none. */
  livePeaks: z.array(z.number().int().nonnegative()).max(MINUTES_KEPT).default([]),
  /** See STORED_VERSION; the version before does not send it. */
  storedVersion: z.number().int().default(1),
  /** Of the process, made at its start; an older version writes none. */
  startId: z.string().max(100).optional(),
});

export type NodeRecord = Readonly<z.output<typeof nodeRecordSchema>>;

/** Empty for a record of a version with other fields. */
export function parseNodeRecord(json: string): NodeRecord[] {
  try {
    return [nodeRecordSchema.parse(JSON.parse(json))];
  } catch {
    // A node that cannot be described is left out of lists.
    return [];
  }
}

/** False when a process still holds the id after the limit; a killed one’s record expires. */
export async function claimNodeId(
  redis: RedisClient,
  describe: () => NodeRecord,
  { ttlMs, limitMs }: { readonly ttlMs: number; readonly limitMs: number },
): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (performance.now() < until) {
    const record = describe();
    const key = redisKeys.node(record.nodeId);
    if ((await redis.set(key, JSON.stringify(record), 'PX', ttlMs, 'NX')) === 'OK') return true;
    // The client sends a command again when the reply was lost: then the id is ours already.
    const [holder] = parseNodeRecord((await redis.get(key)) ?? '');
    if (holder?.startId === record.startId) return true;
    await pause(CLAIM_PAUSE_MS);
  }
  return false;
}
