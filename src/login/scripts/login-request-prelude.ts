// The beginning of every script on a login request: Redis' time, the moves that time alone makes,
// and the form of the answer. The first KEYS and ARGV are the same for each script, so that one
// function calls them all.

import { LUA_NOW } from '../../redis/redis-script.ts';

/** An approval unused for so long: its node is gone (docs/security.md, "Login requests"). */
export const CONSUME_LIMIT_MS = 60_000;

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
  local status, expires_at, approved_at = unpack(redis.call('HMGET', record, 'status', 'expires_at', 'approved_at'))
  if status == 'pending' or status == 'claimed' then return tonumber(expires_at), 'expired' end
  if status == 'approved' then return tonumber(approved_at) + ${CONSUME_LIMIT_MS}, 'abandoned' end
  return nil
end

-- Makes the move that is due by time, if any; true when it did.
local function settle()
  local at, status = deadline()
  if not at or now < at then return false end
  redis.call('HSET', record, 'status', status)
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
