// The scripts by which a person gets more time to decide, or takes a denial back.

import { redisScript } from '../../redis/redis-script.ts';
import { LOGIN_REQUEST_PRELUDE } from './login-request-scripts.ts';

export const EXTEND_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, claimed_by, by_ms, most: how often }
-- returns  outcome 'moved', or 'refused': decided, another person's, with an open code, or too often
local more = cjson.decode(ARGV[3])
settle()
local status, claimed_by, digest, extended, last_move =
  unpack(redis.call('HMGET', record, 'status', 'claimed_by', 'code_digest', 'extended', 'last_move'))
if last_move == more.nonce then return answer('moved') end
if status ~= 'claimed' or claimed_by ~= more.claimed_by or digest then return answer('refused') end
if tonumber(extended or '0') >= more.most then return answer('refused') end
redis.call('HINCRBY', record, 'extended', 1)
redis.call('HINCRBY', record, 'expires_at', more.by_ms)
redis.call('HSET', record, 'last_move', more.nonce)
redis.call('PEXPIRE', record, digits(redis.call('PTTL', record) + more.by_ms))
changed()
return answer('moved')
`);

export const UNDO_DENIAL = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, claimed_by }
-- returns  outcome 'moved': claimed again, or still denied where its reason was a report
local undo = cjson.decode(ARGV[3])
settle()
local status, claimed_by, reason, undo_until, last_move =
  unpack(redis.call('HMGET', record, 'status', 'claimed_by', 'reason', 'undo_until', 'last_move'))
if last_move == undo.nonce then return answer('moved') end
if status ~= 'denied' or claimed_by ~= undo.claimed_by or not undo_until then return answer('refused') end
redis.call('HDEL', record, 'undo_until', 'reason')
if reason == 'reported' then redis.call('HSET', record, 'reason', 'report_undone')
else redis.call('HSET', record, 'status', 'claimed') end
redis.call('HSET', record, 'last_move', undo.nonce)
changed()
return answer('moved')
`);

export const FINISH_DENIAL = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved', or 'refused' when there is no denial to take back
settle()
local status, undo_until = unpack(redis.call('HMGET', record, 'status', 'undo_until'))
if status ~= 'denied' or not undo_until then return answer('refused') end
redis.call('HDEL', record, 'undo_until')
changed()
return answer('moved')
`);
