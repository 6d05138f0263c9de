// Scripts in Lua, sent by digest, with Redis' own clock; and the error of a Redis that is away.

import { createHash } from 'node:crypto';
import { PosternError } from '../errors.ts';
import { isWrongCommand, type RedisClient } from './redis-client.ts';

export interface RedisScript {
  readonly text: string;
  readonly digest: string;
}

export function redisScript(text: string): RedisScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script by its digest; sends its text only when the server does not know it yet. */
export async function runScript(
  redis: RedisClient,
  { text, digest }: RedisScript,
  { keys, args }: { keys: readonly string[]; args: ReadonlyArray<string | number> },
): Promise<unknown> {
  try {
    return await redis.evalsha(digest, keys.length, ...keys, ...args);
  } catch (error) {
    // In a Cluster the answer may come as the last of several redirections.
    if (!(error instanceof Error) || !error.message.includes('NOSCRIPT')) throw error;
    return await redis.eval(text, keys.length, ...keys, ...args);
  }
}

/** Redis' time as milliseconds in `now`, one reading per script, and a way to write it. */
export const LUA_NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Lua's own conversion would write large numbers as 1e+12.
local function digits(number) return string.format('%.0f', number) end
`;

/**
 * Throws PosternError `store_unavailable` when Redis is away, late or refuses for its own reasons;
 * a wrong command's error unchanged. NOTE: the command may have taken effect; scripts that must
 * know carry a nonce.
 */
export async function askStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PosternError || isWrongCommand(error)) throw error;
    throw new PosternError('store_unavailable', { cause: error });
  }
}
