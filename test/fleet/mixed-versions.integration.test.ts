// A fleet in the middle of an upgrade: a node of the version before, which kept whole records with
// their counters in one hash and said nothing of how it stores them.

import { expect, it, onTestFinished } from 'vitest';
import { type ComputeId, idFrom, newNodeId, newUserId, type UserId } from '../../src/ids.ts';
import { redisKeys } from '../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { startDebianRedis } from '../support/databases/redis-for-tests.ts';
import { connectionRecord, recordingHandle, startTestNode, type TestNode } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

/** What a node of the version before writes. */
async function writeOldNode({ redis }: TestNode, given: { userId: UserId; computeId: ComputeId }) {
  const nodeId = newNodeId();
  const now = new Date();
  const counters = { bytesToUpstream: 7, bytesToClient: 9, transactionStatus: 'I' } as const;
  const record = connectionRecord(nodeId, { ...given, ...counters });
  const node = {
    nodeId,
    version: '0.0.9',
    startedAt: now.toISOString(),
    beatAt: now.toISOString(),
    liveConnections: 1,
    waitingConnections: 0,
    isDraining: false,
  };
  const { queryState: _, queryStateSince: __, busySince: ___, ...written } = record;
  await redis.hset(redisKeys.liveConnections(nodeId), record.id, JSON.stringify(written));
  await redis.set(redisKeys.node(nodeId), JSON.stringify(node), 'PX', 60_000);
  await redis.zadd(redisKeys.nodes(), now.getTime(), nodeId);
  return record;
}

it('a node lists, finds and follows the connections of a node of the version before', async () => {
  await using redis = await startDebianRedis();
  await using here = await startTestNode(redis.url, catalogueOf());
  const computeId = idFrom<ComputeId>('ep-one');
  const record = await writeOldNode(here, { userId: newUserId(), computeId });
  const { liveConnections } = here;
  expect(await liveConnections.list()).toEqual([record]);
  expect(await liveConnections.list({ userId: record.userId ?? newUserId() })).toEqual([record]);
  expect(await liveConnections.list({ userId: newUserId() })).toEqual([]);
  expect(await liveConnections.find(record.id)).toEqual(record);
  expect(await liveConnections.computesInUse()).toEqual(new Set([computeId]));
  const view = liveConnections.openView();
  await view.refresh();
  expect([...view.records()]).toEqual([record]);
});

it('a node of the version before finds every field that it needs in our records', async () => {
  await using redis = await startDebianRedis();
  await using here = await startTestNode(redis.url, catalogueOf());
  const record = connectionRecord(here.nodeId, { userId: newUserId(), transactionStatus: 'I' });
  const registration = here.liveConnections.register(record, recordingHandle());
  onTestFinished(() => registration.close());
  const stored = await waitUntil(
    () => here.redis.hget(redisKeys.liveConnections(here.nodeId), record.id),
    'the record is written',
  );
  expect(JSON.parse(stored)).toEqual(record);
});
