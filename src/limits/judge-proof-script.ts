// judge-proof for Redis, so that all nodes count together.

import { LUA_NOW, redisScript } from '../redis/redis-script.ts';

export const JUDGE_PROOF = redisScript(`
-- KEYS[1]   a hash: failures, answers (times in ms, in order, with commas), provedUntil (ms)
-- ARGV[1]   'right' or 'wrong'
-- ARGV[2..] windowMs, mostInWindow, mostOwed, quietMs, provedMs, then the gaps in ms
-- returns   'answer' or 'full', and after how many ms
${LUA_NOW}
local windowMs, mostInWindow, mostOwed = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local quietMs, provedMs = tonumber(ARGV[5]), tonumber(ARGV[6])
local kept = redis.call('HMGET', KEYS[1], 'failures', 'answers', 'provedUntil')
local failures, provedUntil = tonumber(kept[1] or 0), tonumber(kept[3] or 0)
local answers, owed, nextAt, lastAt = {}, 0, now, 0
for text in string.gmatch(kept[2] or '', '%d+') do
  lastAt = tonumber(text)
  if lastAt > now - math.max(windowMs, quietMs) then answers[#answers + 1] = lastAt end
  if lastAt > now then
    owed = owed + 1
    if owed == 1 then nextAt = lastAt end
  end
end
if owed >= mostOwed and (ARGV[1] == 'wrong' or provedUntil <= now) then return {'full', nextAt - now} end
local afterMs = 0
if ARGV[1] == 'right' then
  failures, provedUntil = 0, now + provedMs
else
  if now - lastAt > quietMs then failures = 0 end
  local gapMs = tonumber(ARGV[math.min(7 + failures, #ARGV)])
  local windowFreeAt = (answers[#answers - mostInWindow + 1] or -windowMs) + windowMs
  local answerAt = math.max(now, lastAt + gapMs, windowFreeAt)
  failures = failures + 1
  answers[#answers + 1] = answerAt
  lastAt, afterMs = answerAt, answerAt - now
end
for index, at in ipairs(answers) do answers[index] = digits(at) end
redis.call('HSET', KEYS[1], 'failures', failures, 'answers', table.concat(answers, ','), 'provedUntil', digits(provedUntil))
redis.call('PEXPIRE', KEYS[1], digits(math.max(provedUntil, lastAt + math.max(windowMs, quietMs)) - now))
return {'answer', afterMs}
`);
