import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PosternError } from '../../../src/errors.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo, waitingClient as showLink } from '../connected-client.ts';
import {
  addDeveloper,
  approvalOf,
  approveLink,
  claimLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { PROTOCOL_3_2, RawClient, type StartupParameters } from '../raw-client.ts';
import { fieldsOf, parametersOf } from '../read-messages.ts';

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

const eventSchema = z.object({ event: z.string(), untrusted_user: z.string().nullish() });
const waitingClient = (parameters: StartupParameters = {}, at = gateway) => showLink(at, parameters);

const connectionLine = (id: string | undefined) =>
  gateway.logged().find((line) => line.msg === 'connection' && line.login_request_id === id);

describe('the way through the link door', () => {
  it("shows Neon's notices in the documented order", async () => {
    using client = await waitingClient();
    const { id, userCode } = await claimLink(gateway, client, developer);
    await client.waitForNotice(/^Opened/);
    await gateway.loginRequests.approve(id, { userId: developer.userId, approval: approvalOf(developer) });
    await client.waitForType('Z');

    // AuthenticationOk, three ParameterStatus of ours, link, code, opened, approved, connecting,
    // connected; then the upstream's own ParameterStatus, a cancel key and ReadyForQuery.
    expect(client.types).toMatch(/^RSSSN{6}S+KZ$/);
    expect(client.notices).toEqual([
      `Welcome to Postern!\nAuthenticate by visiting:\n    https://console.example.com/psql_session/${client.token}\n`,
      `The link expires in 1 minute. The page must show this code: ${userCode}`,
      'Opened in a browser.',
      'Approved.',
      'Connecting to database.',
      `Connected as ${developer.email} to project "shop", database "${upstream.databases[0]}", role "${upstream.role.name}".`,
    ]);
    expect(parametersOf(client.messages)).toMatchObject({
      client_encoding: 'UTF8',
      'postern.login_url': `https://console.example.com/psql_session/${client.token}`,
      'postern.user_code': userCode,
      server_version: expect.stringMatching(/^\d+/),
      standard_conforming_strings: 'on',
    });
  });

  it('opens the approved database under the approved role, stamped with the person', async () => {
    using client = await waitingClient();
    const request = await approveLink(gateway, client, developer);
    await client.waitForType('Z');
    const stamp = await answerTo(
      client,
      "select concat_ws(' ', current_database(), current_user, current_setting('application_name'))",
    );
    expect(stamp).toMatch(
      new RegExp(`^${upstream.databases[0]} ${upstream.role.name} psql postern:c[a-z0-9]{12} person-`),
    );
    await waitUntil(async () => {
      const progress = (await gateway.loginRequests.find(request.id))?.progress;
      return progress?.kind === 'connected' && progress.database === upstream.databases[0];
    }, 'the page is told that the terminal is connected');
    client.terminate();
    await waitUntil(() => connectionLine(request.id), 'one log line at the end');
    expect(connectionLine(request.id)).toMatchObject({
      reason: 'client_closed',
      door: 'link',
      user_id: developer.userId,
    });
  });

  it('opens the requested database when it was typed and exists', async () => {
    using client = await waitingClient({ database: upstream.databases[1] ?? '' });
    await approveLink(gateway, client, developer);
    await client.waitForType('Z');
    expect(await answerTo(client, 'select current_database()')).toBe(upstream.databases[1]);
  });

  it('opens the project’s database when the requested one is missing, with a NOTICE', async () => {
    using client = await waitingClient({ database: 'acme/shop' });
    await approveLink(gateway, client, developer);
    await client.waitForType('Z');
    expect(client.notices.at(-1)).toContain(`database "${upstream.databases[0]}"`);
  });

  it('forwards the client’s settings to the upstream', async () => {
    using client = await waitingClient({ client_encoding: 'LATIN1', options: '-c statement_timeout=12345' });
    await approveLink(gateway, client, developer);
    await client.waitForType('Z');
    expect(parametersOf(client.messages).client_encoding).toBe('LATIN1');
    expect(await answerTo(client, 'show statement_timeout')).toBe('12345ms');
  });

  it('gives a cancel key of ours, with the process id of the upstream: 4 or 32 bytes', async () => {
    for (const [version, keyBytes] of [
      [undefined, 4],
      [PROTOCOL_3_2, 32],
    ] as const) {
      using client = await showLink(gateway, {}, version);
      await approveLink(gateway, client, developer);
      const { body } = await client.waitForType('K');
      expect(body).toHaveLength(4 + keyBytes);
      await client.waitForType('Z');
      // NOTIFY, pgAdmin's stop and PostgreSQL's isolation tests know a session by it.
      expect(await answerTo(client, 'select pg_backend_pid()')).toBe(String(body.readInt32BE()));
    }
  });

  it('passes on an upstream’s refusal with 42704 replaced', async () => {
    using refused = await waitingClient({ no_such_setting: '1' });
    await approveLink(gateway, refused, developer);
    await refused.waitForEnd();
    expect(refused.fatal).toMatchObject({ S: 'FATAL', C: '22023', M: expect.stringContaining('no_such_setting') });
  });
});

describe('a login that is not approved', () => {
  it('ends with 28000 when it is denied and nobody takes that back', async () => {
    using client = await waitingClient();
    const { id, userCode } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '28000', M: 'login was denied', D: `login request ${id}` });
    expect(userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
  });

  it('ends at once when it is reported', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId, reason: 'reported' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '28000', M: 'login was denied' });
  });

  it('waits on while a denial can be taken back, and can then be approved', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    await gateway.loginRequests.grace.undo(id, { userId: developer.userId });
    await gateway.loginRequests.approve(id, { userId: developer.userId, approval: approvalOf(developer) });
    await client.waitForType('Z');
  });

  it('that is denied has nothing to take back once its terminal is gone', async () => {
    const client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    client.destroy();
    await waitUntil(async () => (await gateway.loginRequests.find(id))?.undoUntil === null, 'the denial is final');
  });

  it('is told of more time, and waits for it', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.grace.extend(id, { userId: developer.userId });
    await client.waitForNotice(/^More time to decide; the link expires in about 3 minutes\.$/);
    await gateway.loginRequests.approve(id, { userId: developer.userId, approval: approvalOf(developer) });
    await client.waitForType('Z');
  });

  it('shows no person’s name before the approval', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    await client.waitForNotice(/^Opened/);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    await client.waitForEnd();
    const everything = Buffer.concat(client.messages.map((message) => message.body)).toString();
    expect(everything).not.toContain('person-');
    expect(everything).not.toContain(developer.userId);
  });

  it('shows no client’s name before the URL', async () => {
    const evil = 'x\u001b]8;;http://evil.example\u0007\r\n\u202e';
    using client = await waitingClient({ user: `u${evil}`, application_name: `a${evil}`, database: `d${evil}` });
    const everything = Buffer.concat(client.messages.map((message) => message.body)).toString();
    expect(everything).not.toMatch(/evil|[\u001b\u202e\r]/);
  });
});

