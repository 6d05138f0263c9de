// Reads one grant from Redis.

import { z } from 'zod';
import type { GrantId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { type Grant, parseGrant } from './grant.ts';

/** Throws ZodError for a malformed one, and `store_unavailable`. */
export async function readGrant(redis: RedisClient, id: GrantId): Promise<Grant | null> {
  return parseGrant(await askStore(() => redis.hgetall(redisKeys.grant(id))));
}

/** Null for a malformed grant, which must not stand in the way of others. */
export async function readGrantIfOurs(redis: RedisClient, id: GrantId): Promise<Grant | null> {
  return await readGrant(redis, id).catch((error: unknown) => {
    if (error instanceof z.ZodError) return null;
    throw error;
  });
}
