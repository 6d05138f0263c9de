// A node that is sure of a terminal without grants asks nobody: so it may be sure of none that has
// one, whichever node made it and whatever was lost on the way.

import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  newComputeId,
  newGrantId,
  newLoginRequestId,
  newNodeId,
  newOrganizationId,
  newProjectId,
  newUserId,
} from '../../../src/ids.ts';
import type { GrantDraft } from '../../../src/login/grant/grant.ts';
import { GrantedTerminals } from '../../../src/login/grant/granted-terminals.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';
import { startRedisCluster } from '../../support/databases/redis-cluster-for-tests.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { silentLog, startTestNode, type TestNode } from '../../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const HOUR_MS = 3_600_000;
const kinds = [...redisKinds, { name: 'a Redis Cluster', start: () => startRedisCluster() }];

const catalogue = useTestCatalogue();

interface Node extends TestNode {
  readonly grants: Grants;
  readonly terminals: GrantedTerminals;
}

async function startNode(redisUrl: string): Promise<Node> {
  const node = await startTestNode(redisUrl, catalogue());
  const terminals = new GrantedTerminals({ redis: node.redis, fleet: node });
  terminals.start();
  onTestFinished(async () => {
    await terminals.close();
    await node[Symbol.asyncDispose]();
  });
  return { ...node, terminals, grants: new Grants({ redis: node.redis, terminals }) };
}

let made = 0;

/** From a terminal that no other test has. */
function grantDraft(changes: Partial<GrantDraft> = {}): GrantDraft {
  made += 1;
  return {
    address: '203.0.113.7',
    requestedUser: `alice ${made}`,
    application: 'psql',
    id: newGrantId(),
    userId: newUserId(),
    personEmail: 'alice@example.com',
    computeId: newComputeId(),
    projectId: newProjectId(),
    accountId: newOrganizationId(),
    database: null,
    databaseRole: null,
    access: 'read_write',
    loginRequestId: newLoginRequestId(),
    rightAsOf: null,
    lifeMs: HOUR_MS,
    longestGrantMs: 8 * HOUR_MS,
    usesLeft: null,
    ...changes,
  };
}

const denies = ({ terminals }: Node, draft: GrantDraft) => !terminals.mayHaveGrant(draft);

async function becomesSure(node: Node): Promise<void> {
  const nobodys = grantDraft();
  await waitUntil(() => denies(node, nobodys), 'the node is sure of a terminal without grants');
}

describe.each(kinds)('the terminals with grants on $name', ({ start }) => {
  let server: TestRedis;
  let redis: RedisClient;

  beforeAll(async () => {
    server = await start();
    redis = createRedis(server.url, { purpose: 'commands', log: silentLog });
  });

  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  beforeEach(async () => {
    for (const key of [redisKeys.nodes(), redisKeys.grantReaders()]) await redis.del(key);
  });

  it('are known to every node when a grant has been made', async () => {
    const [one, other] = [await startNode(server.url), await startNode(server.url)];
    await Promise.all([becomesSure(one), becomesSure(other)]);
    for (let round = 0; round < 50; round += 1) {
      const draft = grantDraft();
      expect([denies(one, draft), denies(other, draft)]).toEqual([true, true]);
      await one.grants.create(draft);
      expect([denies(one, draft), denies(other, draft)]).toEqual([false, false]);
    }
  });

  it('are known to a node that has just started', async () => {
    const one = await startNode(server.url);
    await becomesSure(one);
    const draft = grantDraft();
    await one.grants.create(draft);
    // As if so many had been told of since that it is not among them.
    await redis.del(redisKeys.toldGrants());
    const other = await startNode(server.url);
    await becomesSure(other);
    expect(denies(other, draft)).toBe(false);
  });

  it('are known by key and by address, for any program', async () => {
    const node = await startNode(server.url);
    await becomesSure(node);
    const [atAddress, withKey] = [grantDraft({ address: '2001:db8:1:2::1' }), grantDraft({ key: 'SHA256:abc' })];
    for (const draft of [atAddress, withKey]) await node.grants.create(draft);
    expect(denies(node, { ...atAddress, address: '2001:db8:1:2::77', application: 'pg_dump' })).toBe(false);
    expect(denies(node, { ...atAddress, address: '2001:db8:1:3::1' })).toBe(true);
    expect(denies(node, { ...withKey, address: '198.51.100.1' })).toBe(false);
    expect(denies(node, { ...withKey, key: 'SHA256:abd' })).toBe(true);
  });

  it('are asked for again where the notes of them are lost, until all are known', async () => {
    const node = await startNode(server.url);
    const other = new Grants({ redis });
    const first = grantDraft();
    await node.grants.create(first);
    await becomesSure(node);
    // A primary that was lost before its replica had these.
    await redis.del(redisKeys.toldGrants(), redisKeys.grantReaders());
    const second = grantDraft();
    await other.create(second);
    await waitUntil(() => !denies(node, second), 'the node knows it, or is not sure');
    await becomesSure(node);
    expect([denies(node, first), denies(node, second)]).toEqual([false, false]);
  });

  it('are forgotten when their grants have expired', async () => {
    const node = await startNode(server.url);
    const draft = grantDraft({ lifeMs: 1_000 });
    await node.grants.create(draft);
    await waitUntil(async () => (await node.grants.get(draft.id)) === null, 'the grant ends');
    // Told of a minute longer, since it might have been made later.
    await redis.del(redisKeys.toldGrants());
    await waitUntil(() => denies(node, draft), 'the node denies it');
  });
});