describe('a terminal that goes away while it waits', () => {
  const ways: ReadonlyArray<{ way: string; leave: (client: RawClient) => void }> = [
    { way: 'closes its side', leave: (client) => client.socket.end() },
    { way: 'is killed', leave: (client) => client.plain.resetAndDestroy() },
    { way: 'says Terminate', leave: (client) => client.terminate() },
  ];
  it.each(ways)('abandons the request at once when it $way', async ({ leave }) => {
    using client = await waitingClient();
    const request = await gateway.loginRequests.findByToken(client.token);
    leave(client);
    await waitUntil(async () => {
      const found = await gateway.loginRequests.findByToken(client.token);
      return found?.status === 'abandoned' && found.progress.kind === 'terminal_closed';
    }, 'the request is abandoned and its page says why');
    await waitUntil(() => connectionLine(request?.id), 'the log says so');
    expect(connectionLine(request?.id)).toMatchObject({ reason: 'terminal_closed', sqlstate: null, compute_id: null });
  });

  it('does not connect when the approval comes too late', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    client.plain.resetAndDestroy();
    await waitUntil(async () => (await gateway.loginRequests.find(id))?.status === 'abandoned', 'abandoned');
    await expect(approveLink(gateway, client, developer)).rejects.toThrow('abandoned');
    expect(gateway.gateway.connectionCounts()).toMatchObject({ relaying: 0 });
  });

  it('is distinguished from one that sends a query too early, which is refused', async () => {
    using client = await waitingClient();
    client.query('select 1');
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '08P01', M: 'received data before the login was approved' });
    await waitUntil(
      async () => (await gateway.loginRequests.findByToken(client.token))?.status === 'abandoned',
      'the request is abandoned',
    );
  });
});

