// Opens a reverse code on a claimed login request.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const BEGIN_REVERSE_CODE = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { claimed_by, digest: HMAC of the digits, approval: JSON text, life_ms, tries }
-- returns  outcome 'moved' when the code is open; 'refused' when that person has not claimed it
local code = cjson.decode(ARGV[3])
settle()
local status, claimed_by = unpack(redis.call('HMGET', record, 'status', 'claimed_by'))
if status ~= 'claimed' or claimed_by ~= code.claimed_by then return answer('refused') end
-- A second code replaces the first, but the tries already made stay counted.
redis.call('HSETNX', record, 'code_tries_left', code.tries)
redis.call('HSET', record, 'waiting', 'none', 'expires_at', digits(now + code.life_ms),
  'code_digest', code.digest, 'code_approval', code.approval)
changed()
return answer('moved')
`);
