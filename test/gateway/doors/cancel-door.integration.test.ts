import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../support/wait-until.ts';
import { cancelKeyOf, connectedClient, upstreamActivity, waitForMessage } from '../connected-client.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { cancelRequest, RawClient } from '../raw-client.ts';
import { fieldsOf } from '../read-messages.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function sleepingClient(): Promise<RawClient> {
  const client = await connectedClient(gateway, developer);
  client.query('select pg_sleep(60)');
  await waitUntil(async () => (await upstreamActivity(upstream)).includes('active select pg_sleep(60)'), 'it sleeps');
  return client;
}

async function sendCancel(canceller: RawClient, key: { processId: number; secretKey: Buffer }): Promise<void> {
  canceller.listen();
  canceller.send(cancelRequest(key.processId, key.secretKey));
  await canceller.waitForEnd();
}

async function outcomes(): Promise<Record<string, number>> {
  const { values } = await gateway.metrics.cancelRequests.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
}

describe('a cancel request', () => {
  it.each(['in clear text, as psql sends it', 'over TLS, as libpq 17 can'])('cancels the query %s', async (way) => {
    using client = await sleepingClient();
    using canceller = way.startsWith('over') ? await RawClient.connectTls(gateway) : await RawClient.connect(gateway);
    const before = client.messages.length;
    await sendCancel(canceller, cancelKeyOf(client));
    const error = await waitForMessage(client, 'E', before);
    expect(fieldsOf(error)).toMatchObject({ S: 'ERROR', C: '57014' });
    expect(canceller.messages).toEqual([]);
    await waitForMessage(client, 'Z', before);
  });

  it('cancels a query on another node', async () => {
    const other = await startGateway({ fleetOf: gateway });
    using client = await sleepingClient();
    const before = client.messages.length;
    await waitUntil(async () => {
      using canceller = await RawClient.connect(other);
      await sendCancel(canceller, cancelKeyOf(client));
      return client.messages.slice(before).some(({ type }) => type === 'E');
    }, 'the query is canceled');
    await other.close();
  });

  it('with a wrong key is counted, cancels nothing and gets no answer', async () => {
    using client = await sleepingClient();
    const { processId, secretKey } = cancelKeyOf(client);
    const wrongKeys = [
      { processId, secretKey: Buffer.from(secretKey.map((byte) => byte ^ 1)) },
      { processId: processId + 1, secretKey },
      { processId, secretKey: Buffer.concat([secretKey, Buffer.alloc(4)]) },
    ];
    const { unknown = 0 } = await outcomes();
    for (const key of wrongKeys) {
      using canceller = await RawClient.connect(gateway);
      await sendCancel(canceller, key);
      expect(canceller.messages).toEqual([]);
    }
    expect(await outcomes()).toMatchObject({ unknown: unknown + 3 });
    expect(await upstreamActivity(upstream)).toContain('active select pg_sleep(60)');
  });

  it('with the key of a connection that ended cancels nothing', async () => {
    using client = await connectedClient(gateway, developer);
    const key = cancelKeyOf(client);
    client.terminate();
    await client.waitForEnd();
    const { found = 0 } = await outcomes();
    await waitUntil(() => gateway.gateway.connectionCounts().relaying === 0, 'the connection is over');
    using canceller = await RawClient.connect(gateway);
    await sendCancel(canceller, key);
    expect((await outcomes()).found ?? 0).toBe(found);
  });
});

describe('a client that is gone while its query runs', () => {
  it('has its running query canceled', async () => {
    using client = await sleepingClient();
    client.plain.resetAndDestroy();
    await waitUntil(async () => (await upstreamActivity(upstream)).length === 0, 'the upstream is free');
  });
});
