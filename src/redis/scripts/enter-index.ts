// Adds an id to an expiring index, unless it is full.

import { redisScript } from '../redis-script.ts';
import { LUA_NOW } from './redis-time.ts';

export const ENTER_INDEX = redisScript(`
-- KEYS[1]  a sorted set of ids by the time when they count no more (ms)
-- ARGV[1]  an id
-- ARGV[2]  how long it counts, in ms
-- ARGV[3]  most ids in the set
-- returns  1 when the id is in the set, 0 when the set is full
${LUA_NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', digits(now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], digits(now + ARGV[2]), ARGV[1])
-- The set lives as long as its longest member.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`);
