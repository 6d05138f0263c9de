// Two whole nodes on one Redis with a thousand live connections between them, and real psql among
// those.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LiveConnectionRecord } from '../../../src/fleet/live-connection.ts';
import { fillFleet, type RegisteredForTests } from '../../e2e/browser/operations-scenes.ts';
import type { WebClient } from '../../support/browser/web-client.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type Desk, finish, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson, type TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { auditOf } from './operations-for-tests.ts';

const OPERATOR = 'ops@example.com';
const ON_EACH_NODE = 500;

let desk: Desk;
let other: TestNode;
/** The operator's browser, at the node that does not hold the psql under test. */
let browser: WebClient;
let registered: RegisteredForTests[] = [];
/**
 * A test's psql, so that a failure does not leave it for the next one, and the process that serves
 * it upstream.
 */
let current: PsqlRun | null = null;
let upstreamPid: number | null = null;

beforeAll(async () => {
  desk = await openDesk();
  other = await desk.startNode();
  await addPerson(desk.node, { email: OPERATOR, operator: 'yes' });
  browser = await signedInBrowser(other.baseUrl, OPERATOR);
  registered = [desk.node, other].flatMap((node) => fillFleet(partsOf(node), ON_EACH_NODE));
});

afterAll(async () => {
  for (const connection of registered) connection.close();
  await desk.close();
});

afterEach(() => current?.kill('SIGKILL'));

describe('the page of one node', () => {
  it('lists every connection of both nodes, as many as the gateways count', async () => {
    const psql = await connectedPsql();
    const counted = () =>
      [desk.node, other].map(({ postern }) => postern.fleet.liveConnections.totals().live).reduce((a, b) => a + b, 0);
    const expected = counted();
    expect(expected).toBe(registered.filter(({ record }) => record.phase !== 'waiting').length + 1);
    const figures = await waitUntil(async () => {
      const { html } = await browser.get('/ops');
      return html.includes(`<dt>Connected</dt><dd>${expected.toLocaleString('en-US')}</dd>`) && html;
    }, 'the page counts what the gateways count');
    const waiting = registered.length - expected + 1;
    expect(figures).toContain(`<dt>Waiting for approval</dt><dd>${waiting}</dd>`);
    expect(figures).toContain('<dt>Healthy nodes</dt><dd>2</dd>');
    const listed = await allPages(browser);
    const ids = [...registered.map(({ record }) => record.id), (await recordOf()).id];
    expect([...listed].sort()).toEqual(ids.sort());
    psql.end();
    await finish(psql);
  });

  it('ends psql on another node at once, with 57P01 and the reason', async () => {
    const psql = await connectedPsql();
    psql.write('\\set VERBOSITY verbose\nselect pg_sleep(3600);\n');
    const record = await running();
    const page = await browser.get(`/ops/connections/${record.id}`);
    const answer = await browser.submit(
      page,
      { reason: 'failing over to the replica in the other building, back in five minutes' },
      `/ops/connections/${record.id}/end`,
    );
    const { code, stderr } = await finish(psql);
    expect(answer.html).toContain('The connection has ended');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/FATAL: {2}57P01: terminating connection due to administrator command/);
    expect(stderr).toMatch(
      /HINT: {2}Reason: failing over to the replica in the other building, back in five minutes\./,
    );
    expect(await auditOf(other.postern, { connectionId: record.id, event: 'ops.connection_ended' })).toMatchObject([
      { code: 'PO80S', actor_email: OPERATOR, actor_type: 'operator', upstream_pid: record.upstreamPid },
    ]);
  });

  it('sends a NOTICE between messages of a large result, which stays whole', async () => {
    const psql = await connectedPsql(['-At', '-v', 'FETCH_COUNT=0']);
    const { id } = await recordOf();
    const rows = 300_000;
    psql.write(
      `select repeat('x', 200) || n || case when n % 2000 = 0 then pg_sleep(0.02)::text else '' end from generate_series(1, ${rows}) as n;\n`,
    );
    await running();
    const page = await browser.get(`/ops/connections/${id}`);
    const answer = await browser.submit(page, { text: 'maintenance at noon' }, '/ops/connections/notice');
    expect(answer.html).toContain('Notice sent to alex@example.com');
    await psql.waitForStderr(/NOTICE: {2}Message from an administrator: maintenance at noon/);
    // psql shows a result when all of it is there, and a NOTICE when it comes.
    expect(psql.stdout()).not.toContain('xxx');
    psql.write('\\q\n');
    const { code, stdout } = await finish(psql);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n').slice(-rows);
    expect(lines).toHaveLength(rows);
    expect(lines.every((line, index) => line === `${'x'.repeat(200)}${index + 1}`)).toBe(true);
  });

  it('cancels the query of psql on the other node, which goes on', async () => {
    const psql = await connectedPsql();
    const { id } = await recordOf();
    psql.write('select pg_sleep(60);\n');
    await running();
    const page = await browser.get(`/ops/connections/${id}`);
    await browser.submit(page, { reason: 'it holds a lock' }, `/ops/connections/${id}/cancel`);
    await psql.waitForStderr(/canceling statement due to user request/);
    psql.write('select 6 * 7;\n\\q\n');
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: expect.stringContaining('42') });
  });
});

function partsOf({ postern }: TestNode) {
  return { liveConnections: postern.fleet.liveConnections, catalogue: postern.catalogue };
}

/** psql at the desk's own node, approved and through. */
async function connectedPsql(args: readonly string[] = ['-At']): Promise<PsqlRun> {
  const psql = desk.psql(args);
  current = psql;
  await desk.browser.approve(await linkOf(psql));
  psql.write("select 'served by ' || pg_backend_pid();\n");
  upstreamPid = Number((await psql.waitForStdout(/^served by (\d+)$/m))[1]);
  return psql;
}

/**
 * The current psql's connection as the other node sees it: the one before may be listed there a
 * while longer.
 */
async function recordOf(): Promise<LiveConnectionRecord> {
  return await waitUntil(async () => {
    const records = await other.postern.fleet.liveConnections.list({ userId: desk.person.id, phase: 'relaying' });
    return records.find((record) => record.upstreamPid === upstreamPid);
  }, 'the other node sees the connection');
}

/** The record once its query runs upstream. */
async function running(): Promise<LiveConnectionRecord> {
  const record = await recordOf();
  await waitUntil(async () => {
    const sql = `SELECT state FROM pg_stat_activity WHERE pid = ${record.upstreamPid} AND state = 'active'`;
    return (await queryRows(postgresUrl(), sql)).length === 1;
  }, 'the query runs');
  return record;
}

async function allPages(client: WebClient): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let page = 1; page <= Math.ceil((registered.length + 1) / 100); page += 1) {
    const { html } = await client.get(`/ops?page=${page}`);
    for (const [, id] of html.matchAll(/name="connection" value="(\w+)"/g)) if (id !== undefined) ids.add(id);
  }
  return ids;
}
