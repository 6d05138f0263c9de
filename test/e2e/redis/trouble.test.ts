// A Redis that is slow, full, or configured to evict.

import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/log.ts';
import { warnOfEviction } from '../../../src/metrics/observe-stores.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { finish, linkOf, openDesk } from '../../support/nodes/desk.ts';

const HANG_MS = 2_000;

describe('a Redis that hangs for two seconds', () => {
  it('costs waiting and new logins nothing but time', async () => {
    await using redis = await startDebianRedis();
    await using desk = await openDesk({ redisUrl: redis.url });
    const early = desk.psql(['-Atc', 'select 1']);
    const earlyLink = await linkOf(early);
    const idle = desk.psql(['-At']);
    await desk.browser.approve(await linkOf(idle));
    process.kill(redis.pid, 'SIGSTOP');
    const continued = new Promise<void>((resolve) => {
      setTimeout(() => {
        process.kill(redis.pid, 'SIGCONT');
        resolve();
      }, HANG_MS);
    });
    const late = desk.psql(['-Atc', 'select 2']);
    idle.write('select 6 * 7;\n');
    await idle.waitForStdout(/^42$/m);
    await Promise.all([
      desk.browser.approve(earlyLink),
      linkOf(late).then((link) => desk.browser.approve(link)),
      continued,
    ]);
    expect(await finish(early)).toMatchObject({ code: 0, stdout: '1\n' });
    expect(await finish(late)).toMatchObject({ code: 0, stdout: '2\n' });
  });
});

describe('a Redis that is full', () => {
  it('refuses new logins with 57P03 and keeps waiting ones until there is room', async () => {
    await using redis = await startDebianRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    await using desk = await openDesk({ redisUrl: redis.url });
    const waiting = desk.psql(['-Atc', 'select 6 * 7']);
    const link = await linkOf(waiting);
    await limitMemory(redis, '1');
    const refused = await finish(desk.psql(['-c', 'select 1']));
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/FATAL: {2}cannot connect now\n[\s\S]*HINT: {2}Retry in a moment/);
    expect(waiting.process.exitCode).toBeNull();
    await limitMemory(redis, '0');
    await desk.browser.approve(link);
    expect(await finish(waiting)).toMatchObject({ code: 0, stdout: '42\n' });
    expect(await desk.login(['-Atc', 'select 6 * 9'])).toMatchObject({ code: 0, stdout: '54\n' });
  });
});

describe('the eviction policy', () => {
  it.each([
    ['allkeys-lru', 1],
    ['volatile-ttl', 1],
    ['noeviction', 0],
  ] as const)('%s is warned of %i times at the start', async (policy, count) => {
    await using redis = await startDebianRedis({ args: ['--maxmemory-policy', policy] });
    expect(await warningsAtStart(redis.url)).toHaveLength(count);
  });

  it('is not required where CONFIG is forbidden', async () => {
    await using redis = await startDebianRedis({ args: ['--rename-command', 'CONFIG', ''] });
    expect(await warningsAtStart(redis.url)).toEqual([]);
  });
});

async function limitMemory({ port }: DebianRedis, bytes: string): Promise<void> {
  const client = new Redis(port, '127.0.0.1');
  await client.config('SET', 'maxmemory', bytes);
  client.disconnect();
}

async function warningsAtStart(url: string): Promise<string[]> {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const client = createRedis(url, { purpose: 'commands', log: createLog('silent') });
  try {
    await warnOfEviction(client, pino({ level: 'warn' }, sink));
    return lines.filter((line) => line.includes('maxmemory-policy'));
  } finally {
    client.disconnect();
  }
}
