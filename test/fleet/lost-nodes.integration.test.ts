// What happens to the registry when a node or Redis dies.

import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/read-environment.ts';
import { newUserId } from '../../src/ids.ts';
import { newCancelKey } from '../../src/protocol/cancel-key.ts';
import { redisKeys } from '../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, startDebianRedis } from '../support/databases/redis-for-tests.ts';
import {
  connectionRecord,
  endAccess,
  recordingHandle,
  startTestNode,
  type TestNode,
} from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

const SEEN_WITHIN_MS = 15_000;

// Each waits for seconds, with a Redis and nodes of its own.
describe.concurrent.each(redisKinds)('a node that dies, on $name', ({ start }) => {
  it('disappears with its connections and its cancel keys, without a word from it', async () => {
    await using redis = await start();
    await using survivor = await startTestNode(redis.url, catalogueOf());
    await using dying = await startTestNode(redis.url, catalogueOf());
    const record = connectionRecord(dying.nodeId, { userId: newUserId() });
    dying.liveConnections.register(record, recordingHandle());
    const key = newCancelKey(0);
    dying.cancelRoutes.announce(key, async () => {});
    await waitUntil(async () => (await survivor.liveConnections.list()).length === 1, 'the survivor lists it');

    dying.heartbeat.stopBeating();

    await waitUntil(
      async () => (await survivor.liveConnections.listNodes()).length === 1,
      'the dead node is gone',
      SEEN_WITHIN_MS,
    );
    expect(await survivor.liveConnections.list()).toEqual([]);
    expect(await survivor.cancelRoutes.cancel(key)).toBe('unknown');
    const own = survivor.liveConnections.register(
      connectionRecord(survivor.nodeId, { userId: record.userId }),
      recordingHandle(),
    );
    expect(await own.findExceededCap({ person: 1 })).toBeNull();
    await waitUntil(
      async () => (await keysOf(survivor, dying)).length === 0,
      'nothing of it is left in Redis',
      SEEN_WITHIN_MS,
    );
  });

  it('is settled by one living node, with retries, and then cleared away', async () => {
    await using redis = await start();
    await using first = await startTestNode(redis.url, catalogueOf());
    await using second = await startTestNode(redis.url, catalogueOf());
    await using dying = await startTestNode(redis.url, catalogueOf());
    const record = connectionRecord(dying.nodeId);
    dying.liveConnections.register(record, recordingHandle());
    await waitUntil(async () => (await first.liveConnections.list()).length === 1, 'it is listed');
    const seen: string[] = [];
    for (const node of [first, second]) {
      node.onConnectionsLost(async (records) => {
        seen.push(...records.map(({ id }) => id));
        expect(await keysOf(node, dying)).not.toEqual([]);
      });
    }
    dying.heartbeat.stopBeating();
    await waitUntil(async () => (await keysOf(first, dying)).length === 0, 'it is cleared away', SEEN_WITHIN_MS);
    expect(seen).toEqual([record.id]);
    expect(await first.heartbeat.listSilentNodes()).toEqual([]);
  });

  it('and comes back, since it was only frozen, is listed again with what it holds', async () => {
    await using redis = await start();
    await using survivor = await startTestNode(redis.url, catalogueOf());
    await using frozen = await startTestNode(redis.url, catalogueOf());
    const record = connectionRecord(frozen.nodeId);
    frozen.liveConnections.register(record, recordingHandle());
    await waitUntil(async () => (await survivor.liveConnections.list()).length === 1, 'it is listed');
    frozen.heartbeat.stopBeating();
    await waitUntil(async () => (await keysOf(survivor, frozen)).length === 0, 'it is cleared away', SEEN_WITHIN_MS);
    await frozen.heartbeat.beat();
    expect(await survivor.liveConnections.list()).toEqual([record]);
  });
});

/** What Redis has of a node's own. */
async function keysOf({ redis }: TestNode, { nodeId }: TestNode): Promise<string[]> {
  const keys = [redisKeys.liveConnections(nodeId), redisKeys.connectionCounts(nodeId), redisKeys.cancelRoutes(nodeId)];
  const present = await Promise.all(keys.map((key) => redis.exists(key)));
  return keys.filter((_key, index) => present[index] === 1);
}

describe.concurrent('a Redis that hangs for longer than nodes may be silent', () => {
  it('makes nobody take the others for lost', async () => {
    await using redis = await startDebianRedis();
    await using here = await startTestNode(redis.url, catalogueOf());
    await using there = await startTestNode(redis.url, catalogueOf());
    const record = connectionRecord(there.nodeId);
    there.liveConnections.register(record, recordingHandle());
    await waitUntil(async () => (await here.liveConnections.list()).length === 1, 'it is listed');
    const lost: string[] = [];
    for (const node of [here, there]) {
      node.onConnectionsLost(async (records) => void lost.push(...records.map(({ id }) => id)));
    }
    process.kill(redis.pid, 'SIGSTOP');
    await pause(8_000);
    process.kill(redis.pid, 'SIGCONT');
    const isBack = async () => (await here.liveConnections.list().catch(() => [])).length === 1;
    await waitUntil(isBack, 'the connection is listed', SEEN_WITHIN_MS);
    const beats = await here.redis.zscore(redisKeys.nodes(), there.nodeId);
    const beatsOn = async () =>
      Number(await here.redis.zscore(redisKeys.nodes(), there.nodeId)) > Number(beats) + 5_000;
    await waitUntil(beatsOn, 'both have looked around several times', SEEN_WITHIN_MS);
    expect(lost).toEqual([]);
  });
});

