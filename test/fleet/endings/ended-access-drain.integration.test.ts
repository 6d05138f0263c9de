// Nodes read from the catalogue what was taken away: with or without Redis, with or without the
// node that made the change, and after the catalogue was away.

import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEndedAccess, recordEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import { newUserId, type UserId } from '../../../src/ids.ts';
import { openCatalogueOn, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';
import { startDebianRedis, startEmbeddedRedis } from '../../support/databases/redis-for-tests.ts';
import {
  connectionRecord,
  endAccess,
  recordingHandle,
  startTestNode,
  type TestNode,
} from '../../support/nodes/fleet-for-tests.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const catalogueOf = useTestCatalogue();
const ENDED = [{ kind: 'revoked', thing: 'sign_in' }];

function connect(node: TestNode, userId: UserId, rightAsOf: ReturnType<typeof recordingHandle>['rightAsOf'] = null) {
  const handle = Object.assign(recordingHandle(), { rightAsOf });
  node.liveConnections.register(connectionRecord(node.nodeId, { userId }), handle);
  return handle;
}

async function startNode(redisUrl: string, catalogue: TestNode['catalogue'] = catalogueOf()): Promise<TestNode> {
  const node = await startTestNode(redisUrl, catalogue);
  onTestFinished(() => node[Symbol.asyncDispose]());
  return node;
}

async function startRedis(start: typeof startEmbeddedRedis | typeof startDebianRedis = startEmbeddedRedis) {
  const redis = await start();
  onTestFinished(() => redis.close());
  return redis;
}

describe('what was taken away', () => {
  it('ends on every node although the one that made the change never says so', async () => {
    const { url } = await startRedis();
    const nodes = [await startNode(url), await startNode(url)];
    const userId = newUserId();
    const handles = nodes.map((node) => connect(node, userId));
    await catalogueOf().transaction((tx) => recordEndedAccess(tx, { kind: 'end', owners: { userId } }));
    await waitUntil(() => handles.every(({ ends }) => ends.length > 0), 'both nodes read it');
    expect(handles.map(({ ends }) => ends)).toEqual([ENDED, ENDED]);
  });

  it('ends at once here and within seconds elsewhere while Redis is away', async () => {
    const redis = await startDebianRedis();
    onTestFinished(() => redis.close());
    const [here, there] = [await startNode(redis.url), await startNode(redis.url)];
    const userId = newUserId();
    const [own, other] = [connect(here, userId), connect(there, userId)];
    await redis.kill('SIGKILL');
    expect(await endAccess(here, { userId })).toBe('done');
    expect(own.ends).toEqual(ENDED);
    await waitUntil(() => other.ends.length > 0, 'the other node reads it without Redis');
  });

  it('ends in the transaction that commits late', async () => {
    const node = await startNode((await startRedis()).url);
    const userId = newUserId();
    const slow = await node.catalogue.db.startTransaction().execute();
    await recordEndedAccess(slow, { kind: 'end', owners: { userId } });
    const handle = connect(node, userId, (await readEndedAccess(node.catalogue.db, null)).snapshot);
    await endAccess(node, { userId: newUserId() });
    expect(handle.ends).toEqual([]);
    await slow.commit().execute();
    await node.liveConnections.endNow();
    expect(handle.ends).toEqual(ENDED);
  });

  it('does not end what was given again, however late it is read', async () => {
    const node = await startNode((await startRedis()).url);
    const userId = newUserId();
    const given = await readEndedAccess(node.catalogue.db, null);
    await catalogueOf().transaction((tx) => recordEndedAccess(tx, { kind: 'end', owners: { userId } }));
    const givenAgain = await readEndedAccess(node.catalogue.db, null);
    const [before, after] = [connect(node, userId, given.snapshot), connect(node, userId, givenAgain.snapshot)];
    await node.liveConnections.endNow();
    expect([before.ends, after.ends]).toEqual([ENDED, []]);
  });

  it('has the connections asked anew whose rules changed, and no others', async () => {
    const node = await startNode((await startRedis()).url);
    const userId = newUserId();
    const [changed, other] = [connect(node, userId), connect(node, newUserId())];
    await catalogueOf().transaction((tx) => recordEndedAccess(tx, { kind: 'recheck', owners: { userId } }));
    await node.liveConnections.endNow();
    await waitUntil(() => changed.rechecks === 1, 'it is asked anew');
    expect([changed.ends, other.rechecks]).toEqual([[], 0]);
  });

  it('waits while the catalogue is away, then ends, and everybody is rechecked', async () => {
    const url = new URL(catalogueOf().url);
    const relay = await startTcpRelay(Number(url.port));
    onTestFinished(() => relay.close());
    url.port = String(relay.port);
    const { sealer } = catalogueOf();
    const cutOff = await startNode((await startRedis()).url, await openCatalogueOn(url.href, { sealer }));
    const userId = newUserId();
    const [handle, other] = [connect(cutOff, userId), connect(cutOff, newUserId())];
    relay.hold();
    relay.cut();
    await catalogueOf().transaction((tx) => recordEndedAccess(tx, { kind: 'end', owners: { userId } }));
    expect(await cutOff.liveConnections.endNow()).toBe('under_way');
    expect(handle.ends).toEqual([]);
    relay.release();
    relay.cut();
    await waitUntil(() => handle.ends.length > 0 && other.rechecks > 0, 'it ends, and the other one is asked anew');
    expect(other.ends).toEqual([]);
  });
});

describe('the grants that rested on it', () => {
  it('are ended by another node when the one that made the change could not', async () => {
    const { url } = await startRedis();
    const [failing, willing] = [await startNode(url), await startNode(url)];
    const userId = newUserId();
    const ended: unknown[] = [];
    failing.endGrantsBy(() => Promise.reject(new Error('Redis is away')));
    willing.endGrantsBy(async ({ owners }) => {
      if (owners.userId === userId) ended.push(owners);
    });
    await endAccess(failing, { userId });
    await waitUntil(() => ended.length > 0, 'the other node ends them');
    const isSettled = async () => !(await readEndedAccess(catalogueOf().db, null)).hasUnsettledGrants;
    await waitUntil(isSettled, 'nothing is left to do');
    expect(ended).toEqual([{ userId }]);
  });

  it('are told as under way when they cannot be ended now', async () => {
    const node = await startNode((await startRedis()).url);
    node.endGrantsBy(() => Promise.reject(new Error('Redis is away')));
    expect(await endAccess(node, { userId: newUserId() })).toBe('under_way');
    await sql`delete from ended_access`.execute(node.catalogue.db);
  });
});
