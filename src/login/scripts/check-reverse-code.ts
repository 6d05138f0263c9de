// Compares typed digits with an open reverse code and counts the attempt, in one step.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

// Comparing the digests with == is safe: they are HMACs, so a matching prefix reveals nothing about
// the digits.
export const CHECK_REVERSE_CODE = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, digest: HMAC of the digits that were typed }
-- returns  outcome 'moved': right, and consumed in the same move; 'wrong';
--          'denied': wrong for the last time; 'refused': no code is open
local attempt = cjson.decode(ARGV[3])
settle()
local status, digest, approval, last_move =
  unpack(redis.call('HMGET', record, 'status', 'code_digest', 'code_approval', 'last_move'))
if last_move == attempt.nonce then return answer('moved') end
if status ~= 'claimed' or not digest then return answer('refused') end
if digest == attempt.digest then
  -- The connection that sent the digits is the request's from now on.
  redis.call('HSET', record, 'waiting', 'connection', 'status', 'consumed', 'approval', approval, 'approved_at', digits(now), 'last_move', attempt.nonce)
  redis.call('HDEL', record, 'code_digest', 'code_approval', 'code_tries_left')
  changed()
  return answer('moved')
end
local tries_left = redis.call('HINCRBY', record, 'code_tries_left', -1)
if tries_left <= 0 then
  redis.call('HSET', record, 'status', 'denied', 'reason', 'wrong_code')
  redis.call('HDEL', record, 'code_digest', 'code_approval', 'code_tries_left')
end
changed()
return answer(tries_left <= 0 and 'denied' or 'wrong')
`);