describe('before a link is shown', () => {
  it('pg_isready gets an answer without a login request', async () => {
    const requestsBefore = await gateway.loginRequests.countWaiting('127.0.0.1');
    using probe = await RawClient.connectTls(gateway);
    probe.sendStartup({ application_name: 'pg_isready' });
    await probe.waitForEnd();
    expect(probe.types).toBe('RSE');
    expect(probe.fatal).toMatchObject({ C: '28000', M: 'gateway is up' });
    expect(await gateway.loginRequests.countWaiting('127.0.0.1')).toEqual(requestsBefore);
  });

  it.each<Record<string, string>>([
    { role: 'postgres' },
    { session_authorization: 'postgres' },
    { options: '-c role=postgres' },
  ])('a startup packet that changes the database role is refused: %o', async (parameters) => {
    using client = await RawClient.connectTls(gateway);
    client.sendStartup(parameters);
    await client.waitForEnd();
    expect(client.types).toBe('RSE');
    expect(client.fatal).toMatchObject({ C: '42501', M: expect.stringContaining('cannot be set') });
  });

  it('one terminal too many at an address ends the oldest with an error that says so', async () => {
    const crowded = await startGateway({ environment: { POSTERN_WAITING_PER_ADDRESS: '2' }, fleetOf: gateway });
    using first = await waitingClient({ user: 'newcomer' }, crowded);
    using second = await waitingClient({ user: 'newcomer' }, crowded);
    expect([first.types, second.types]).toEqual(['RSSSNN', 'RSSSNN']);
    using third = await waitingClient({ user: 'newcomer' }, crowded);
    await first.waitForEnd();
    expect(first.fatal).toMatchObject({
      C: '53300',
      M: 'too many login requests from this address',
      H: expect.stringContaining('At most 2 may wait unopened'),
    });
    expect([second.types, third.types]).toEqual(['RSSSNN', 'RSSSNN']);
    await approveLink(crowded, third, developer);
    await third.waitForType('Z');
    await crowded.close();
  });

  // Thirty links a minute were an address' all: whoever asked later was refused.
  it('beyond the rate of an address links are shown, and recorded once opened', async () => {
    const rules = { login_requests_of_address: { points: 0, windowMs: 60_000 } };
    const busy = await startGateway({ rules, fleetOf: gateway });
    using unseen = await waitingClient({ user: 'noisy' }, busy);
    using opened = await waitingClient({ user: 'noisy' }, busy);
    await approveLink(busy, opened, developer);
    await opened.waitForType('Z');
    for (const client of [unseen, opened]) client.destroy();
    await waitUntil(() => busy.gateway.connectionCounts().sockets === 0, 'every client is gone');
    await busy.auditTrail.flush();
    const rows = await gateway.catalogue.db.selectFrom('audit_events').select('body').execute();
    const events = rows.map(({ body }) => eventSchema.parse(body)).filter((event) => event.untrusted_user === 'noisy');
    const logins = events.map(({ event }) => event).filter((event) => event.startsWith('login.'));
    expect(logins.sort()).toEqual(['login.consumed', 'login.requested']);
    await busy.close();
  });

  it('an address outside the installation’s networks is refused and named', async () => {
    const guarded = await startGateway({
      environment: { POSTERN_ALLOWED_NETWORKS: '203.0.113.0/24' },
      fleetOf: gateway,
    });
    using client = await RawClient.connectTls(guarded);
    client.sendStartup();
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '08004', M: 'connections from 127.0.0.1 are not allowed' });
    await guarded.close();
  });
});

