// Counts a wrong user code, and denies the request at the last one.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const COUNT_WRONG_USER_CODE = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { claimed_by, most: the count that denies }
-- returns  outcome 'moved' when this one was too many and denied the request, else 'refused'
local limit = cjson.decode(ARGV[3])
settle()
local status, claimed_by = unpack(redis.call('HMGET', record, 'status', 'claimed_by'))
if status ~= 'claimed' or claimed_by ~= limit.claimed_by then return answer('refused') end
if redis.call('HINCRBY', record, 'wrong_user_codes', 1) < limit.most then return answer('refused') end
redis.call('HSET', record, 'status', 'denied', 'reason', 'wrong_user_code')
changed()
return answer('moved')
`);
