// Counts an expiring index.

import { LUA_NOW } from './redis-time.ts';

export const COUNT_INDEX = `
-- KEYS[1]  a sorted set of ids by the time when they count no more (ms)
-- returns  how many count now
${LUA_NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. digits(now), '+inf')
`;
