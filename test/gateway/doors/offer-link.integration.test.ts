import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { newGrantId } from '../../../src/ids.ts';
import { createGrant } from '../../../src/login/decide/settle-approval.ts';
import type { LoginRequest } from '../../../src/login/request/login-request.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo } from '../connected-client.ts';
import {
  addDeveloper,
  approvalOf,
  claimLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { BLIND, RawClient, type StartupParameters } from '../raw-client.ts';

let gateway: GatewayForTests;
let patient: GatewayForTests;
let encrypted: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([
    startGateway({ environment: { POSTERN_NOTICE_BLIND_WAIT: '100ms' } }),
    createUpstream(),
  ]);
  patient = await startGateway({ environment: { POSTERN_NOTICE_BLIND_WAIT: '60s' }, fleetOf: gateway });
  encrypted = await startGateway({ environment: { POSTERN_TLS: 'require' }, fleetOf: gateway });
  developer = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await encrypted.close();
  await patient.close();
  await gateway.close();
  await upstream.close();
});

async function blindClient(parameters: StartupParameters, at = gateway): Promise<RawClient> {
  const client = await RawClient.connectTls(at);
  client.sendStartup({ ...BLIND, ...parameters });
  return client;
}

/** A client that came, and was told its link. */
async function refusedClient(parameters: StartupParameters): Promise<RawClient> {
  const client = await blindClient(parameters);
  await client.waitForEnd();
  return client;
}

/** As the page does for a request that nothing waits for. */
async function approve(client: RawClient): Promise<LoginRequest> {
  const { id } = await claimLink(gateway, client, developer);
  const { userId } = developer;
  const approval = approvalOf(developer, { grantId: newGrantId() });
  const moved = await gateway.loginRequests.approve(id, { userId, approval });
  if (moved.kind === 'refused') throw new Error(`${id} is ${moved.request?.status}`);
  const { request } = moved;
  const target = await judgeTarget(gateway.catalogue, approval, { door: 'link', address: null, signIn: null });
  const services = { ...gateway, clock: { now: () => new Date() }, nodeId: request.nodeId };
  await createGrant(services, { id: approval.grantId ?? newGrantId(), request, approval, target });
  return request;
}

async function eventsOf(user: string): Promise<string[]> {
  await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'every client is gone');
  await gateway.auditTrail.flush();
  const rows = await gateway.catalogue.db.selectFrom('audit_events').select('body').execute();
  const events = rows.map(({ body }) =>
    z.object({ event: z.string(), untrusted_user: z.string().nullish() }).parse(body),
  );
  return events
    .filter((event) => event.untrusted_user === user)
    .map(({ event }) => event)
    .sort();
}