describe.concurrent('a Redis that dies', () => {
  it('is filled again by the nodes themselves when it is back, empty', async () => {
    await using redis = await startDebianRedis();
    await using here = await startTestNode(redis.url, catalogueOf());
    await using there = await startTestNode(redis.url, catalogueOf());
    const record = connectionRecord(there.nodeId, { userId: newUserId() });
    const handle = recordingHandle();
    there.liveConnections.register(record, handle);
    const key = newCancelKey(0);
    there.cancelRoutes.announce(key, async () => {});

    await redis.restart();

    const listed = await waitUntil(
      async () => {
        const records = await here.liveConnections.list().catch(() => []);
        return records.length === 1 && records;
      },
      'the connection is listed again',
      SEEN_WITHIN_MS,
    );
    expect(listed).toEqual([record]);
    await waitUntil(async () => (await here.cancelRoutes.cancel(key)) === 'forwarded', 'cancel keys work again');
    await waitUntil(
      async () => (await here.liveConnections.end(record.id, { reason: 'test', by: 'ops' })) === 'done',
      'commands work again',
    );
    expect(handle.ends).toContainEqual({ kind: 'killed', reason: 'test' });
  });

  it('delays revocations for other nodes, and loses none', async () => {
    await using redis = await startDebianRedis();
    await using here = await startTestNode(redis.url, catalogueOf());
    await using there = await startTestNode(redis.url, catalogueOf());
    const userId = newUserId();
    const [own, other] = [recordingHandle(), recordingHandle()];
    here.liveConnections.register(connectionRecord(here.nodeId, { userId }), own);
    there.liveConnections.register(connectionRecord(there.nodeId, { userId }), other);
    await redis.kill('SIGKILL');

    await endAccess(here, { userId });
    expect(own.ends).toEqual([{ kind: 'revoked', thing: 'sign_in' }]);
    expect(other.ends).toEqual([]);

    await redis.restart();
    await waitUntil(() => other.ends.length, 'the revocation arrives', SEEN_WITHIN_MS);
    expect(other.ends).toEqual([{ kind: 'revoked', thing: 'sign_in' }]);
  });

  it('does not stop connections from being registered and closed', async () => {
    await using redis = await startDebianRedis();
    await using node = await startTestNode(redis.url, catalogueOf());
    await redis.kill('SIGKILL');
    const first = node.liveConnections.register(connectionRecord(node.nodeId), recordingHandle());
    const second = connectionRecord(node.nodeId);
    node.liveConnections.register(second, recordingHandle());
    first.close();
    expect(node.liveConnections.totals()).toEqual({ live: 1, waiting: 0 });
    await redis.restart();
    await waitUntil(
      async () => (await node.redis.hkeys(redisKeys.liveConnections(node.nodeId)).catch(() => [])).length === 1,
      'the registry is caught up',
      SEEN_WITHIN_MS,
    );
    expect(await node.redis.hkeys(redisKeys.liveConnections(node.nodeId))).toEqual([second.id]);
  });
});

it.concurrent('a node that comes back under its old name starts with an empty list', async () => {
  await using redis = await startDebianRedis();
  await using observer = await startTestNode(redis.url, catalogueOf());
  const first = await startTestNode(redis.url, catalogueOf());
  first.liveConnections.register(connectionRecord(first.nodeId), recordingHandle());
  await waitUntil(async () => (await observer.liveConnections.list()).length === 1, 'the connection is listed');
  first.heartbeat.stopBeating();
  first.redis.disconnect();
  first.subscriber.disconnect();
  await using second = await startTestNode(redis.url, catalogueOf(), first.nodeId);
  expect(second.liveConnections.totals()).toEqual({ live: 0, waiting: 0 });
  expect(await observer.liveConnections.list()).toEqual([]);
});

it.concurrent('a second node with the id of a living one is refused at its start', async () => {
  await using redis = await startDebianRedis();
  await using node = await startTestNode(redis.url, catalogueOf());
  const record = connectionRecord(node.nodeId);
  node.liveConnections.register(record, recordingHandle());
  const refused = await startTestNode(redis.url, catalogueOf(), node.nodeId).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConfigError);
  expect(String(refused)).toContain(`POSTERN_NODE_ID: another node with the id "${node.nodeId}" is running`);
  expect((await node.liveConnections.listNodes()).map(({ nodeId }) => nodeId)).toEqual([node.nodeId]);
  await waitUntil(async () => (await node.liveConnections.list()).length === 1, 'its connection is still listed');
});

it('thousands of idle connections cost Redis a few commands', async () => {
  await using redis = await startDebianRedis();
  await using node = await startTestNode(redis.url, catalogueOf());
  await using observer = await startTestNode(redis.url, catalogueOf());
  const commands = async () => {
    const stats = await observer.redis.info('stats');
    return Number(/total_commands_processed:(\d+)/.exec(stats)?.[1]);
  };
  const before = await commands();
  for (let count = 0; count < 5_000; count += 1) {
    node.liveConnections.register(connectionRecord(node.nodeId, { userId: newUserId() }), recordingHandle());
  }
  await waitUntil(
    async () => (await node.redis.hlen(redisKeys.liveConnections(node.nodeId))) === 5_000,
    'all are registered',
  );
  expect(await observer.liveConnections.list()).toHaveLength(5_000);
  const registered = await commands();
  await node.heartbeat.beat();
  const beaten = await commands();
  // Registered one by one they would be 5,000; the rest of the allowance is for polling and reading
  // back.
  expect(registered - before).toBeLessThan(500);
  expect(beaten - registered).toBeLessThan(50);
});