describe('a node that is sure of terminals without grants', () => {
  let server: TestRedis;
  let redis: RedisClient;

  beforeEach(async () => {
    server = await startDebianRedis();
    redis = createRedis(server.url, { purpose: 'commands', log: silentLog });
    onTestFinished(async () => {
      redis.disconnect();
      await server.close();
    });
  });

  it('is waited for where it does not answer, until it is not sure any more', async () => {
    const [one, deaf] = [await startNode(server.url), await startNode(server.url)];
    await Promise.all([becomesSure(one), becomesSure(deaf)]);
    deaf.subscriber.disconnect();
    deaf.redis.disconnect();
    const draft = grantDraft();
    expect(denies(deaf, draft)).toBe(true);
    await one.grants.create(draft);
    expect(denies(deaf, draft)).toBe(false);
  });

  it('is told by a process that is no node', async () => {
    const node = await startNode(server.url);
    await becomesSure(node);
    const draft = grantDraft();
    await new Grants({ redis }).create(draft);
    expect(denies(node, draft)).toBe(false);
  });

  it('is not sure while a node of an earlier version lives, which tells nobody', async () => {
    const node = await startNode(server.url);
    await becomesSure(node);
    const earlier = newNodeId();
    const [nobodys, made] = [grantDraft(), grantDraft()];
    const beat = () => redis.zadd(redisKeys.nodes(), Date.now(), earlier);
    await waitUntil(async () => (await beat()) >= 0 && !denies(node, nobodys), 'the node is not sure');
    // What it made meanwhile is read when it is gone.
    await new Grants({ redis }).create(made);
    await redis.del(redisKeys.toldGrants());
    await redis.zrem(redisKeys.nodes(), earlier);
    await waitUntil(() => denies(node, nobodys), 'the node is sure again');
    expect(denies(node, made)).toBe(false);
  });

  it('is not sure for longer than two seconds without Redis', async () => {
    const node = await startNode(server.url);
    await becomesSure(node);
    const nobodys = grantDraft();
    await server.close();
    await waitUntil(() => !denies(node, nobodys), 'the node is not sure');
  });

  it('is never sure with more grants than it may keep', async () => {
    const { id, userId, personEmail, accountId, projectId, computeId, address } = grantDraft();
    const ending = (at: number) => ({ id, userId, personEmail, accountId, projectId, computeId, address, at });
    const members = Array.from({ length: 10_001 }, (_, at) => [Date.now() + HOUR_MS, JSON.stringify(ending(at))]);
    await redis.zadd(redisKeys.grantEndings(), ...members.flat());
    const node = await startNode(server.url);
    const readings = new Set<string | null>();
    const read = async () => readings.add(await redis.zscore(redisKeys.grantReaders(), node.nodeId)).size;
    await waitUntil(async () => {
      expect(denies(node, grantDraft())).toBe(false);
      return (await read()) > 3;
    }, 'the node reads again and again');
    await redis.del(redisKeys.grantEndings());
    await becomesSure(node);
  });
});
