// Writes a new grant.

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
