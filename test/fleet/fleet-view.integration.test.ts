import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FleetView } from '../../src/fleet/fleet-view.ts';
import type { LiveConnectionRecord, LiveConnectionSnapshot } from '../../src/fleet/live-connection.ts';
import type { ConnectionId } from '../../src/ids.ts';
import { redisKeys } from '../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { connectionRecord, recordingHandle, startTestNode, type TestNode } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

describe.each(redisKinds)('a view of the fleet on $name', ({ start }) => {
  let redis: TestRedis;
  let here: TestNode;
  let there: TestNode;
  let view: FleetView;

  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    here = await startTestNode(redis.url, catalogueOf());
    there = await startTestNode(redis.url, catalogueOf());
    view = here.liveConnections.openView();
    return async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    };
  });

  const register = (node: TestNode, given: Partial<Omit<LiveConnectionRecord, 'nodeId'>> = {}) => {
    const handle = recordingHandle();
    const record = connectionRecord(node.nodeId, given);
    return { record, handle, registration: node.liveConnections.register(record, handle) };
  };
  const records = async () => {
    await view.refresh();
    return new Map([...view.records()].map((record) => [record.id, record]));
  };
  const seen = (id: ConnectionId) => waitUntil(async () => (await records()).get(id), 'the view has the connection');

  it('has the connections of every node, and follows what comes, changes and goes', async () => {
    const own = register(here);
    const first = register(there);
    await seen(first.record.id);
    const second = register(there, { phase: 'waiting' });
    expect(await seen(second.record.id)).toMatchObject({ phase: 'waiting' });
    second.registration.update({ phase: 'relaying', projectName: 'ocean-art' });
    await waitUntil(async () => (await records()).get(second.record.id)?.projectName === 'ocean-art', 'it changed');
    first.registration.close();
    await waitUntil(async () => !(await records()).has(first.record.id), 'the closed one is gone');
    expect([...(await records()).keys()].sort()).toEqual([own.record.id, second.record.id].sort());
  });

  it('keeps the objects of unchanged records and its version', async () => {
    const { record } = register(there);
    await seen(record.id);
    // What was written while everything was read for the first time is read once more.
    const before = (await records()).get(record.id);
    const { version } = view;
    expect((await records()).get(record.id)).toBe(before);
    expect(view.version).toBe(version);
    register(here);
    expect(view.version).not.toBe(version);
  });

  it('reads the counters of the connections that are asked for', async () => {
    const [own, other, idle] = [register(here), register(there), register(there)];
    const counters: LiveConnectionSnapshot = {
      bytesToUpstream: 10,
      bytesToClient: 4_000,
      transactionStatus: 'T',
      queryState: 'running',
      queryStateSince: 1_796_000_000_000,
    };
    await seen(other.record.id);
    await seen(idle.record.id);
    own.handle.current = counters;
    other.handle.current = counters;
    const read = await waitUntil(async () => {
      const found = await view.counters([own.record, other.record, idle.record]);
      return found.has(other.record.id) && found;
    }, 'the counters are published');
    expect(read.get(own.record.id)).toEqual(counters);
    expect(read.get(other.record.id)).toEqual(counters);
    // The record itself has those of an idle connection.
    expect(read.has(idle.record.id)).toBe(false);
    expect((await view.allCounters()).get(other.record.id)).toEqual(counters);
  });

  it('reads everything again when the change log has a gap', async () => {
    const { record } = register(there);
    await seen(record.id);
    await here.redis.del(redisKeys.liveChanges(there.nodeId));
    const missed = register(there);
    await waitUntil(() => here.redis.hexists(redisKeys.liveConnections(there.nodeId), missed.record.id), 'it is kept');
    await here.redis.del(redisKeys.liveChanges(there.nodeId));
    const next = register(there);
    await seen(next.record.id);
    expect((await records()).has(missed.record.id)).toBe(true);
  });

  it('drops the connections of an earlier process of the same node', async () => {
    const { record } = register(there);
    await seen(record.id);
    await there.close();
    await using again = await startTestNode(redis.url, catalogueOf(), there.nodeId);
    expect((await records()).size).toBe(0);
    const { record: later } = register(again);
    await seen(later.id);
  });

  it('drops the connections of a node that has left', async () => {
    const { record } = register(there);
    await seen(record.id);
    await there.close();
    expect((await records()).size).toBe(0);
  });
});
