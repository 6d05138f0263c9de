import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LiveConnectionRecord } from '../../src/fleet/live-connection.ts';
import { type AccountId, type ComputeId, idFrom, newOrganizationId, newUserId } from '../../src/ids.ts';
import { useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { connectionRecord, recordingHandle, startTestNode, type TestNode } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const catalogueOf = useTestCatalogue();

const register = (node: TestNode, given: Partial<Omit<LiveConnectionRecord, 'nodeId'>>) =>
  node.liveConnections.register(connectionRecord(node.nodeId, given), recordingHandle());

describe.each(redisKinds)('caps on connections, on $name', ({ start }) => {
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

  it('a person is counted over all nodes', async () => {
    const userId = newUserId();
    const first = register(here, { userId });
    expect(await first.findExceededCap({ person: 2 })).toBeNull();
    const second = register(there, { userId });
    expect(await second.findExceededCap({ person: 2 })).toBeNull();
    const third = register(here, { userId });
    expect(await third.findExceededCap({ person: 2 })).toEqual({ thing: 'person', cap: 2 });
  });

  it('a closed connection makes room on every node', async () => {
    const computeId = idFrom<ComputeId>('ep-one');
    const first = register(here, { computeId });
    expect(await first.findExceededCap({ compute: 1 })).toBeNull();
    const second = register(there, { computeId });
    expect(await second.findExceededCap({ compute: 1 })).toEqual({ thing: 'compute', cap: 1 });
    second.close();
    first.close();
    const third = register(here, { computeId });
    await waitUntil(async () => (await third.findExceededCap({ compute: 1 })) === null, 'there is room again');
  });

  it('each compute is counted by itself', async () => {
    register(here, { computeId: idFrom<ComputeId>('ep-one') });
    const other = register(here, { computeId: idFrom<ComputeId>('ep-two') });
    expect(await other.findExceededCap({ compute: 1 })).toBeNull();
  });

  it('of many that ask at once on one node, exactly as many get in as there is room', async () => {
    const userId = newUserId();
    const asked = Array.from({ length: 20 }, () => register(here, { userId }).findExceededCap({ person: 7 }));
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === null)).toHaveLength(7);
  });

  it('of many that ask at once on two nodes, never more get in than there is room', async () => {
    const userId = newUserId();
    const asked = Array.from({ length: 20 }, (_none, index) =>
      register(index % 2 === 0 ? here : there, { userId }).findExceededCap({ person: 7 }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === null).length).toBeLessThanOrEqual(7);
  });

  /** Of ten places, all that others leave. */
  const account = (heldByOthers: number) => 10 - heldByOthers;
  const onHost = (accountId: AccountId, hostId = 'one') => ({ accountId, hostId });

  it('an account is counted over all nodes, against what others hold of the host', async () => {
    const [greedy, other] = [newOrganizationId(), newOrganizationId()];
    for (let count = 0; count < 4; count += 1) register(there, onHost(other));
    register(here, onHost(other, 'two'));
    const asked = Array.from({ length: 6 }, (_none, index) => register(index % 2 === 0 ? here : there, onHost(greedy)));
    const last = asked.at(-1);
    expect(await last?.findExceededCap({ account })).toBeNull();
    const more = register(here, onHost(greedy));
    expect(await more.findExceededCap({ account })).toEqual({ thing: 'account', cap: 6 });
  });

  it('a flood that its node refuses by itself takes no room of others meanwhile', async () => {
    const [greedy, other] = [newOrganizationId(), newOrganizationId()];
    const flood = Array.from({ length: 50 }, async () => {
      const registration = register(here, { accountId: greedy });
      registration.update({ hostId: 'one' });
      const exceeded = await registration.findExceededCap({ account: () => 3 });
      if (exceeded !== null) registration.update({ hostId: null });
      return exceeded;
    });
    expect((await Promise.all(flood)).filter((exceeded) => exceeded === null)).toHaveLength(3);
    const newcomer = register(there, onHost(other));
    const seen: number[] = [];
    await newcomer.findExceededCap({
      account: (heldByOthers) => {
        seen.push(heldByOthers);
        return 10;
      },
    });
    expect(seen.at(-1)).toBe(3);
  });

  it('a connection that stops waiting counts for its person from then on', async () => {
    const userId = newUserId();
    const registration = register(here, { phase: 'waiting', userId });
    expect(await registration.findExceededCap({ person: 0 })).toBeNull();
    registration.update({ phase: 'connecting' });
    expect(await registration.findExceededCap({ person: 0 })).toEqual({ thing: 'person', cap: 0 });
  });
});

it('without Redis a node goes by its own connections', async () => {
  await using redis = await startDebianRedis();
  await using node = await startTestNode(redis.url, catalogueOf());
  const userId = newUserId();
  const first = register(node, { userId });
  await redis.kill('SIGKILL');
  const second = register(node, { userId });
  expect(await first.findExceededCap({ person: 2 })).toBeNull();
  expect(await second.findExceededCap({ person: 1 })).toEqual({ thing: 'person', cap: 1 });
});
