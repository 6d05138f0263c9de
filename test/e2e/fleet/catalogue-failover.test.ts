// The catalogue's primary dies and its standby takes over: live connections and waiting logins go
// on; new logins, the audit trail and metering recover by themselves.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { verifyAuditChain } from '../../../src/catalogue/trail/audit-chain.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type PostgresPair, startPostgresPair } from '../../support/databases/postgres-pair-for-tests.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, runPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answeringPsql, expectAnswer } from './answering-psql.ts';
import { expectNothingHeld } from './what-is-held.ts';

const RECOVERED_WITHIN_MS = 60_000;

let pair: PostgresPair;
let desk: Desk;
let nodes: readonly TestNode[];
let live: readonly PsqlRun[];
let waiting: PsqlRun;
let tokenEnvironment: Record<string, string>;

beforeAll(async () => {
  pair = await startPostgresPair();
  desk = await openDesk({ databaseUrl: pair.url });
  nodes = [desk.node, await desk.startNode()];
  tokenEnvironment = await newToken();
  live = await Promise.all(nodes.map((node) => answeringPsql(desk, node)));
  waiting = desk.psql(['-U', 'patient', '-Atc', 'select 6 * 9'], { at: desk.node });
  await linkOf(waiting);
  await pair.killPrimary();
});

afterAll(async () => {
  await desk.close();
  await pair.close();
});

async function newToken(): Promise<Record<string, string>> {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const draft = { name: 'CI', computeId: desk.project.compute.id, owner: 'self', access: 'read_write' } as const;
  const { accessToken, secret } = await createAccessToken(catalogue, context, draft);
  const PGDATABASE = desk.project.databases[0]?.name ?? '';
  return { PGUSER: accessToken.id, PGPASSWORD: secret.reveal(), PGSSLMODE: 'require', PGHOST: '127.0.0.1', PGDATABASE };
}

const byToken = ({ pgPort }: TestNode) =>
  runPsql({ args: ['-XAtc', 'select 6 * 7'], env: { ...tokenEnvironment, PGPORT: String(pgPort) } });

it('keeps live connections and refuses new logins with 57P03 until a promotion', async () => {
  for (const psql of live) await expectAnswer(psql, 'without a primary');
  // Many at once: they share the ways to the servers, by TLS and without.
  const tries = nodes.flatMap((node) => Array.from({ length: 6 }, () => byToken(node)));
  for (const { code, stderr } of await Promise.all(tries)) {
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('FATAL:  cannot connect now') });
  }
  expect(waiting.stderr()).not.toContain('FATAL');
});

it('ends with the promotion: nodes accept logins, waiting ones are let in', async () => {
  await pair.promoteStandby();
  for (const node of nodes) {
    const isIn = async () => (await byToken(node)).stdout === '42\n';
    await waitUntil(isIn, 'tokens work again', RECOVERED_WITHIN_MS);
  }
  await desk.browser.approve(await linkOf(waiting));
  expect(await finish(waiting)).toMatchObject({ code: 0, stdout: '54\n' });
  for (const psql of live) psql.write('\\q\n');
  for (const psql of live) expect((await finish(psql)).code).toBe(0);
  await expectNothingHeld(desk, nodes);
});

it('leaves the audit trail whole, with the events of the outage', async () => {
  const { catalogue } = desk.node.postern;
  for (const { postern } of nodes) await postern.auditTrail.flush();
  expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
  const { items } = await listAuditEvents(catalogue, SYSTEM_CONTEXT, { limit: 200, cursor: null });
  const count = (event: string) => items.filter((item) => item.event === event).length;
  // Two live connections, one that waited, and one by token at each node afterwards.
  expect(count('connection.started')).toBe(5);
  expect(count('connection.ended')).toBe(5);
  expect(count('login.requested')).toBe(3);
});

it('lets metering go on', async () => {
  // False while another node measures.
  for (const { postern } of nodes) await waitUntil(() => postern.metering.sampleNow(), 'a round of measuring');
});
