// The scripts on a login request: all begin with Redis' time and the moves that time alone makes.

import { LUA_NOW, redisScript } from '../../redis/redis-script.ts';

/** An approval unused for so long: its node is gone (docs/security.md, "Login requests"). */
export const CONSUME_LIMIT_MS = 60_000;
/** How long a record outlives the time to decide, so that pages can show the outcome. */
export const KEPT_MS = CONSUME_LIMIT_MS + 10 * 60_000;
/** Of places that ask very often, so that they do not fill Redis. */
export const BRIEFLY_KEPT_MS = CONSUME_LIMIT_MS + 30_000;

/** Of one out of very many that ended before a person opened it: its node has been told by then. */
const UNSEEN_KEPT_MS = 15_000;

export const LOGIN_REQUEST_PRELUDE = `
-- KEYS[1]  the login request (hash)
-- ARGV[1]  its id
-- ARGV[2]  the channel that announces changes to every node
-- ARGV[3]  JSON, described by each script
-- returns  { outcome, ms until the request expires or -1,
--            the whole hash as field, value, … or empty }
local record, id, channel = KEYS[1], ARGV[1], ARGV[2]
${LUA_NOW}
local function changed()
  redis.call('HINCRBY', record, 'version', 1)
  redis.call('PUBLISH', channel, id)
end

local function deadline()
  local status, expires_at, approved_at, undo_until =
    unpack(redis.call('HMGET', record, 'status', 'expires_at', 'approved_at', 'undo_until'))
  if status == 'pending' or status == 'claimed' or status == 'submitted' then return tonumber(expires_at), 'expired' end
  if status == 'approved' then return tonumber(approved_at) + ${CONSUME_LIMIT_MS}, 'abandoned' end
  if undo_until then return tonumber(undo_until), 'denied' end
  return nil
end

-- Makes the move that is due by time, if any; true when it did.
local function settle()
  local at, status = deadline()
  if not at or now < at then return false end
  redis.call('HSET', record, 'status', status)
  redis.call('HDEL', record, 'undo_until')
  if status == 'abandoned' then redis.call('HSET', record, 'reason', 'node_gone') end
  changed()
  return true
end

local function answer(outcome)
  local at = deadline()
  return { outcome, at and math.max(0, at - now) or -1, redis.call('HGETALL', record) }
end

local function set(fields)
  for field, value in pairs(fields) do redis.call('HSET', record, field, value) end
end
`;

export const CREATE_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { life_ms, keep_ms: how long the hash outlives life_ms, fields }
-- returns  outcome 'moved', or 'refused' when it exists: two browsers may open one offer at once
if redis.call('EXISTS', record) == 1 then return answer('refused') end
local creation = cjson.decode(ARGV[3])
set(creation.fields)
redis.call('HSET', record, 'created_at', digits(now), 'expires_at', digits(now + creation.life_ms), 'version', '1')
-- No later move removes the expiry, and only more time to decide extends it.
redis.call('PEXPIRE', record, digits(creation.life_ms + creation.keep_ms))
return answer('moved')
`);

export const READ_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved' when this read made a move that was due by time, else 'refused'
return answer(settle() and 'moved' or 'refused')
`);

export const MOVE_LOGIN_REQUEST = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, to: { current status: { waiting: next status } },
--            claimed_by?: the person who must hold the claim, without?: field that must be absent,
--            stamp?: field for the time, undo_ms?: how long the move can be taken back,
--            life_ms?: the new time to decide, fields }
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
-- Only those that leave no trace have less time than this: such a flood must not fill Redis.
if status == 'pending' and next_status == 'abandoned' and redis.call('PTTL', record) < ${KEPT_MS} then
  redis.call('PEXPIRE', record, ${UNSEEN_KEPT_MS})
end
if move.stamp then redis.call('HSET', record, move.stamp, digits(now)) end
if move.undo_ms then redis.call('HSET', record, 'undo_until', digits(now + move.undo_ms)) end
if move.life_ms then
  redis.call('HSET', record, 'expires_at', digits(now + move.life_ms))
  redis.call('PEXPIREAT', record, digits(now + move.life_ms + ${KEPT_MS}))