describe('a client that is not known to show NOTICEs', () => {
  it('gets the link as an error, with what to do next', async () => {
    using client = await refusedClient({ user: 'anna' });
    expect(client.notices[0]).toContain(`/psql_session/${client.token}`);
    const { userCode } = await claimLink(gateway, client, developer);
    expect(client.fatal).toMatchObject({
      C: '28000',
      M: `approve this login at https://console.example.com/psql_session/${client.token}, user code ${userCode}`,
      H: 'Approve, then connect again.',
    });
    expect(await gateway.loginRequests.findByToken(client.token)).toMatchObject({ status: 'claimed', waiting: 'none' });
  });

  it('is shown the same link each time, until somebody opens it', async () => {
    using first = await refusedClient({ user: 'bert' });
    using second = await refusedClient({ user: 'bert' });
    expect([second.token, second.fatal.M]).toEqual([first.token, first.fatal.M]);
    // A neighbour who says the same was shown it, too, and opened it first.
    await claimLink(gateway, first, developer);
    using third = await refusedClient({ user: 'bert' });
    expect(third.token).not.toBe(first.token);
    expect(await gateway.loginRequests.findByToken(third.token)).toMatchObject({ status: 'pending' });
  });

  it('is shown one link by all connections that it opens at once', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => refusedClient({ user: 'carl' })));
    expect(new Set(clients.map(({ token }) => token)).size).toBe(1);
    for (const client of clients) client.destroy();
  });

  it('is shown another link for another target, and after a denial', async () => {
    using one = await refusedClient({ user: 'dave' });
    using other = await refusedClient({ user: 'dave', database: 'elsewhere' });
    const { id } = await claimLink(gateway, one, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    using again = await refusedClient({ user: 'dave' });
    expect(new Set([one.token, other.token, again.token]).size).toBe(3);
  });

  it('asks once, however often it comes', async () => {
    using first = await refusedClient({ user: 'eve' });
    using _second = await refusedClient({ user: 'eve' });
    expect(await eventsOf('eve')).toEqual(['connection.failed', 'connection.failed', 'login.requested']);
    expect((await gateway.loginRequests.findByToken(first.token))?.status).toBe('pending');
  });

  it('is shown its link however many logins wait', async () => {
    const full = await startGateway({ environment: { POSTERN_WAITING_TOTAL: '1' } });
    using first = await blindClient({ user: 'ed' }, full);
    await first.waitForNotice(/^The link expires/);
    using second = await blindClient({ user: 'ed', database: 'other' }, full);
    await Promise.all([first.waitForEnd(), second.waitForEnd()]);
    for (const client of [first, second]) expect(Object.values(client.fatal).join()).toContain('/psql_session/');
    await full.close();
  });

  it('fills the store with no more than its names are worth', async () => {
    // Three names of control bytes, each six characters in JSON and written twice: 116 KB.
    const name = (byte: string) => byte.repeat(3_000);
    const parameters = { user: name('\x01'), database: name('\x02'), application_name: name('\x03') };
    using client = await refusedClient(parameters);
    const keys = await gateway.redis.keys('*');
    const id = (await gateway.loginRequests.findByToken(client.token))?.id ?? '';
    const texts = keys
      .filter((key) => key.includes(id))
      .map(async (key) =>
        (await gateway.redis.type(key)) === 'hash'
          ? (await gateway.redis.hvals(key)).join('')
          : ((await gateway.redis.get(key)) ?? ''),
      );
    const kept = (await Promise.all(texts)).join('');
    expect(kept).toContain('u0001');
    expect(kept.length).toBeLessThan(16_384);
    // Another long name with the same beginning is another terminal.
    using other = await refusedClient({ ...parameters, user: `${name('\x01')}b` });
    expect(other.token).not.toBe(client.token);
    await approve(client);
    using next = await blindClient({ ...parameters, database: parameters.user });
    await next.waitForType('Z');
  });

  it('gets in with its next connection after the approval', async () => {
    using first = await refusedClient({ user: 'fay' });
    await approve(first);
    using next = await blindClient({ user: 'fay' });
    await next.waitForType('Z');
    expect(await answerTo(next, 'select 7')).toBe('7');
  });

  it('gets in at once when its person is quick', async () => {
    using client = await blindClient({ user: 'gil' }, patient);
    await client.waitForNotice(/^The link expires/);
    const { id } = await approve(client);
    await client.waitForType('Z');
    expect(await answerTo(client, 'select 7')).toBe('7');
    const find = async () => (await gateway.loginRequests.find(id))?.progress.kind === 'connected';
    await waitUntil(find, 'the page is told');
  });

  it('is told of a denial while it waits', async () => {
    using client = await blindClient({ user: 'hal' }, patient);
    await client.waitForNotice(/^The link expires/);
    const { id } = await claimLink(gateway, client, developer);
    await gateway.loginRequests.deny(id, { userId: developer.userId });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '28000', M: 'login was denied' });
  });
});

describe('a health check', () => {
  it('that is pg_isready under another name is answered soon, whatever the wait', async () => {
    using probe = await RawClient.connectTls(patient);
    probe.sendStartup({ user: 'probe-1', application_name: 'probe' });
    await probe.waitForEnd();
    expect(probe.types).toMatch(/^RS.*E$/);
    expect(await eventsOf('probe-1')).toEqual([]);
    expect(await gateway.loginRequests.countWaiting('127.0.0.1')).toMatchObject({ ofAddress: 0 });
    // It may have been another program: its link is good.
    expect((await gateway.loginRequests.findByToken(probe.token))?.status).toBe('pending');
  });

  it('that leaves at the first answer leaves no trace', async () => {
    const ways: StartupParameters[] = [{ application_name: 'psql' }, {}, BLIND];
    for (const parameters of ways) {
      using probe = await RawClient.connectTls(gateway);
      probe.sendStartup({ user: 'probe-2', ...parameters });
      await probe.waitForType('R');
      probe.plain.resetAndDestroy();
    }
    expect(await eventsOf('probe-2')).toEqual([]);
  });

  it.each([
    ['where clear text may log in', () => gateway],
    ['where it may not', () => encrypted],
  ])('that sends a user name only, as pgsql-check does, is answered %s', async (_where, at) => {
    using probe = await RawClient.connect(at());
    probe.send(startupOf('probe-3'));
    probe.listen();
    const { body } = await probe.waitForType('R');
    expect(body.readInt32BE()).toBe(0);
    probe.plain.resetAndDestroy();
    expect(await eventsOf('probe-3')).toEqual([]);
  });

  it('that stays is told that it needs TLS', async () => {
    using client = await RawClient.connect(encrypted);
    client.send(startupOf('stays'));
    client.listen();
    await client.waitForEnd();
    expect(client.types).toBe('RSE');
    expect(client.fatal.M).toBe('connection requires TLS');
  });
});

function startupOf(user: string): Buffer {
  const pairs = Buffer.from(`user\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + pairs.length);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, pairs]);
}
