import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { judgeProof, NEW_PACE, type PaceFigures, type PaceState } from '../../src/limits/judge-proof.ts';
import { PACE_FIGURES, ProofPace } from '../../src/limits/proof-pace.ts';
import { createRedis } from '../../src/redis/redis-client.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Every answer is late by days or given at once, so that a slow machine changes nothing. */
const day = 86_400_000;
const SLOW: PaceFigures = {
  ...PACE_FIGURES,
  gapsMs: [0, 0, day],
  windowMs: 3 * day,
  quietMs: 3 * day,
  mostOwed: 4,
  longestWaitMs: 0,
};

async function openPace(url: string, figures = SLOW) {
  const redis = createRedis(url, { purpose: 'limiter', log: silentLog });
  onTestFinished(() => redis.disconnect());
  await waitUntil(() => redis.status === 'ready', 'the limiter is connected');
  const slowed: string[] = [];
  return { redis, slowed, pace: new ProofPace({ redis, figures, onSlowed: (address) => slowed.push(address) }) };
}

describe.each(redisKinds)('the pace of wrong passwords on $name', ({ start }) => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.close());

  it('is kept for one secret and address on all nodes together, and for nothing else', async () => {
    const [here, there] = [await openPace(redis.url), await openPace(redis.url)];
    const attempt = { secret: 'role:1', address: '192.0.2.1' };
    expect(await here.pace.settle(attempt, 'wrong')).toEqual({ kind: 'answer' });
    expect(await there.pace.settle(attempt, 'wrong')).toEqual({ kind: 'answer' });
    const late = await here.pace.settle(attempt, 'wrong');
    expect(late).toEqual({ kind: 'put_off', retryAfterMs: expect.toSatisfy((ms: number) => ms > day - 60_000) });
    expect(here.slowed).toEqual(['192.0.2.1']);
    for (const other of [
      { ...attempt, address: '192.0.2.2' },
      { ...attempt, secret: 'role:2' },
    ]) {
      expect(await there.pace.settle(other, 'wrong')).toEqual({ kind: 'answer' });
    }
  });

  it('lets a right password in after any number of wrong ones, and forgives them', async () => {
    const { pace } = await openPace(redis.url);
    const attempt = { secret: 'role:3', address: '192.0.2.1' };
    await pace.settle(attempt, 'right');
    for (let wrong = 0; wrong < 20; wrong++) await pace.settle(attempt, 'wrong');
    expect(await pace.settle(attempt, 'right')).toEqual({ kind: 'answer' });
  });

  // A pool that restarts behind a NAT connects thousands of times a second.
  it('lets in 2,000 right ones of one address within one window, each at once', async () => {
    const { pace, slowed } = await openPace(redis.url);
    const attempts = Array.from({ length: 2_000 }, (_, index) => ({
      secret: `token:${index % 4}`,
      address: '192.0.2.7',
    }));
    const outcomes = await Promise.all(attempts.map((attempt) => pace.settle(attempt, 'right')));
    expect(outcomes.filter(({ kind }) => kind !== 'answer')).toEqual([]);
    expect(slowed).toEqual([]);
  });

  it('says the same as the judge that counts without Redis', async () => {
    const { pace } = await openPace(redis.url);
    const attempt = { secret: 'role:4', address: '192.0.2.1' };
    let state: PaceState = NEW_PACE;
    const wrongs = Array.from({ length: 8 }, () => 'wrong' as const);
    for (const proof of ['wrong', 'right', ...wrongs, 'right', 'wrong'] as const) {
      const judged = judgeProof(state, { proof, nowMs: 1_000 * day, figures: SLOW });
      state = judged.state;
      const isAtOnce = judged.verdict.kind === 'answer' && judged.verdict.afterMs === 0;
      expect((await pace.settle(attempt, proof)).kind).toBe(isAtOnce ? 'answer' : 'put_off');
    }
  });

  it('holds a wrong answer back until its time, and ends with the connection', async () => {
    const { pace } = await openPace(redis.url, { ...SLOW, longestWaitMs: day });
    const attempt = { secret: 'role:5', address: '192.0.2.1' };
    await pace.settle(attempt, 'wrong');
    await pace.settle(attempt, 'wrong');
    const gone = new AbortController();
    const held = pace.settle(attempt, 'wrong', gone.signal);
    gone.abort(new Error('the client went away'));
    await expect(held).rejects.toThrow('the client went away');
  });
});

describe('the pace of wrong passwords without Redis', () => {
  it('is kept by each node alone', async () => {
    await using redis = await startDebianRedis();
    const { pace } = await openPace(redis.url);
    await redis.kill('SIGKILL');
    const attempt = { secret: 'role:1', address: '192.0.2.1' };
    const kinds: string[] = [];
    for (let wrong = 0; wrong < 3; wrong++) kinds.push((await pace.settle(attempt, 'wrong')).kind);
    expect(kinds).toEqual(['answer', 'answer', 'put_off']);
    expect(await pace.settle(attempt, 'right')).toEqual({ kind: 'answer' });
  });
});
