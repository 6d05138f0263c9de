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

export const TELL_OF_GRANT = redisScript(`
-- KEYS[1]  the terminals that grants were made for (stream)
-- KEYS[2]  node ids by until when (ms) each relies on what it has read (sorted set)
-- ARGV[1]  a digest of the terminal
-- ARGV[2]  how long the grant may live, in ms
-- ARGV[3]  how many entries are kept, about
-- ARGV[4]  how long the stream outlives its last entry, in ms
-- returns  { id, how long it relies on what it has read before, in ms; … }
${LUA_NOW}
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'terminal', ARGV[1], 'until', digits(now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local relying = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. digits(now), '+inf', 'WITHSCORES')
for at = 2, #relying, 2 do relying[at] = digits(relying[at] - now) end
return relying
`);

export const READ_TOLD_GRANTS = redisScript(`
-- KEYS[1]  the terminals that grants were made for (stream)
-- KEYS[2]  node ids by until when (ms) each relies on what it has read (sorted set)
-- ARGV[1]  the node that reads
-- ARGV[2]  how long it will rely on what it reads, in ms; 0: not at all
-- ARGV[3]  the entry that it read last, or '-'
-- ARGV[4]  how long a node that reads no more counts as one that reads, in ms
-- ARGV[5]  how long the keys outlive their last reading, in ms
-- returns  { now in ms; how many nodes read; entries from that one on, itself included }
${LUA_NOW}
redis.call('ZADD', KEYS[2], digits(now + ARGV[2]), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', digits(now - ARGV[4]))
-- So that there is always an entry to go on from: where it is lost, so are others.
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('XADD', KEYS[1], '*', 'terminal', '', 'until', '0') end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[5]) end
return { digits(now), redis.call('ZCARD', KEYS[2]), redis.call('XRANGE', KEYS[1], ARGV[3], '+') }
`);