describe('after the approval', () => {
  it('is refused for a person who may not connect any more', async () => {
    using client = await waitingClient();
    const { id } = await claimLink(gateway, client, developer);
    const stranger = await addDeveloper(gateway, upstream);
    await gateway.loginRequests.approve(id, {
      userId: developer.userId,
      approval: approvalOf(developer, { computeId: stranger.project.compute.id }),
    });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '42501', M: 'permission denied for project "shop"' });
    expect(client.types).not.toContain('Z');
  });

  it('names a compute whose address may not be dialled, and why', async () => {
    const unreachable = await startGateway({ times: { retryPausesMs: [10, 10] }, fleetOf: gateway });
    const away = await addDeveloper(gateway, upstream, { host: '127.0.0.1', port: await freePort() });
    using client = await waitingClient({}, unreachable);
    await approveLink(gateway, client, away);
    await client.waitForEnd();
    const { id } = away.project.compute;
    const sentence = `Postern may not connect to the address of compute "${id}": port is not listed`;
    expect(client.fatal).toMatchObject({ C: '08001', M: sentence });
    expect(client.notices).toContain('Connecting to database.');
    await unreachable.close();
  });

  it('wakes an idle compute first, with a NOTICE', async () => {
    const woken: string[] = [];
    const waking = await startGateway({
      fleetOf: gateway,
      computes: { wake: async (computeId) => void woken.push(computeId) },
    });
    const sleeper = await addDeveloper(gateway, upstream, { state: 'idle' });
    using client = await waitingClient({}, waking);
    await approveLink(gateway, client, sleeper);
    await client.waitForType('Z');
    expect(woken).toEqual([sleeper.project.compute.id]);
    expect(client.notices).toContain('Approved; waking the compute.');
    await waking.close();
  });

  it('reports a compute that does not wake in time as unreachable', async () => {
    const waking = await startGateway({
      fleetOf: gateway,
      config: (config) => ({ ...config, upstream: { ...config.upstream, wakeMs: 50 } }),
      computes: {
        wake: (_computeId, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const sleeper = await addDeveloper(gateway, upstream, { state: 'idle' });
    using client = await waitingClient({}, waking);
    await approveLink(gateway, client, sleeper);
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '08001' });
    await waking.close();
  });
});

describe('the time limit', () => {
  it('ends the wait with a hint, after a NOTICE at half time', async () => {
    const hasty = await startGateway({ environment: { POSTERN_LOGIN_TTL: '1s' }, fleetOf: gateway });
    using client = await waitingClient({}, hasty);
    await client.waitForEnd();
    expect(client.notices.at(-1)).toBe('Still waiting; the link expires in 1 second.');
    expect(client.fatal).toMatchObject({
      C: '57014',
      M: 'login request expired after 1 second',
      H: 'Run the command again to get a new link.',
    });
    expect((await gateway.loginRequests.findByToken(client.token))?.status).toBe('expired');
    await hasty.close();
  });
});

describe('without Redis', () => {
  it('refuses a login with 57P03 before AuthenticationOk', async () => {
    const lonely = await startGateway();
    lonely.redis.disconnect();
    using client = await RawClient.connectTls(lonely);
    client.sendStartup();
    await client.waitForEnd();
    expect(client.types).toBe('E');
    expect(fieldsOf(client.messages[0])).toMatchObject({ C: new PosternError('store_unavailable').sqlstate });
    await lonely.close();
  });
});
