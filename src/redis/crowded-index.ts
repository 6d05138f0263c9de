// Sorted sets of members that hold a place for a time. Where there is no place left, a newcomer is
// let in all the same, and a member of the most crowded group gives way.

import type { RedisClient } from './redis-client.ts';
import { askStore, LUA_NOW, redisScript, runScript } from './redis-script.ts';

const COUNT_MEMBERS = redisScript(`
-- KEYS[1]  a sorted set of members by the time when they count no more (ms)
-- returns  how many count now
${LUA_NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. digits(now), '+inf')
`);

const ENTER_CROWD = redisScript(`
-- KEYS[1]  a sorted set of members by the time when they count no more (ms)
-- ARGV[1]  a member: words of its id, its groups from the widest to the narrowest, its rank
-- ARGV[2]  how long it counts, in ms
-- ARGV[3]  most members in the set
-- ARGV[4]  of a narrowest group, how many may have rank 1
-- returns  the member that gave way, or '' where there was a place
${LUA_NOW}
local newcomer = ARGV[1]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', digits(now))
-- A moment later than the last one, so that those of one millisecond keep their order.
local untilAt, last = now + ARGV[2], redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) >= untilAt and tonumber(last[2]) < untilAt + 1 then untilAt = tonumber(last[2]) + 0.01 end
redis.call('ZADD', KEYS[1], string.format('%.2f', untilAt), newcomer)
-- The set lives as long as its longest member.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('ZCARD', KEYS[1]) <= tonumber(ARGV[3]) then return '' end

-- The oldest first. The newcomer counts for its groups, and gives way to nobody.
-- Rank 1 is for the oldest few of a group, in half of the places: anybody can use its name.
local rows, lowest, inAll, inGroup = {}, nil, 0, {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local words = {}
  for word in string.gmatch(member, '%S+') do words[#words + 1] = word end
  local rank, group = words[#words], words[#words - 1]
  if rank == '1' and (inAll >= math.max(1, tonumber(ARGV[3]) / 2) or (inGroup[group] or 0) >= tonumber(ARGV[4])) then rank = '0' end
  if rank == '1' then inAll, inGroup[group] = inAll + 1, (inGroup[group] or 0) + 1 end
  rows[#rows + 1] = { member = member, words = words, rank = rank }
  if member ~= newcomer and (not lowest or rank < lowest) then lowest = rank end
end
local function keep(isKept)
  local kept = {}
  for _, row in ipairs(rows) do if isKept(row) then kept[#kept + 1] = row end end
  rows = kept
end
keep(function(row) return row.rank == lowest end)
for level = 2, #rows[1].words - 1 do
  local counts, largest = {}, nil
  for _, row in ipairs(rows) do counts[row.words[level]] = (counts[row.words[level]] or 0) + 1 end
  for _, row in ipairs(rows) do
    local group = row.words[level]
    if row.member ~= newcomer and (not largest or counts[group] > counts[largest]) then largest = group end
  end
  keep(function(row) return row.words[level] == largest end)
end
for _, row in ipairs(rows) do
  if row.member ~= newcomer then
    redis.call('ZREM', KEYS[1], row.member)
    return row.member
  end
end
return ''
`);

/** A person has a few terminals; whoever has more competes as everybody does. */
const MOST_RANKED_OF_GROUP = 5;

/** Words without spaces. */
export interface CrowdMember {
  readonly id: string;
  /** From the widest to the narrowest; the same number for all members of a set. */
  readonly groups: readonly string[];
  /**
   * `0` gives way before `1`, in whatever group; but only the five oldest of a narrowest group, and
   * half of all places, have rank `1`.
   */
  readonly rank: '0' | '1';
}

export class CrowdedIndex {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  /** The member that had to give way and counts no more; null where there was a place. */
  async enter(member: CrowdMember, { lifeMs, most }: { lifeMs: number; most: number }): Promise<CrowdMember | null> {
    const call = { keys: [this.#key], args: [textOf(member), lifeMs, most, MOST_RANKED_OF_GROUP] };
    const text = await askStore(() => runScript(this.#redis, ENTER_CROWD, call));
    return typeof text !== 'string' || text === '' ? null : memberOf(text);
  }

  async has(member: CrowdMember): Promise<boolean> {
    return (await askStore(() => this.#redis.zscore(this.#key, textOf(member)))) !== null;
  }

  /** At most `most` members, in no order; some may have stopped counting just now. */
  async members(most: number): Promise<CrowdMember[]> {
    const texts = await askStore(() => this.#redis.zrange(this.#key, 0, most - 1));
    return texts.map(memberOf);
  }

  /** Whatever its rank was. */
  async leave(member: CrowdMember): Promise<void> {
    const texts = (['0', '1'] as const).map((rank) => textOf({ ...member, rank }));
    await askStore(() => this.#redis.zrem(this.#key, ...texts));
  }

  async count(): Promise<number> {
    return Number(await askStore(() => runScript(this.#redis, COUNT_MEMBERS, { keys: [this.#key], args: [] })));
  }
}

function textOf({ id, groups, rank }: CrowdMember): string {
  return [id, ...groups, rank].join(' ');
}

function memberOf(text: string): CrowdMember {
  const [id = '', ...words] = text.split(' ');
  return { id, groups: words.slice(0, -1), rank: words.at(-1) === '1' ? '1' : '0' };
}
