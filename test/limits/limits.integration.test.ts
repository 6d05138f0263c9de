import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUserId, type UserId } from '../../src/ids.ts';
import { LIMIT_RULES, type LimitFigures, type LimitName } from '../../src/limits/limit-rules.ts';
import { Limits, type LimitVerdict } from '../../src/limits/limits.ts';
import { createRedis, type RedisClient } from '../../src/redis/redis-client.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const opened: RedisClient[] = [];
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

interface CountingLimits {
  readonly limits: Limits;
  readonly hits: LimitName[];
}

async function openLimits(url: string, figures: LimitFigures = {}): Promise<CountingLimits> {
  const redis = createRedis(url, { purpose: 'limiter', log: silentLog });
  opened.push(redis);
  await waitUntil(() => redis.status === 'ready', 'the limiter is connected');
  const hits: LimitName[] = [];
  return { limits: new Limits({ redis, log: silentLog, figures, onLimited: (limit) => hits.push(limit) }), hits };
}

const repeat = async (times: number, ask: () => Promise<LimitVerdict>): Promise<LimitVerdict[]> => {
  const verdicts: LimitVerdict[] = [];
  for (let count = 0; count < times; count += 1) verdicts.push(await ask());
  return verdicts;
};
const allowedOf = (verdicts: readonly LimitVerdict[]) => verdicts.filter((verdict) => verdict === 'allowed').length;
const minute = 60_000;

describe.each(redisKinds)('limits on $name', ({ start }) => {
  let redis: TestRedis;
  let here: CountingLimits;
  let there: CountingLimits;

  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    here = await openLimits(redis.url);
    there = await openLimits(redis.url);
    const cleaner = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    await cleaner.flushall();
    cleaner.disconnect();
  });

  it('thirty login requests of an address a minute are recorded, on all nodes together', async () => {
    const verdicts = [
      ...(await repeat(20, () => here.limits.loginRequest('192.0.2.1'))),
      ...(await repeat(20, () => there.limits.loginRequest('192.0.2.1'))),
    ];
    expect(allowedOf(verdicts)).toBe(30);
    expect(await here.limits.loginRequest('192.0.2.2')).toBe('allowed');
    const refused = verdicts.find((verdict) => verdict !== 'allowed');
    expect(refused).toEqual({ retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= minute) });
  });

  it('a refusal is counted under the name of its limit', async () => {
    await repeat(32, () => here.limits.loginRequest('192.0.2.1'));
    expect(here.hits).toEqual(['login_requests_of_address', 'login_requests_of_address']);
  });

  it('the login requests of a /16 are recorded up to 480 a minute', async () => {
    const verdicts: LimitVerdict[] = [];
    for (let host = 0; host < 500; host += 1) {
      verdicts.push(await here.limits.loginRequest(`198.51.${host % 250}.7`));
    }
    expect(allowedOf(verdicts)).toBe(480);
    expect(here.hits).toContain('login_requests_of_broad_network');
  });

  it('many addresses of one network are limited together', async () => {
    const verdicts: LimitVerdict[] = [];
    for (let host = 1; host <= 130; host += 1) verdicts.push(await here.limits.loginRequest(`198.51.100.${host}`));
    expect(allowedOf(verdicts)).toBe(120);
    expect(here.hits).toContain('login_requests_of_network');
  });

  it('an IPv6 /64 counts as one address, and an IPv4-mapped address as IPv4', async () => {
    const six = await repeat(16, () => here.limits.loginRequest('2001:db8:1:2::1'));
    const sixToo = await repeat(16, () => here.limits.loginRequest('2001:db8:1:2:ffff::9'));
    expect(allowedOf([...six, ...sixToo])).toBe(30);
    const four = await repeat(16, () => here.limits.loginRequest('203.0.113.5'));
    const mapped = await repeat(16, () => here.limits.loginRequest('::ffff:203.0.113.5'));
    expect(allowedOf([...four, ...mapped])).toBe(30);
  });

  it('an address of a shared network has ten times the figures', async () => {
    const { limits } = await openLimits(redis.url, {
      rules: { unknown_links_of_address: { points: 2, windowMs: minute } },
      sharedNetworks: ['10.0.0.0/8'],
    });
    const ask = (address: string) => repeat(30, () => limits.unknownLink({ address, userId: null }));
    expect(allowedOf(await ask('10.1.2.3'))).toBe(20);
    expect(allowedOf(await ask('192.0.2.1'))).toBe(2);
  });

  it('a proxy that names nobody is no unlimited browser', async () => {
    const { limits } = await openLimits(redis.url, {
      failures: { ofNetwork: 2 },
      unlimitedNetworks: ['127.0.0.0/8'],
      proxies: ['127.0.0.1'],
    });
    const taken = (address: string) => [1, 2, 3, 4].filter(() => limits.failures.take(address, 'invalid_key')).length;
    expect([taken('127.0.0.1'), taken('127.0.0.2')]).toEqual([2, 4]);
  });

  // Three accounts that guessed codes kept everybody behind their address from typing one.
  it('codes typed at an address leave each person a few, however many others type', async () => {
    const address = '192.0.2.77';
    const guess = (userId: UserId) => here.limits.typedCode({ address, userId });
    const guessers = [newUserId(), newUserId(), newUserId(), newUserId()];
    const guesses: LimitVerdict[] = [];
    for (const guesser of guessers) guesses.push(...(await repeat(30, () => guess(guesser))));
    expect(allowedOf(guesses)).toBeLessThanOrEqual(60 + guessers.length * 3);
    expect(allowedOf(await repeat(5, () => guess(newUserId())))).toBe(5);
    const neighbour = newUserId();
    expect(allowedOf(await repeat(5, () => guess(neighbour)))).toBe(3);
  });

  it('a person who opens unknown links is limited also from many addresses', async () => {
    const userId = newUserId();
    const verdicts: LimitVerdict[] = [];
    for (let host = 1; host <= 40; host += 1) {
      verdicts.push(await here.limits.unknownLink({ address: `198.51.100.${host}`, userId }));
    }
    expect(allowedOf(verdicts)).toBe(30);
  });

  it.each([
    ['wrong passwords', 'sign_in_failures_of_network', 'failedSignIn'],
    ['forgotten passwords', 'forgotten_passwords_of_network', 'forgottenPassword'],
    ['challenges for passkeys', 'passkey_challenges_of_network', 'passkeyChallenge'],
  ] as const)('%s of an IPv6 /48 are counted together, beside other networks', async (_what, rule, counted) => {
    const { limits } = await openLimits(redis.url, { rules: { [rule]: { points: 5, windowMs: minute } } });
    const verdicts: LimitVerdict[] = [];
    for (let subnet = 1; subnet <= 8; subnet += 1)
      verdicts.push(await limits[counted](`2001:db8:${rule.length}:${subnet}::1`));
    expect(allowedOf(verdicts)).toBe(5);
    expect(await limits[counted](`2001:db9:${rule.length}:1::1`)).toBe('allowed');
  });

  it('an API key is limited per route and in all', async () => {
    const { limits, hits } = await openLimits(redis.url, {
      rules: {
        api_calls_of_route: { points: 3, windowMs: minute },
        api_calls_of_key: { points: 8, windowMs: minute },
      },
    });
    const call = (route: string) => repeat(4, () => limits.apiCall({ keyId: 'k', route, address: '192.0.2.1' }));
    expect(allowedOf(await call('GET /projects'))).toBe(3);
    expect(allowedOf(await call('GET /regions'))).toBe(3);
    expect(allowedOf(await call('GET /users/me'))).toBe(0);
    expect(new Set(hits)).toEqual(new Set(['api_calls_of_route', 'api_calls_of_key']));
  });

  it('names and e-mail addresses do not stand in Redis', async () => {
    await here.limits.proofs.settle({ secret: 'name:canary', address: '192.0.2.1' }, 'wrong');
    await here.limits.loginRequest('192.0.2.1');
    const client = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    const keys = await client.keys('*');
    client.disconnect();
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.join('\n')).not.toContain('canary');
  });
});

