// One move of a login request, as an atomic compare-and-set.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-prelude.ts';

export const MOVE_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, to: { current status: { waiting: next status } },
--            claimed_by?: the person who must hold the claim, without?: field that must be absent,
--            stamp?: field for the time, fields }
-- returns  outcome 'moved' or 'refused'
local move = cjson.decode(ARGV[3])
settle()
local status, waiting, claimed_by, last_move =
  unpack(redis.call('HMGET', record, 'status', 'waiting', 'claimed_by', 'last_move'))
-- The client sends a command again when the reply was lost: it had won.
if last_move == move.nonce then return answer('moved') end
local next_status = status and move.to[status] and move.to[status][waiting]
if not next_status then return answer('refused') end
if move.claimed_by and move.claimed_by ~= claimed_by then return answer('refused') end
if move.without and redis.call('HEXISTS', record, move.without) == 1 then return answer('refused') end
set(move.fields)
redis.call('HSET', record, 'status', next_status, 'last_move', move.nonce)
if move.stamp then redis.call('HSET', record, move.stamp, digits(now)) end
changed()
return answer('moved')
`);
