import { describe, expect, it } from 'vitest';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { defaultChoice } from '../../support/browser/web-client.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type SentinelRedis, startSentinelRedis } from './redis-sentinel-for-tests.ts';

const RECOVERED_WITHIN_MS = 60_000;

/** Possible ends of a login whose request was lost with its master. */
const CLEAR_END = /FATAL: {2}(cannot connect now|login request \w+)[^\n]*\n[\s\S]*HINT: /;

async function openScene(): Promise<AsyncDisposable & { readonly redis: SentinelRedis; readonly desk: Desk }> {
  const redis = await startSentinelRedis();
  const desk = await openDesk({ redisUrl: redis.url });
  const close = async () => {
    await desk.close();
    await redis.close();
  };
  return { redis, desk, [Symbol.asyncDispose]: close };
}

// All at the same time, since what takes long is waiting.
describe.concurrent('a Redis behind Sentinels', () => {
  it('fails over while a person decides: this login and later ones go on', async () => {
    await using scene = await openScene();
    const { redis, desk } = scene;
    const psql = desk.psql(['-Atc', 'select 6 * 7']);
    const link = await linkOf(psql);
    const page = await desk.browser.get(new URL(link).pathname);
    expect(page.status).toBe(200);
    await redis.master.kill('SIGKILL');
    await redis.failedOver();
    const choice = { ...defaultChoice(page.html), decision: 'approve' };
    const decided = await desk.browser.submit(page, choice, new URL(page.url).pathname);
    const ended = await finish(psql);
    if (ended.code === 0) expect([decided.status, ended.stdout]).toEqual([200, '42\n']);
    else expect(ended.stderr).toMatch(CLEAR_END);
    expect(await desk.login(['-Atc', 'select 6 * 9'])).toMatchObject({ code: 0, stdout: '54\n' });
  });

  it('is used without a master that hangs', async () => {
    await using scene = await openScene();
    const { redis, desk } = scene;
    process.kill(redis.master.pid, 'SIGSTOP');
    await redis.failedOver();
    expect(await desk.login(['-Atc', 'select 6 * 7'])).toMatchObject({ code: 0, stdout: '42\n' });
    process.kill(redis.master.pid, 'SIGCONT');
    expect(await desk.login(['-Atc', 'select 6 * 9'])).toMatchObject({ code: 0, stdout: '54\n' });
  });

  // Its kernel accepts connections, and its answer never came.
  it('is found through another Sentinel while the first hangs', async () => {
    await using scene = await openScene();
    const { redis } = scene;
    const client = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    await client.ping();
    process.kill(redis.firstSentinelPid, 'SIGSTOP');
    await redis.master.kill('SIGKILL');
    await redis.failedOver();
    const isThere = () => client.set('key', 'value').then(Boolean, () => false);
    await waitUntil(isThere, 'commands reach the new master', RECOVERED_WITHIN_MS);
    client.disconnect();
    process.kill(redis.firstSentinelPid, 'SIGCONT');
  });
});
