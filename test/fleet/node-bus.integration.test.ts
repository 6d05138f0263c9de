import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { NodeBus } from '../../src/fleet/node-bus.ts';
import { type NodeId, newNodeId } from '../../src/ids.ts';
import { createRedis, type RedisClient } from '../../src/redis/redis-client.ts';
import { redisChannels } from '../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../support/databases/redis-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

interface TestBus {
  readonly bus: NodeBus;
  readonly nodeId: NodeId;
  readonly redis: RedisClient;
  readonly commands: string[];
}

describe.each(redisKinds)('the bus between nodes on $name', ({ start }) => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  /** A node that writes down what it is told and says `done` to a drain only. */
  const openBus = async (): Promise<TestBus> => {
    const redis = createRedis(server.url, { purpose: 'commands', log: silentLog });
    const subscriber = createRedis(server.url, { purpose: 'subscriber', log: silentLog });
    const nodeId = newNodeId();
    const bus = new NodeBus({ redis, subscriber, nodeId, log: silentLog });
    const commands: string[] = [];
    bus.addResponder((command) => {
      commands.push(command.kind);
      return command.kind === 'drain' ? Promise.resolve({ kind: 'done', count: 7 }) : null;
    });
    await bus.start();
    onTestFinished(async () => {
      await bus.close();
      redis.disconnect();
      subscriber.disconnect();
    });
    return { bus, nodeId, redis, commands };
  };
  const drain = { kind: 'drain', by: 'ops' } as const;

  it('brings a request to one node and its reply back', async () => {
    const [here, there, elsewhere] = [await openBus(), await openBus(), await openBus()];
    expect(await here.bus.request(there.nodeId, drain)).toEqual({ kind: 'done', count: 7 });
    expect(there.commands).toEqual(['drain']);
    expect(elsewhere.commands).toEqual([]);
  });

  it('asks its own node without Redis', async () => {
    const here = await openBus();
    here.redis.disconnect();
    expect(await here.bus.request(here.nodeId, drain)).toEqual({ kind: 'done', count: 7 });
  });

  it('says so when a node knows nothing of the command, or fails at it', async () => {
    const [here, there] = [await openBus(), await openBus()];
    there.bus.addResponder((command) =>
      command.kind === 'cancel_by_key' ? Promise.reject(new Error('the upstream is gone')) : null,
    );
    const outcomes = await Promise.all([
      here.bus.request(there.nodeId, { kind: 'read_ended_access' }),
      here.bus.request(there.nodeId, { kind: 'cancel_by_key', keyDigest: '0'.repeat(64) }),
    ]);
    expect(outcomes).toEqual([{ kind: 'no_answer' }, { kind: 'no_answer' }]);
    expect(there.commands).toEqual(['read_ended_access', 'cancel_by_key']);
  });

  it('announces to all nodes but its own', async () => {
    const [here, there, elsewhere] = [await openBus(), await openBus(), await openBus()];
    await here.bus.announce({ kind: 'read_ended_access' });
    await waitUntil(() => there.commands.length === 1 && elsewhere.commands.length === 1, 'both others are told');
    expect(here.commands).toEqual([]);
  });

  it('takes a reply only from the node that was asked', async () => {
    const [here, forger] = [await openBus(), await openBus()];
    const asked = newNodeId();
    const listener = createRedis(server.url, { purpose: 'subscriber', log: silentLog });
    onTestFinished(() => listener.disconnect());
    const answer = (id: string, from: NodeId, count: number) =>
      forger.redis.publish(
        redisChannels.node(here.nodeId),
        JSON.stringify({ kind: 'reply', id, from, reply: { kind: 'done', count } }),
      );
    listener.on('message', (_channel: string, json: string) => {
      const { id } = JSON.parse(json);
      void answer(randomUUID(), asked, 1)
        .then(() => answer(id, forger.nodeId, 2))
        .then(() => answer(id, asked, 3));
    });
    await listener.subscribe(redisChannels.node(asked));
    expect(await here.bus.request(asked, drain)).toEqual({ kind: 'done', count: 3 });
  });

  it('leaves nobody waiting when it closes', async () => {
    const here = await openBus();
    const outcome = here.bus.request(newNodeId(), drain);
    await here.bus.close();
    expect(await outcome).toEqual({ kind: 'no_answer' });
  });
});
