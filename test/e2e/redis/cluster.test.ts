import { describe, expect, it } from 'vitest';
import { startRedisCluster } from '../../support/databases/redis-cluster-for-tests.ts';
import { finish, linkOf, openDesk } from '../../support/nodes/desk.ts';

describe('a Redis Cluster', () => {
  it('carries logins, also between nodes', async () => {
    await using cluster = await startRedisCluster();
    await using desk = await openDesk({ redisUrl: cluster.url });
    const other = await desk.startNode();
    const waiting = Array.from({ length: 4 }, (_, index) => desk.psql(['-Atc', `select ${index}`], { at: other }));
    const links = await Promise.all(waiting.map(linkOf));
    for (const link of links) await desk.browser.approve(link);
    const ended = await Promise.all(waiting.map(finish));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(waiting.map((_, index) => [0, `${index}\n`]));
  });
});
