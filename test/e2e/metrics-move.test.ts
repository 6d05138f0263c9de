// The metrics of a whole node count what people and stores do.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, postgresUrl, type TestDatabase } from '../support/databases/postgres-for-tests.ts';
import { type Desk, finish, linkOf, openDesk } from '../support/nodes/desk.ts';
import type { TestNode } from '../support/nodes/postern-for-tests.ts';
import { startTcpRelay, type TcpRelay } from '../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';

let database: TestDatabase;
let hop: TcpRelay;
let desk: Desk;

beforeAll(async () => {
  database = await createTestDatabase();
  hop = await startTcpRelay(Number(new URL(postgresUrl()).port));
  const url = new URL(database.url);
  url.port = String(hop.port);
  desk = await openDesk({ databaseUrl: url.href, environment: { POSTERN_NOTICE_CLIENTS: 'remembered' } });
});

afterAll(async () => {
  hop.release();
  await desk.close();
  await hop.close();
  await database.close();
});

async function readSeries(series: string, { postern }: TestNode = desk.node): Promise<number> {
  const text = await postern.metrics.registry.metrics();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}

async function valuesOf(name: string, label: string, values: readonly string[]): Promise<Record<string, number>> {
  const pairs = values.map(async (value) => [value, await readSeries(`${name}{${label}="${value}"}`)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

const logins = () =>
  valuesOf('postern_login_requests_total', 'status', [
    'issued',
    'claimed',
    'approved',
    'consumed',
    'denied',
    'abandoned',
  ]);
const grants = () => valuesOf('postern_grants_total', 'event', ['created', 'used', 'revoked']);

it('count login requests by status', async () => {
  await desk.login(['-c', 'select 1']);
  expect(await logins()).toEqual({ issued: 1, claimed: 1, approved: 1, consumed: 1, denied: 0, abandoned: 0 });
  expect(await readSeries('postern_approval_seconds_count')).toBe(1);
  const denied = desk.psql(['-c', 'select 1']);
  await desk.browser.deny(await linkOf(denied));
  await finish(denied);
  const left = desk.psql(['-c', 'select 1']);
  await linkOf(left);
  left.kill('SIGKILL');
  const isLeft = async () => (await logins()).abandoned === 1;
  await waitUntil(isLeft, 'the terminal’s end is counted');
  expect(await logins()).toEqual({ issued: 3, claimed: 2, approved: 1, consumed: 1, denied: 1, abandoned: 1 });
});

it('count accepted connections and refusals by the cap on waiting logins', async () => {
  const accepted = await readSeries('postern_accepted_connections_total');
  await desk.login(['-c', 'select 1']);
  expect(await readSeries('postern_accepted_connections_total')).toBeGreaterThan(accepted);
  const small = await desk.startNode({ POSTERN_WAITING_PER_ADDRESS: '1', POSTERN_SHARED_NETWORKS: '' });
  const first = desk.psql(['-c', 'select 1'], { at: small });
  await linkOf(first);
  const second = desk.psql(['-c', 'select 1'], { at: small });
  expect((await finish(first)).stderr).toContain('too many login requests');
  expect(await readSeries('postern_limit_hits_total{limit="waiting_of_address"}', small)).toBe(1);
  second.kill('SIGKILL');
});

it('count grants by event', async () => {
  await desk.login(['-c', 'select 1'], { choice: { remember: '1h' }, env: { PGAPPNAME: 'remembered' } });
  expect(await finish(desk.psql(['-c', 'select 1'], { env: { PGAPPNAME: 'remembered' } }))).toMatchObject({ code: 0 });
  const page = await desk.browser.get('/app/me/sessions');
  const path = /href="(\/app\/me\/sessions\/grants\/[^"]+)"/.exec(page.html)?.[1] ?? 'no grant';
  await desk.browser.submit(await desk.browser.get(path), {}, path);
  expect(await grants()).toEqual({ created: 1, used: 1, revoked: 1 });
});

it('count failed operations while the catalogue is away', async () => {
  const series = 'postern_store_errors_total{store="postgres"}';
  const before = await readSeries(series);
  hop.hold();
  hop.cut();
  await fetch(`${desk.node.baseUrl}/readyz`);
  await desk.browser.get('/app/me/sessions').catch(() => null);
  await waitUntil(async () => (await readSeries(series)) > before, 'the failure is counted', 30_000);
});
