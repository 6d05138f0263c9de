import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LiveConnectionRecord } from '../../src/fleet/live-connection.ts';
import {
  type ConnectionId,
  idFrom,
  type NodeId,
  newConnectionId,
  newGrantId,
  newUserId,
  type UserId,
} from '../../src/ids.ts';
import { redisChannels, redisKeys } from '../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, type TestRedis } from '../support/databases/redis-for-tests.ts';
import {
  connectionRecord,
  endAccess,
  recordingHandle,
  startTestNode,
  type TestNode,
} from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

const by = 'ops@example.com';

describe.each(redisKinds)('live connections on $name', ({ start }) => {
  let redis: TestRedis;
  let here: TestNode;
  let there: TestNode;

  beforeAll(async () => {
    redis = await start();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    here = await startTestNode(redis.url, catalogueOf());
    there = await startTestNode(redis.url, catalogueOf());
    return async () => {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    };
  });

  const register = (node: TestNode, given: Partial<Omit<LiveConnectionRecord, 'nodeId'>> = {}) => {
    const handle = recordingHandle();
    const record = connectionRecord(node.nodeId, given);
    return { id: record.id, handle, registration: node.liveConnections.register(record, handle) };
  };
  const listedAt = async (node: TestNode, id: ConnectionId) =>
    (await node.liveConnections.list()).find((record) => record.id === id);
  const redisHas = async (nodeId: NodeId, id: ConnectionId) =>
    (await here.redis.hexists(redisKeys.liveConnections(nodeId), id)) === 1;
  const seenHere = (id: ConnectionId) => waitUntil(() => listedAt(here, id), 'the other node lists the connection');

  it('every node lists the connections of all nodes, with what changed since', async () => {
    const { id, handle, registration } = register(there, { phase: 'waiting' });
    expect(await seenHere(id)).toMatchObject({ nodeId: there.nodeId, phase: 'waiting', bytesToClient: 0 });
    registration.update({ phase: 'relaying', projectName: 'ocean-art' });
    handle.current = { ...handle.current, bytesToUpstream: 10, bytesToClient: 4_000, transactionStatus: 'T' };
    const changed = await waitUntil(async () => {
      const record = await listedAt(here, id);
      return record?.phase === 'relaying' && record.bytesToClient === 4_000 && record;
    }, 'the change is seen');
    expect(changed).toMatchObject({ phase: 'relaying', projectName: 'ocean-art', transactionStatus: 'T' });
  });

  it('a closed connection is gone from all lists', async () => {
    const { id, registration } = register(there);
    await seenHere(id);
    registration.close();
    await waitUntil(async () => (await listedAt(here, id)) === undefined, 'it is gone');
    expect(await listedAt(there, id)).toBeUndefined();
  });

  it('the list is filtered and in order of age', async () => {
    const userId = newUserId();
    const young = register(here, { userId, since: '2026-01-02T00:00:00.000Z' });
    const old = register(there, { userId, since: '2026-01-01T00:00:00.000Z' });
    register(there, { userId: newUserId() });
    await seenHere(old.id);
    const listed = await here.liveConnections.list({ userId });
    expect(listed.map(({ id }) => id)).toEqual([old.id, young.id]);
    expect(await here.liveConnections.list({ userId, nodeId: here.nodeId })).toHaveLength(1);
  });

  it('an operator ends a connection of another node with a reason', async () => {
    const { id, handle } = register(there);
    await seenHere(id);
    expect(await here.liveConnections.end(id, { reason: 'maintenance', by })).toBe('done');
    expect(handle.ends).toEqual([{ kind: 'killed', reason: 'maintenance' }]);
  });

  it('a reason that is too long is cut, not lost', async () => {
    const { id, handle } = register(there);
    await seenHere(id);
    expect(await here.liveConnections.end(id, { reason: 'x'.repeat(100_000), by })).toBe('done');
    expect(handle.ends).toEqual([{ kind: 'killed', reason: 'x'.repeat(500) }]);
  });

  it('a query of another node is canceled', async () => {
    const { id, handle } = register(there);
    await seenHere(id);
    expect(await here.liveConnections.cancelQuery(id, { by })).toBe('done');
    expect(handle.canceled).toBe(1);
  });

  it('a notice reaches the chosen connections of all nodes and no other', async () => {
    const chosen = [register(here), register(there), register(there)];
    const other = register(there);
    for (const { id } of [...chosen, other]) await seenHere(id);
    const records = await here.liveConnections.findAll([...chosen.map(({ id }) => id), newConnectionId()]);
    const gone = { id: newConnectionId(), nodeId: there.nodeId };
    expect(await here.liveConnections.notify([...records, gone], { text: 'back at noon', by })).toBe(3);
    expect(chosen.map(({ handle }) => handle.notices)).toEqual([['back at noon'], ['back at noon'], ['back at noon']]);
    expect(other.handle.notices).toEqual([]);
  });

  // The list of nodes is kept for a beat: what a node held that joined meanwhile was not found.
  it('a connection of a node that has just joined is found and ended by its id', async () => {
    await here.heartbeat.findOtherNodes();
    await using late = await startTestNode(redis.url, catalogueOf());
    const { id, handle } = register(late);
    await waitUntil(() => redisHas(late.nodeId, id), 'its record is in Redis');
    expect((await here.liveConnections.find(id))?.id).toBe(id);
    expect(await here.liveConnections.end(id, { reason: 'test', by })).toBe('done');
    expect(handle.ends).toEqual([{ kind: 'killed', reason: 'test' }]);
  });

  it('a connection that no node has is not found', async () => {
    expect(await here.liveConnections.end(newConnectionId(), { reason: '', by })).toBe('not_found');
  });

  it('revoking ends the connections that rest on it on all nodes, and no other', async () => {
    const userId = newUserId();
    const resting = [register(here, { userId }), register(there, { userId, phase: 'connecting' })];
    const other = register(there, { userId: newUserId() });
    await endAccess(here, { userId });
    expect(resting[0]?.handle.ends).toEqual([{ kind: 'revoked', thing: 'sign_in' }]);
    await waitUntil(() => resting[1]?.handle.ends.length, 'the other node ends its connection');
    expect(resting.map(({ handle }) => handle.ends)).toEqual([
      [{ kind: 'revoked', thing: 'sign_in' }],
      [{ kind: 'revoked', thing: 'sign_in' }],
    ]);
    expect(other.handle.ends).toEqual([]);
  });

  it('revoking needs every given value to match', async () => {
    const userId = newUserId();
    const grantId = newGrantId();
    const both = register(there, { userId, grantId });
    const personOnly = register(there, { userId });
    await endAccess(here, { userId, grantId });
    await waitUntil(() => both.handle.ends.length, 'the connection under the grant ends');
    expect(personOnly.handle.ends).toEqual([]);
  });

  it('a node that missed the message reads by itself what was taken away', async () => {
    const userId = newUserId();
    const { handle } = register(there, { userId });
    await there.subscriber.unsubscribe();
    await endAccess(here, { userId });
    await waitUntil(() => handle.ends.length, 'it reads by itself');
    expect(handle.ends).toEqual([{ kind: 'revoked', thing: 'sign_in' }]);
  });

  it('a revocation does not touch connections that came after it was obeyed', async () => {
    const userId = newUserId();
    const before = register(there, { userId });
    await endAccess(here, { userId });
    await waitUntil(() => before.handle.ends.length, 'the old connection ends');
    const after = register(there, { userId });
    await there.heartbeat.beat();
    expect(after.handle.ends).toEqual([]);
  });

  it('an ending without any owner cannot be written', async () => {
    await expect(endAccess(here, {})).rejects.toThrow('ended_access_check');
  });

  it('draining is asked of the node itself, and the list shows it', async () => {
    const drains: string[] = [];
    there.onDrainRequested(() => drains.push('there'));
    here.onDrainRequested(() => drains.push('here'));
    expect(await here.liveConnections.drainNode(there.nodeId, { by })).toBe('done');
    expect(drains).toEqual(['there']);
    const nodes = await here.liveConnections.listNodes();
    expect(nodes.find(({ nodeId }) => nodeId === there.nodeId)?.isDraining).toBe(true);
    expect(nodes.find(({ nodeId }) => nodeId === here.nodeId)?.isDraining).toBe(false);
  });

  it('a node that is not there gives no answer', async () => {
    expect(await here.liveConnections.drainNode(idFrom<NodeId>('node-nowhere'), { by })).toBe('no_answer');
  });

  it('the list of nodes tells version and counts', async () => {
    register(there);
    register(there, { phase: 'waiting' });
    await there.heartbeat.beat();
    const nodes = await here.liveConnections.listNodes();
    expect(nodes.find(({ nodeId }) => nodeId === there.nodeId)).toMatchObject({
      version: '0.0.0-test',
      liveConnections: 1,
      waitingConnections: 1,
    });
  });

  it('a node that leaves takes its connections along', async () => {
    const { id } = register(there);
    await seenHere(id);
    await there.close();
    expect(await listedAt(here, id)).toBeUndefined();
    expect((await here.liveConnections.listNodes()).map(({ nodeId }) => nodeId)).toEqual([here.nodeId]);
    expect(await here.redis.exists(redisKeys.liveConnections(there.nodeId))).toBe(0);
  });

  it('messages and records that are none of ours change nothing', async () => {
    const { id, handle } = register(there);
    await seenHere(id);
    const channel = redisChannels.node(there.nodeId);
    for (const message of ['', 'null', '{', '{"kind":"request"}', 'x'.repeat(100_000)]) {
      await here.redis.publish(channel, message);
    }
    const forged = { ...connectionRecord(here.nodeId), userId: idFrom<UserId>('somebody') };
    await here.redis.hset(redisKeys.liveConnections(there.nodeId), 'forged', JSON.stringify(forged), 'broken', '{');
    expect(await listedAt(here, forged.id)).toBeUndefined();
    expect(await here.liveConnections.end(id, { reason: 'still works', by })).toBe('done');
    expect(handle.ends).toHaveLength(1);
  });
});
