// The scripts that write a new grant and use one, by Redis' clock.

import { LUA_NOW, redisScript } from '../../redis/redis-script.ts';

export const CREATE_GRANT = redisScript(`
-- KEYS[1]  the grant (hash)
-- ARGV[1]  its terms, JSON text
-- ARGV[2]  its life in ms
-- ARGV[3]  how many uses, or '' for any number
-- returns  the whole hash as field, value, …
${LUA_NOW}
local until_at = digits(now + ARGV[2])
redis.call('HSET', KEYS[1], 'terms', ARGV[1], 'created_at', digits(now), 'until', until_at, 'used_count', '0')
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'uses_left', ARGV[3]) end
redis.call('PEXPIREAT', KEYS[1], until_at)
return redis.call('HGETALL', KEYS[1])
`);

export const USE_GRANT = redisScript(`
-- KEYS[1]  the grant (hash)
-- ARGV[1]  a nonce of this use
-- returns  { 1 when this use is allowed and counted, else 0;
--            the whole hash as field, value, … or empty }
${LUA_NOW}
local until_at, uses_left, last_use = unpack(redis.call('HMGET', KEYS[1], 'until', 'uses_left', 'last_use'))
local function answer(used) return { used, redis.call('HGETALL', KEYS[1]) } end
if not until_at or now >= tonumber(until_at) then return { 0, {} } end
-- The client resends a command whose reply was lost: this use is counted already.
if last_use == ARGV[1] then return answer(1) end
if uses_left and tonumber(uses_left) <= 0 then return answer(0) end
if uses_left then redis.call('HINCRBY', KEYS[1], 'uses_left', -1) end
redis.call('HINCRBY', KEYS[1], 'used_count', 1)
redis.call('HSET', KEYS[1], 'last_used_at', digits(now), 'last_use', ARGV[1])
return answer(1)
`);
