// Keys that strangers can make us write, as many as they like: a ring of them for each network, in
// which the oldest is deleted for the newest; for each person where only the signed-in can. They
// expire by themselves, too, but within minutes a flood fills Redis.

import type { UserId } from '../ids.ts';
import { providerNetworkKey } from '../network-address.ts';
import type { RedisClient } from './redis-client.ts';
import { type FloodedKind, redisKeys } from './redis-keys.ts';
import { askStore, redisScript, runScript } from './redis-script.ts';

const ENTER_RING = redisScript(`
-- KEYS[1]  a list of members, the newest first
-- ARGV[1]  a member
-- ARGV[2]  most members
-- ARGV[3]  how long it lives, in ms
-- returns  the members that fell out
redis.call('LPUSH', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
local fallen = {}
while redis.call('LLEN', KEYS[1]) > tonumber(ARGV[2]) do fallen[#fallen + 1] = redis.call('RPOP', KEYS[1]) end
return fallen
`);

/** More than can wait for anybody at a time. */
const MOST_OF_NETWORK = 2_000;

type Maker = { readonly address: string } | { readonly userId: UserId };

export class FloodRing {
  readonly #redis: RedisClient;
  readonly #kind: FloodedKind;
  readonly #most: number;

  constructor(redis: RedisClient, kind: FloodedKind, most: number = MOST_OF_NETWORK) {
    this.#redis = redis;
    this.#kind = kind;
    this.#most = most;
  }

  /** For keys that stand or fall together, none with a space. Throws `store_unavailable`. */
  async enter(keys: readonly string[], { lifeMs, ...by }: Maker & { readonly lifeMs: number }): Promise<void> {
    const owner = 'userId' in by ? by.userId : providerNetworkKey(by.address);
    const ring = redisKeys.floodRing(this.#kind, owner);
    const call = { keys: [ring], args: [keys.join(' '), this.#most, lifeMs] };
    const fallen = await askStore(() => runScript(this.#redis, ENTER_RING, call));
    const outdated = Array.isArray(fallen) ? fallen.flatMap((member) => String(member).split(' ')) : [];
    // One by one: in a Cluster they are in different slots.
    await askStore(() => Promise.all(outdated.map((key) => this.#redis.del(key))));
  }
}
