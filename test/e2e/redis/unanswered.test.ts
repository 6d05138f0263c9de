// A Redis that hangs or is cut off closes no connection: nodes must notice and reconnect.

import { describe, expect, it } from 'vitest';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { startRedisCluster } from '../../support/databases/redis-cluster-for-tests.ts';
import { startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const RECOVERED_WITHIN_MS = 60_000;

describe('a network that forgot the connections to Redis', () => {
  it('is noticed in seconds: logins and commands get through, failures are counted', async () => {
    await using redis = await startDebianRedis();
    await using hop = await startTcpRelay(redis.port);
    await using desk = await openDesk({ redisUrl: redis.url });
    const beyond = await desk.startNode({ REDIS_URL: `redis://127.0.0.1:${hop.port}` });
    const live = desk.psql(['-At', '-U', 'live'], { at: beyond });
    await desk.browser.approve(await linkOf(live));
    live.write("select 'in';\n");
    await live.waitForStdout(/^in$/m);
    const waiting = desk.psql(['-Atc', 'select 6 * 7'], { at: beyond });
    const link = await linkOf(waiting);
    hop.freeze();
    await desk.browser.approve(link);
    expect(await finish(waiting)).toMatchObject({ code: 0, stdout: '42\n' });
    const { liveConnections } = desk.node.postern.fleet;
    const end = async () => {
      const [connection] = await liveConnections.list({ phase: 'relaying' });
      if (connection === undefined) return false;
      return (await liveConnections.end(connection.id, { reason: 'test', by: 'ops' })) === 'done';
    };
    await waitUntil(end, 'the command arrives', RECOVERED_WITHIN_MS);
    live.write('select 1;\n');
    expect((await finish(live)).stderr).toContain('terminating connection due to administrator command');
    const { values } = await beyond.postern.metrics.storeErrors.get();
    expect(values.find(({ labels }) => labels.store === 'redis')?.value).toBeGreaterThan(0);
  });
});

describe('a Redis Cluster', () => {
  it('keeps all logins when a primary hangs and its replica takes over', async () => {
    await using cluster = await startRedisCluster({ replicas: 'one_each' });
    await using desk = await openDesk({ redisUrl: cluster.url });
    const waiting = Array.from({ length: 6 }, (_, index) => desk.psql(['-U', `w${index}`, '-Atc', `select ${index}`]));
    const links = await Promise.all(waiting.map(linkOf));
    const [, hung] = cluster.primaries;
    if (hung === undefined) throw new Error('three primaries were asked for');
    process.kill(hung.pid, 'SIGSTOP');
    await cluster.failedOver(hung);
    for (const link of links) {
      const approve = async () => (await desk.browser.approve(link)).status === 200;
      await waitUntil(approve, 'the page answers again', RECOVERED_WITHIN_MS);
    }
    const ended = await Promise.all(waiting.map(finish));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(waiting.map((_, index) => [0, `${index}\n`]));
  });

  it('that is lost as a whole lets every command fail in time', async () => {
    const cluster = await startRedisCluster();
    const client = createRedis(cluster.url, { purpose: 'commands', log: silentLog });
    try {
      expect(await client.set('kept', 'well')).toBe('OK');
      await cluster.close();
      await expect(client.get('kept')).rejects.toThrow();
      await waitUntil(() => client.status !== 'ready', 'the loss is noticed');
      await expect(client.get('kept')).rejects.toThrow('Command timed out');
    } finally {
      client.disconnect();
      await cluster.close();
    }
  });
});
