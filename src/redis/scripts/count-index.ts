// Counts an expiring index.

import { redisScript } from '../redis-script.ts';
import { LUA_NOW } from './redis-time.ts';

export const COUNT_INDEX = redisScript(`
-- KEYS[1]  a sorted set of ids by the time when they count no more (ms)
-- returns  how many count now
${LUA_NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. digits(now), '+inf')
`);
