import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AuditTrail, MAX_QUEUED_EVENTS } from '../../src/audit/audit-queue.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import type { AuditEventInput } from '../../src/catalogue/trail/audit-events.ts';
import { type ConnectionId, idFrom, newNodeId } from '../../src/ids.ts';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import { openTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

const nodeId = newNodeId();

function started(seq: number, given: Partial<AuditEventInput> = {}): AuditEventInput {
  return {
    at: new Date('2026-01-02T03:04:05.678Z'),
    nodeId,
    event: 'connection.started',
    outcome: 'success',
    actorType: 'person',
    actorId: 'p1',
    actorEmail: 'sally@example.com',
    connectionId: idFrom<ConnectionId>('c1'),
    seq,
    ...given,
  };
}

async function open(catalogue: Catalogue): Promise<{ trail: AuditTrail; metrics: Metrics; lines: string[] }> {
  const lines: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'error' }, { write: (line) => lines.push(line) });
  const trail = new AuditTrail({ catalogue, metrics, log });
  onTestFinished(async () => {
    await trail.close();
    metrics.close();
  });
  return { trail, metrics, lines };
}

/** The order of each stored event within its connection, in the order of the chain. */
async function storedOrder(catalogue: Catalogue): Promise<number[]> {
  const rows = await catalogue.db
    .selectFrom('audit_chain')
    .innerJoin('audit_events', 'audit_events.id', 'audit_chain.event_id')
    .orderBy('audit_chain.position')
    .select('audit_events.body')
    .execute();
  return rows.map(({ body }) => Number(Reflect.get(Object(body), 'seq')));
}

const upTo = (count: number) => Array.from({ length: count }, (_none, index) => index);
const counted = async (metrics: Metrics, outcome: string) =>
  (await metrics.auditEvents.get()).values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;

describe('the audit trail', () => {
  it('stores what was recorded without waiting, each event once and in order', async () => {
    const catalogue = await openTestCatalogue();
    const { trail, metrics } = await open(catalogue);
    for (const seq of upTo(1_000)) trail.record(started(seq));
    await trail.flush();
    expect(await storedOrder(catalogue)).toEqual(upTo(1_000));
    expect(await counted(metrics, 'stored')).toBe(1_000);
  });

  it('keeps events while the catalogue is away, and their order', async () => {
    const catalogue = await openTestCatalogue();
    const { trail, metrics } = await open(catalogue);
    trail.record(started(0));
    await trail.flush();
    const database = new URL(catalogue.url).pathname.slice(1);
    await runAsSuperuser(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    await runAsSuperuser(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
    for (const seq of [1, 2, 3]) trail.record(started(seq));
    await waitUntil(async () => (await metrics.storeErrors.get()).values.length, 'the outage is noticed');
    for (const seq of [4, 5]) trail.record(started(seq));
    await runAsSuperuser(`ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);
    await trail.flush();
    expect(await storedOrder(catalogue)).toEqual(upTo(6));
  });

  it('an event that the catalogue refuses is logged and delays no other', async () => {
    const catalogue = await openTestCatalogue();
    const { trail, metrics, lines } = await open(catalogue);
    trail.record(started(0));
    trail.record(started(1, { actorId: 'no\u0000column takes this' }));
    trail.record(started(2));
    trail.record(started(3, { at: new Date(Number.NaN) }));
    trail.record(started(4));
    await trail.flush();
    expect(await storedOrder(catalogue)).toEqual([0, 2, 4]);
    expect(await counted(metrics, 'rejected')).toBe(2);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).toContain('takes this');
  });

  it('an event that was recorded twice under one id is stored once', async () => {
    const catalogue = await openTestCatalogue();
    const { trail } = await open(catalogue);
    const event = started(0, { id: 'a8098c1a-f86e-41da-bd1a-00112444be1e' });
    trail.record(event);
    await trail.flush();
    trail.record(event);
    await trail.flush();
    expect(await storedOrder(catalogue)).toEqual([0]);
  });

  it('closing stores what is queued', async () => {
    const catalogue = await openTestCatalogue();
    const { trail } = await open(catalogue);
    for (const seq of upTo(500)) trail.record(started(seq));
    await trail.close();
    expect(await storedOrder(catalogue)).toEqual(upTo(500));
  });

  it('events for a full queue or a closed trail are logged and counted', async () => {
    const catalogue = await openTestCatalogue();
    const { trail, metrics, lines } = await open(catalogue);
    for (const seq of upTo(MAX_QUEUED_EVENTS + 3)) trail.record(started(seq));
    expect(await counted(metrics, 'dropped')).toBe(3);
    expect(lines.join('')).toContain(`"seq":${MAX_QUEUED_EVENTS + 2}`);
    await catalogue.close();
    await trail.close();
    trail.record(started(-1));
    expect(lines.at(-1)).toContain('"seq":-1');
    const lost = await counted(metrics, 'dropped');
    expect(lost + (await counted(metrics, 'stored'))).toBe(MAX_QUEUED_EVENTS + 4);
    expect(lines).toHaveLength(lost);
  });
});