end
changed()
return answer('moved')
`);

export const SET_PROGRESS = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { fields }
-- returns  outcome 'moved', or 'refused' when the request is no longer stored
if redis.call('EXISTS', record) == 0 then return answer('refused') end
set(cjson.decode(ARGV[3]).fields)
changed()
return answer('moved')
`);

export const DETACH_CONNECTION = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved' when the request stays open, 'refused' when it is decided or has ended
settle()
local status, waiting = unpack(redis.call('HMGET', record, 'status', 'waiting'))
if status ~= 'pending' and status ~= 'claimed' and status ~= 'submitted' then return answer('refused') end
if waiting ~= 'none' then
  redis.call('HSET', record, 'waiting', 'none')
  changed()
end
return answer('moved')
`);

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

export const BEGIN_REVERSE_CODE = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { claimed_by, digest: HMAC of the digits, length, approval: JSON text, life_ms }
-- returns  outcome 'moved' when the code is open; 'refused' when that person has not claimed it
local code = cjson.decode(ARGV[3])
settle()
local status, claimed_by = unpack(redis.call('HMGET', record, 'status', 'claimed_by'))
if status ~= 'claimed' or claimed_by ~= code.claimed_by then return answer('refused') end
-- A second code replaces the first.
redis.call('HSET', record, 'waiting', 'none', 'expires_at', digits(now + code.life_ms),
  'code_digest', code.digest, 'code_length', digits(code.length), 'code_approval', code.approval)
changed()
return answer('moved')
`);

// Comparing with == is safe: HMACs, so a matching prefix reveals nothing about the digits.
export const CHECK_REVERSE_CODE = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  { nonce, digest: HMAC of the digits that were typed, length,
--            most: the count of wrong ones that denies, null where no answer costs a try }
-- returns  outcome 'moved': right, and consumed in the same move; 'wrong'; 'burned': wrong once too
--          often, and denied; 'unlike': of another length; 'refused': none is open
local attempt = cjson.decode(ARGV[3])
settle()
local status, digest, approval, length, last_move =
  unpack(redis.call('HMGET', record, 'status', 'code_digest', 'code_approval', 'code_length', 'last_move'))
if last_move == attempt.nonce then return answer('moved') end
if status ~= 'claimed' or not digest then return answer('refused') end
-- Nodes of the version before give twelve digits and say no length.
if (tonumber(length) or 12) ~= attempt.length then return answer('unlike') end
if digest == attempt.digest then
  -- The connection that sent the digits is the request's from now on.
  redis.call('HSET', record, 'waiting', 'connection', 'status', 'consumed', 'approval', approval, 'approved_at', digits(now), 'last_move', attempt.nonce)
  redis.call('HDEL', record, 'code_digest', 'code_approval')
  changed()
  return answer('moved')
end
if type(attempt.most) ~= 'number' then return answer('wrong') end
-- The same digits again tell a guesser nothing: a reply was lost and is asked for again, or
-- software sends a saved password of six digits with each connection. They cost one try in all.
local tried = redis.call('HGET', record, 'wrong_digests') or ''
if string.find(tried, attempt.digest, 1, true) then return answer('wrong') end
redis.call('HSET', record, 'wrong_digests', tried .. attempt.digest)
if redis.call('HINCRBY', record, 'wrong_reverse_codes', 1) < attempt.most then return answer('wrong') end
redis.call('HSET', record, 'status', 'denied', 'reason', 'wrong_reverse_code')
redis.call('HDEL', record, 'code_digest', 'code_approval')
changed()
return answer('burned')
`);

export const GIVE_BACK_TRY = redisScript(`${LOGIN_REQUEST_PRELUDE}
-- ARGV[3]  {}
-- returns  outcome 'moved': the digits were those of another code, and cost this one no try
settle()
if (tonumber(redis.call('HGET', record, 'wrong_reverse_codes')) or 0) > 0 then
  redis.call('HINCRBY', record, 'wrong_reverse_codes', -1)
end
return answer('moved')
`);
