// A query is cancelled through the node that runs it and through another one, in clear text and in
// TLS.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answerTo } from '../../gateway/connected-client.ts';
import { cancelRequest, PROTOCOL_3_0, PROTOCOL_3_2, RawClient } from '../../gateway/raw-client.ts';
import { fieldsOf } from '../../gateway/read-messages.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import type { PsqlRun, PsqlVersion } from '../../support/nodes/psql.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const CANCELED = 'canceling statement due to user request';
// PostgreSQL: ERRCODE_QUERY_CANCELED
const QUERY_CANCELED = '57014';

let desk: Desk;
let otherNode: TestNode;
let caPem: string;
let testCount = 0;
/** Longer than any test waits; each test has its own, to tell queries apart. */
let sleep: string;

beforeEach(() => {
  testCount += 1;
  sleep = `select pg_sleep(3600) as sleep_${testCount}`;
});

beforeAll(async () => {
  desk = await openDesk();
  otherNode = await desk.startNode();
  caPem = readFileSync('certs/ca.crt', 'utf8');
});

afterAll(() => desk.close());

const reach = ({ pgPort }: TestNode) => ({ port: pgPort, caPem });

async function isSleeping(): Promise<boolean> {
  const role = desk.project.roles[0]?.name;
  const sql = `select 1 from pg_stat_activity where usename = '${role}' and state = 'active' and query = '${sleep}'`;
  return (await queryRows(postgresUrl(), sql)).length > 0;
}

async function interrupted(psql: PsqlRun) {
  onTestFinished(() => psql.kill('SIGKILL'));
  await desk.browser.approve(await linkOf(psql));
  await waitUntil(isSleeping, 'the query runs');
  psql.kill('SIGINT');
  return await finish(psql);
}

describe.each(['15', '17', '18'] as const satisfies PsqlVersion[])('Ctrl-C in psql %s', (version) => {
  it('ends the query', async () => {
    const { stderr } = await interrupted(desk.psql(['-c', sleep], { version }));
    expect(stderr).toContain(`ERROR:  ${CANCELED}`);
    expect(await isSleeping()).toBe(false);
  });

  it('ends the query when a balancer sends the cancel to another node', async () => {
    await using balancer = await startTcpRelay(desk.node.pgPort, otherNode.pgPort);
    const { stderr } = await interrupted(desk.psql(['-c', sleep], { version, at: { pgPort: balancer.port } }));
    expect(stderr).toContain(`ERROR:  ${CANCELED}`);
    expect(balancer.connectionCount).toBe(2);
  });
});

describe('Ctrl-C on protocol 3.2', () => {
  it('ends the query on another node, too', async () => {
    await using balancer = await startTcpRelay(otherNode.pgPort, desk.node.pgPort);
    const env = { PGMINPROTOCOLVERSION: '3.2', PGMAXPROTOCOLVERSION: '3.2' };
    const psql = desk.psql(['-c', sleep], { version: '18', env, at: { pgPort: balancer.port } });
    expect((await interrupted(psql)).stderr).toContain(`ERROR:  ${CANCELED}`);
  });
});

/** A client logged in by link, with its cancel key. */
async function logIn(version: number) {
  const client = await RawClient.connectTls(reach(desk.node));
  onTestFinished(() => client.destroy());
  client.sendStartup({ user: 'alexlopez', application_name: 'psql' }, version);
  await client.waitForType('N');
  await desk.browser.approve(`${desk.node.baseUrl}/psql_session/${client.token}`);
  const { body } = await client.waitForType('K');
  await client.waitForType('Z');
  return { client, processId: body.readInt32BE(0), secretKey: body.subarray(4) };
}

it.each([
  ['3.2', PROTOCOL_3_2],
  ['3.0', PROTOCOL_3_0],
])('a client of protocol %s is told the process id of its backend', async (_name, version) => {
  const { client, processId } = await logIn(version);
  expect(await answerTo(client, 'select pg_backend_pid()')).toBe(String(processId));
});

describe.each([
  ['3.0, whose secret has 4 bytes', PROTOCOL_3_0, 4],
  ['3.2, whose secret has 32 bytes', PROTOCOL_3_2, 32],
])('a CancelRequest on protocol %s', (_name, version, secretBytes) => {
  it.each([
    ['in clear text', 'its own node'],
    ['in clear text', 'another node'],
    ['in TLS', 'its own node'],
    ['in TLS', 'another node'],
  ])('%s at %s ends the query without a reply', async (transport, where) => {
    const { client, processId, secretKey } = await logIn(version);
    expect(secretKey).toHaveLength(secretBytes);
    client.query(sleep);
    await waitUntil(isSleeping, 'the query runs');
    const node = reach(where === 'its own node' ? desk.node : otherNode);
    const canceller = transport === 'in TLS' ? await RawClient.connectTls(node) : await RawClient.connect(node);
    canceller.send(cancelRequest(processId, secretKey));
    canceller.listen();
    await canceller.waitForEnd();
    expect([canceller.messages, canceller.rest.length]).toEqual([[], 0]);
    expect(fieldsOf(await client.waitForType('E'))).toMatchObject({ C: QUERY_CANCELED, M: CANCELED });
    client.terminate();
    await client.waitForEnd();
  });

  it('with a wrong secret has no effect and looks the same', async () => {
    const { client, processId, secretKey } = await logIn(version);
    client.query(sleep);
    await waitUntil(isSleeping, 'the query runs');
    const wrong = Buffer.from(secretKey).fill(0x5a);
    for (const node of [desk.node, otherNode]) {
      const canceller = await RawClient.connect(reach(node));
      canceller.send(cancelRequest(processId, wrong));
      canceller.listen();
      await canceller.waitForEnd();
      expect([canceller.messages, canceller.rest.length]).toEqual([[], 0]);
    }
    expect(await isSleeping()).toBe(true);
    client.destroy();
    await waitUntil(async () => !(await isSleeping()), 'the query of a client that is gone ends');
  });
});
