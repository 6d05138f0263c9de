// The same promises on a Redis Cluster, where keys and channels live on different servers.

import { expect, it, onTestFinished } from 'vitest';
import { newUserId } from '../../src/ids.ts';
import { Limits } from '../../src/limits/limits.ts';
import { newCancelKey } from '../../src/protocol/cancel-key.ts';
import { createRedis } from '../../src/redis/redis-client.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { startRedisCluster } from '../support/databases/redis-cluster-for-tests.ts';
import {
  connectionRecord,
  endAccess,
  recordingHandle,
  silentLog,
  startTestNode,
} from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

it('nodes find, end, revoke and cancel across a Redis Cluster', async () => {
  await using cluster = await startRedisCluster();
  await using here = await startTestNode(cluster.url, catalogueOf());
  await using there = await startTestNode(cluster.url, catalogueOf());
  const userId = newUserId();
  const record = connectionRecord(there.nodeId, { userId });
  const handle = recordingHandle();
  there.liveConnections.register(record, handle);
  const key = newCancelKey(0);
  there.cancelRoutes.announce(key, async () => {});

  await waitUntil(async () => (await here.liveConnections.list()).length === 1, 'the connection is listed');
  expect(await here.liveConnections.end(record.id, { reason: 'test', by: 'ops' })).toBe('done');
  await waitUntil(async () => (await here.cancelRoutes.cancel(key)) === 'forwarded', 'the key is known');
  await endAccess(here, { userId });
  await waitUntil(() => handle.ends.length === 2, 'the revocation arrives');
  expect(handle.ends).toEqual([
    { kind: 'killed', reason: 'test' },
    { kind: 'revoked', thing: 'sign_in' },
  ]);

  const own = here.liveConnections.register(connectionRecord(here.nodeId, { userId }), recordingHandle());
  expect(await own.findExceededCap({ person: 2 })).toBeNull();
  expect(await own.findExceededCap({ person: 1 })).toEqual({ thing: 'person', cap: 1 });
});

it('limits count across a Redis Cluster', async () => {
  await using cluster = await startRedisCluster();
  const open = async () => {
    const redis = createRedis(cluster.url, { purpose: 'limiter', log: silentLog });
    onTestFinished(() => redis.disconnect());
    await waitUntil(() => redis.status === 'ready', 'the limiter is connected');
    return new Limits({ redis, log: silentLog });
  };
  const [here, there] = [await open(), await open()];
  const verdicts: unknown[] = [];
  for (let count = 0; count < 20; count += 1) {
    verdicts.push(await here.loginRequest('192.0.2.1'), await there.loginRequest('192.0.2.1'));
  }
  expect(verdicts.filter((verdict) => verdict === 'allowed')).toHaveLength(30);
});
