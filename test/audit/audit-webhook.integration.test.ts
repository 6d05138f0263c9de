import { createServer, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditWebhook, signAuditBody } from '../../src/audit/audit-webhook.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { type AuditEventInput, recordAuditEvents } from '../../src/catalogue/trail/audit-events.ts';
import { type NodeId, newNodeId } from '../../src/ids.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createRedis } from '../../src/redis/redis-client.ts';
import { redisKeys } from '../../src/redis/redis-keys.ts';
import { Secret } from '../../src/secret.ts';
import { openCatalogueOn, openTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { redisKinds, startEmbeddedRedis } from '../support/databases/redis-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const secret = new Secret('a shared secret');

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that answers with the given statuses in turn, then 204. */
async function startReceiver(statuses: number[] = []): Promise<{ url: string; deliveries: Delivery[] }> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body });
      const status = statuses.shift() ?? 204;
      response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return { url: `http://127.0.0.1:${address.port}/audit`, deliveries };
}

function event(nodeId: NodeId, seq: number, at = new Date()): AuditEventInput {
  const person = { actorType: 'person', actorId: 'p1', actorEmail: 'sally@example.com' } as const;
  return { at, nodeId, event: 'connection.started', outcome: 'success', seq, ...person };
}

async function record(catalogue: Catalogue, events: readonly AuditEventInput[]): Promise<void> {
  await catalogue.transaction((tx) => recordAuditEvents(tx, events));
}

function startWebhook(parts: { catalogue: Catalogue; redisUrl: string; url: string }): AuditWebhook {
  const redis = createRedis(parts.redisUrl, { purpose: 'commands', log: silentLog });
  const metrics = createMetrics();
  const target = { url: parts.url, secret };
  const webhook = new AuditWebhook({ target, catalogue: parts.catalogue, redis, metrics, log: silentLog });
  webhook.start();
  onTestFinished(async () => {
    await webhook.close();
    redis.disconnect();
    metrics.close();
  });
  return webhook;
}

const seqs = (deliveries: readonly Delivery[]) =>
  deliveries.flatMap(({ body }) =>
    body
      .trimEnd()
      .split('\n')
      .map((line): number => JSON.parse(line).seq),
  );
const upTo = (count: number) => Array.from({ length: count }, (_none, index) => index);

describe.each(redisKinds)('the audit webhook with $name', ({ start }) => {
  it('receives every event once and in order, in signed parts', async () => {
    await using redis = await start();
    const catalogue = await openTestCatalogue();
    const { url, deliveries } = await startReceiver();
    startWebhook({ catalogue, redisUrl: redis.url, url });
    await record(
      catalogue,
      upTo(150).map((seq) => event(catalogue.nodeId, seq)),
    );
    await waitUntil(() => seqs(deliveries).length === 150, 'all are delivered');
    await record(catalogue, [event(catalogue.nodeId, 150)]);
    await waitUntil(() => seqs(deliveries).length === 151, 'the last one too');
    expect(seqs(deliveries)).toEqual(upTo(151));
    for (const { headers, body } of deliveries) {
      const timestamp = String(headers['postern-timestamp']);
      expect(headers['postern-signature']).toBe(`v1=${signAuditBody({ secret, timestamp, body })}`);
      expect(headers['content-type']).toBe('application/x-ndjson');
    }
  });
});

describe('the audit webhook', () => {
  it('tries again after errors and redirects, and skips nothing', async () => {
    await using redis = await startEmbeddedRedis();
    const catalogue = await openTestCatalogue();
    const { url, deliveries } = await startReceiver([500, 302]);
    await record(catalogue, [event(catalogue.nodeId, 0), event(catalogue.nodeId, 1)]);
    startWebhook({ catalogue, redisUrl: redis.url, url });
    await waitUntil(() => deliveries.length === 3, 'the third request');
    expect(seqs(deliveries)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it('is served by one node for all, and by the next when that one leaves', async () => {
    await using redis = await startEmbeddedRedis();
    const catalogue = await openTestCatalogue();
    const { url, deliveries } = await startReceiver();
    const other = await openCatalogueOn(catalogue.url, { nodeId: newNodeId(), sealer: catalogue.sealer });
    const first = startWebhook({ catalogue, redisUrl: redis.url, url });
    startWebhook({ catalogue: other, redisUrl: redis.url, url });
    await record(other, [event(other.nodeId, 0)]);
    await record(catalogue, [event(catalogue.nodeId, 1)]);
    await waitUntil(() => seqs(deliveries).length >= 2, 'both nodes’ events are delivered');
    await first.close();
    await record(catalogue, [event(catalogue.nodeId, 2)]);
    await waitUntil(() => seqs(deliveries).includes(2), 'the other node goes on');
    // What was on its way when the first one left may come again.
    expect([...new Set(seqs(deliveries))].sort()).toEqual([0, 1, 2]);
  });

  it('that is new, or whose positions were lost, begins with the last hour', async () => {
    await using redis = await startEmbeddedRedis();
    const catalogue = await openTestCatalogue();
    const { url, deliveries } = await startReceiver();
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    await record(catalogue, [event(catalogue.nodeId, 0, hoursAgo(3)), event(catalogue.nodeId, 1, hoursAgo(2))]);
    await record(catalogue, [event(catalogue.nodeId, 2)]);
    const longGone = newNodeId();
    await record(catalogue, [event(longGone, 3, hoursAgo(5))]);
    startWebhook({ catalogue, redisUrl: redis.url, url });
    await waitUntil(() => deliveries.length, 'the recent event is delivered');
    expect(seqs(deliveries)).toEqual([2]);
  });

  it('leaves the lease to the next node when it stops', async () => {
    await using redis = await startEmbeddedRedis();
    const catalogue = await openTestCatalogue();
    const { url } = await startReceiver();
    const client = createRedis(redis.url, { purpose: 'commands', log: silentLog });
    onTestFinished(() => client.disconnect());
    const webhook = startWebhook({ catalogue, redisUrl: redis.url, url });
    await waitUntil(() => client.exists(redisKeys.auditWebhookLease()), 'the lease is taken');
    await webhook.close();
    expect(await client.exists(redisKeys.auditWebhookLease())).toBe(0);
  });
});
