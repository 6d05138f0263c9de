import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionId } from '../../../src/ids.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { endAccess } from '../../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo, connectedClient, upstreamActivity, waitingClient } from '../connected-client.ts';
import {
  addDeveloper,
  approveLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { fieldsOf } from '../read-messages.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
});

afterEach(async () => {
  await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'every connection of the test is over');
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const list = () => gateway.fleet.liveConnections.list();

async function onlyId(): Promise<ConnectionId> {
  const [record, ...others] = await list();
  if (record === undefined || others.length > 0) throw new Error(`expected one connection, found ${others.length + 1}`);
  return record.id;
}

describe('the fleet’s list', () => {
  it('shows a connection from its wait to its end', async () => {
    using waiting = await waitingClient(gateway, { user: 'sally', application_name: 'psql' });
    expect(await list()).toMatchObject([
      { phase: 'waiting', requestedUser: 'sally', application: 'psql', userId: null, address: '127.0.0.1' },
    ]);
    waiting.destroy();
    await waitUntil(async () => (await list()).length === 0, 'it is gone');

    using client = await connectedClient(gateway, developer);
    await answerTo(client, 'begin; select 1');
    const [record] = await list();
    expect(record).toMatchObject({
      phase: 'relaying',
      userId: developer.userId,
      personEmail: developer.email,
      projectId: developer.project.project.id,
      computeId: developer.project.compute.id,
      database: upstream.databases[0],
      databaseRole: upstream.role.name,
      transactionStatus: 'T',
      upstreamPid: expect.any(Number),
      tls: expect.stringMatching(/^TLSv1\.3 TLS_/),
    });
    expect(record?.bytesToClient).toBeGreaterThan(0);
    client.terminate();
    await waitUntil(async () => (await list()).length === 0, 'it is gone');
  });
});

describe('the state in the fleet’s list', () => {
  it('is a query since it began, then the rest in its transaction', async () => {
    using client = await connectedClient(gateway, developer);
    expect(await list()).toMatchObject([{ queryState: 'idle' }]);
    const beganAt = Date.now();
    client.query('begin; select pg_sleep(600)');
    const running = await waitUntil(
      async () => (await list()).find(({ queryState }) => queryState === 'running'),
      'it is known to run',
    );
    expect(running.queryStateSince).toBeGreaterThanOrEqual(beganAt);
    await gateway.fleet.liveConnections.list();
    expect((await list())[0]?.queryStateSince).toBe(running.queryStateSince);
    await gateway.fleet.liveConnections.cancelQuery(running.id, { by: 'ops@example.com' });
    const rested = await waitUntil(
      async () => (await list()).find(({ queryState }) => queryState === 'idle'),
      'it rests after the cancel',
    );
    expect(rested.transactionStatus).toBe('E');
    expect(rested.queryStateSince).toBeGreaterThanOrEqual(running.queryStateSince ?? 0);
  });
});

describe('an operator', () => {
  it('ends a connection with a reason, between two messages', async () => {
    using client = await connectedClient(gateway, developer);
    const id = await onlyId();
    await gateway.fleet.liveConnections.end(id, { reason: 'maintenance\u001b[31m', by: 'ops@example.com' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({
      C: '57P01',
      M: 'terminating connection due to administrator command',
      D: `live connection ${id}`,
      H: 'Reason: maintenance[31m.',
    });
    expect(client.rest).toHaveLength(0);
  });

  it('ends a connection in the middle of a large result within seconds', async () => {
    using client = await connectedClient(gateway, developer);
    client.query('select repeat(md5(i::text), 100) from generate_series(1, 10000000) i');
    await waitUntil(() => client.types.includes('D'), 'rows arrive');
    await gateway.fleet.liveConnections.end(await onlyId(), { reason: 'enough', by: 'ops' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P01' });
    await waitUntil(async () => (await upstreamActivity(upstream)).length === 0, 'the upstream is free');
  });

  it('ends a connection whose query runs, and the query with it', async () => {
    using client = await connectedClient(gateway, developer);
    client.query('select pg_sleep(60)');
    await waitUntil(async () => (await upstreamActivity(upstream)).includes('active select pg_sleep(60)'), 'it sleeps');
    await gateway.fleet.liveConnections.end(await onlyId(), { reason: 'enough', by: 'ops' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P01' });
    await waitUntil(async () => (await upstreamActivity(upstream)).length === 0, 'the upstream is free');
  });

  it('ends a connection that still waits for a person', async () => {
    using client = await waitingClient(gateway);
    await gateway.fleet.liveConnections.end(await onlyId(), { reason: 'no', by: 'ops' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P01', H: 'Reason: no.' });
    expect((await gateway.loginRequests.findByToken(client.token))?.status).toBe('abandoned');
  });

  it('sends a NOTICE while rows arrive, and the result stays whole', async () => {
    using client = await connectedClient(gateway, developer);
    const before = client.messages.length;
    client.query("select repeat('x', 1000), pg_sleep(0.002) from generate_series(1, 300)");
    await waitUntil(() => client.messages.length > before, 'the first rows arrive');
    await gateway.fleet.liveConnections.notify(await list(), { text: 'going down at noon', by: 'ops' });
    await waitUntil(() => client.messages.slice(before).some(({ type }) => type === 'Z'), 'the query ends');
    const answer = client.messages.slice(before);
    expect(answer.filter(({ type }) => type === 'D')).toHaveLength(300);
    expect(answer.map(({ type }) => type).join('')).toMatch(/^TD+ND+CZ$/);
    expect(client.notices.at(-1)).toBe('Message from an administrator: going down at noon');
  });

  it.each([
    ['in UTF-8 as written', { client_encoding: 'UTF8' }, 'select 1', 'Don’t – ☕'],
    ['in the encoding that the upstream tells, where none is named', {}, 'select 1', 'Don’t – ☕'],
    ['in ASCII to a client of another encoding', { client_encoding: 'LATIN1' }, 'select 1', "Don't - ?"],
    ['in ASCII once the client has set a parameter', {}, "set client_encoding to 'LATIN1'; select 1", "Don't - ?"],
  ])('sends a NOTICE %s', async (_how, parameters, sql, text) => {
    using client = await connectedClient(gateway, developer, parameters);
    await answerTo(client, sql);
    await gateway.fleet.liveConnections.notify(await list(), { text: 'Don’t – ☕', by: 'ops' });
    await waitUntil(() => client.notices.at(-1) === `Message from an administrator: ${text}`, 'the notice');
  });

  it('cancels the query of a connection, which goes on', async () => {
    using client = await connectedClient(gateway, developer);
    client.query('select pg_sleep(60)');
    await waitUntil(async () => (await upstreamActivity(upstream)).includes('active select pg_sleep(60)'), 'it sleeps');
    await gateway.fleet.liveConnections.cancelQuery(await onlyId(), { by: 'ops' });
    const error = await client.waitForType('E');
    expect(fieldsOf(error)).toMatchObject({ C: '57014' });
    expect(await answerTo(client, 'select 7')).toBe('7');
  });
});

const ASK_AN_ADMIN = /^Ask an organization admin/;

describe('a right that is revoked', () => {
  it.each([
    { what: 'of the person', match: () => ({ userId: developer.userId }), hint: /^You signed out everywhere/ },
    { what: 'on the project', match: () => ({ projectId: developer.project.project.id }), hint: ASK_AN_ADMIN },
    { what: 'on the compute', match: () => ({ computeId: developer.project.compute.id }), hint: ASK_AN_ADMIN },
  ])('ends the live connections that depend on it and says what to do: $what', async ({ match, hint }) => {
    using client = await connectedClient(gateway, developer);
    await endAccess({ ...gateway, ...gateway.fleet }, match());
    await client.waitForEnd();
    const said = { M: 'terminating connection because access was revoked', H: expect.stringMatching(hint) };
    expect(client.fatal).toMatchObject({ C: '57P01', ...said });
  });
});

describe('the limits of a policy', () => {
  async function developerWith(policy: Record<string, unknown>): Promise<DeveloperForTests> {
    const limited = await addDeveloper(gateway, upstream);
    const url = gateway.catalogueUrl;
    await runAsSuperuser(
      `update computes set policy = '${JSON.stringify(policy)}' where id = '${limited.project.compute.id}'`,
      url,
    );
    return limited;
  }

  it('end a connection that lasts too long', async () => {
    using client = await connectedClient(gateway, await developerWith({ longestConnectionMs: 1_000 }));
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P01', M: 'terminating connection due to maximum duration' });
  });

  it('end an idle connection, and never one whose query runs', async () => {
    using client = await connectedClient(gateway, await developerWith({ idleTimeoutMs: 1_000 }));
    expect(await answerTo(client, 'select pg_sleep(2.5)')).toBe('');
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P05', M: 'terminating connection due to idle timeout' });
  });

  it('refuse a client from another network', async () => {
    using client = await waitingClient(gateway);
    await approveLink(gateway, client, await developerWith({ allowedNetworks: ['203.0.113.0/24'] }));
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '08004', M: 'connections from 127.0.0.1 are not allowed' });
  });

  it('refuse more connections than the compute may have', async () => {
    const crowded = await developerWith({ maxConnections: 1 });
    using first = await connectedClient(gateway, crowded);
    using second = await waitingClient(gateway);
    await approveLink(gateway, second, crowded);
    await second.waitForEnd();
    expect(second.fatal).toMatchObject({ C: '53300', M: 'too many connections for this compute (limit 1)' });
    expect(await answerTo(first, 'select 7')).toBe('7');
  });

  it('refuse replication unless it is allowed', async () => {
    using client = await waitingClient(gateway, { replication: 'database' });
    await approveLink(gateway, client, developer);
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '0A000', M: 'replication connections are not allowed on this compute' });
  });
});