it('every default figure is the documented one', () => {
  expect(Object.fromEntries(Object.entries(LIMIT_RULES).map(([name, { points }]) => [name, points]))).toEqual({
    login_requests_of_address: 30,
    login_requests_of_network: 120,
    login_requests_of_broad_network: 480,
    unknown_links_of_address: 10,
    unknown_links_of_person: 30,
    typed_codes_of_address: 60,
    typed_codes_of_person: 20,
    typed_codes_in_crowd: 3,
    one_time_codes_of_person: 10,
    passkey_challenges: 120,
    passkey_challenges_of_network: 1_920,
    sign_in_failures_of_address: 100,
    sign_in_failures_of_network: 1_600,
    forgotten_passwords_of_address: 20,
    forgotten_passwords_of_network: 320,
    no_password_mails_of_person: 1,
    invitations_of_recipient: 10,
    invitations_of_sender: 500,
    lock_tables_filled: 1,
    api_calls_of_key: 700,
    api_calls_of_route: 40,
    api_keys_made: 10,
  });
});

describe('limits without Redis', () => {
  it('go on in each node by itself, and refuse nobody for the outage', async () => {
    await using redis = await startDebianRedis();
    const { limits } = await openLimits(redis.url);
    await redis.kill('SIGKILL');
    expect(allowedOf(await repeat(40, () => limits.loginRequest('192.0.2.1')))).toBe(30);
  });

  it('a Redis that stopped answering is passed over', async () => {
    await using redis = await startDebianRedis();
    const { limits } = await openLimits(redis.url);
    const control = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    opened.push(control);
    await control.client('PAUSE', 60_000, 'ALL');
    const verdicts = await Promise.all(Array.from({ length: 40 }, () => limits.loginRequest('192.0.2.1')));
    expect(allowedOf(verdicts)).toBe(30);
  });
});
