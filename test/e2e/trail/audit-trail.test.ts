// Logins and connections, each with its audit events: once, in order, and nothing else.

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken, revokeAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { revealDatabaseRolePassword } from '../../../src/catalogue/projects/database-roles.ts';
import { verifyAuditChain } from '../../../src/catalogue/trail/audit-chain.ts';
import { createLog } from '../../../src/log.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { cancelRequest, RawClient } from '../../gateway/raw-client.ts';
import { WebClient } from '../../support/browser/web-client.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type Desk, EMAIL, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

type Event = Readonly<Record<string, unknown>>;

let desk: Desk;
let hasty: TestNode;
const seen = new Set<unknown>();

beforeAll(async () => {
  desk = await openDesk({ environment: { POSTERN_NOTICE_CLIENTS: 'deny,report' } });
  hasty = await desk.startNode({ POSTERN_LOGIN_TTL: '3s', POSTERN_NOTICE_BLIND_WAIT: '0s' });
  await news(0);
});

afterAll(() => desk.close());

/** Events since the last call, in the order in which they were written; waits for that many. */
async function news(count: number): Promise<Event[]> {
  const { db } = desk.node.postern.catalogue;
  const read = async () => {
    for (const node of [desk.node, hasty]) await node.postern.auditTrail.flush();
    const { rows } = await sql<{ body: Event }>`
      select events.body from audit_events events join audit_chain chain on chain.event_id = events.id
      order by events.at, chain.position`.execute(db);
    return rows.map(({ body }) => body).filter(({ id }) => !seen.has(id));
  };
  await waitUntil(async () => (await read()).length >= count, `${count} events`);
  const events = await read();
  for (const { id } of events) seen.add(id);
  return events;
}

/** Codes in alphabetical order, for events of several writers. */
async function codes(count: number): Promise<unknown[]> {
  return (await news(count)).map(({ code }) => code).sort();
}

const over = (password: string) => ({ input: '', env: { PGPASSWORD: password, PGSSLMODE: 'require' } });

describe('the audit trail tells of', () => {
  it('signing in, failing to, and signing out', async () => {
    const browser = new WebClient(desk.node.baseUrl);
    await browser.signIn(EMAIL, 'not the password');
    const page = await browser.signIn(EMAIL);
    await browser.submit(page, {}, '/sign-out');
    expect(await codes(3)).toEqual(['PS50S', 'PS51R', 'PS52S']);
  });

  it('a login, from the link to the end of the connection, under one id', async () => {
    expect((await desk.login(['-Atc', 'select 1'])).code).toBe(0);
    const events = await news(6);
    expect(events.map(({ code }) => code)).toEqual(['PL10S', 'PL11S', 'PL12S', 'PL16S', 'PC30S', 'PC31S']);
    const [requested, claimed, approved, ...rest] = events;
    expect(new Set([requested, ...rest].map((event) => event?.connection_id)).size).toBe(1);
    expect(new Set(events.map((event) => event.login_request_id)).size).toBe(1);
    expect([requested, ...rest].map((event) => event?.seq)).toEqual([1, 2, 3, 4]);
    for (const event of [claimed, approved]) {
      expect(event).toMatchObject({
        actor_type: 'person',
        actor_email: EMAIL,
        same_address: true,
        browser_ip: '127.0.0.1',
      });
    }
    expect(approved).toMatchObject({ compute_id: desk.project.compute.id, project_id: desk.project.project.id });
    expect(events.at(-1)).toMatchObject({
      outcome: 'success',
      database: desk.project.databases[0]?.name,
      bytes_to_client: expect.any(Number),
    });
  });

  it('denying, and reporting "this was not me"', async () => {
    for (const [decision, code] of [
      ['deny', 'PL13S'],
      ['report', 'PL17S'],
    ] as const) {
      const psql = desk.psql(['-c', 'select 1'], { env: { PGAPPNAME: decision } });
      const page = await desk.browser.get(new URL(await linkOf(psql)).pathname);
      await desk.browser.submit(page, { decision }, new URL(page.url).pathname);
      await psql.exit;
      expect(await codes(4)).toEqual(['PC32R', 'PL10S', 'PL11S', code]);
    }
    // The report blocks the address, and all terminals here have the same.
    const redis = createRedis(desk.installation.redisUrl, { purpose: 'commands', log: createLog('silent') });
    await redis.del(redisKeys.blockedTerminal(desk.person.id, '127.0.0.1'));
    redis.disconnect();
  });

  it('terminals that went away, and links that expired unopened', async () => {
    const gone = desk.psql(['-c', 'select 1']);
    await linkOf(gone);
    gone.kill('SIGKILL');
    expect(await codes(3)).toEqual(['PC32S', 'PL10S', 'PL15S']);
    const late = desk.psql(['-c', 'select 1'], { at: hasty });
    expect((await finish(late)).stderr).toContain('login request expired');
    expect(await codes(3)).toEqual(['PC32R', 'PL10S', 'PL14S']);
  });

  it('the expired link of a client that shows no NOTICE', async () => {
    const blind = await RawClient.connect({ port: hasty.pgPort });
    blind.sendStartup({ client_encoding: 'UTF8', DateStyle: 'ISO', TimeZone: 'UTC' });
    await blind.waitForEnd();
    expect(blind.fatal.M).toContain('approve this login at');
    expect(await codes(3)).toEqual(['PC32R', 'PL10S', 'PL14S']);
  });

  it('a grant: created, used, used up, revoked', async () => {
    const psql = desk.psql(['-Atc', 'select 1']);
    await desk.browser.approve(await linkOf(psql), { remember: '1h' });
    await psql.exit;
    expect(await codes(7)).toEqual(['PC30S', 'PC31S', 'PG20S', 'PL10S', 'PL11S', 'PL12S', 'PL16S']);
    expect((await finish(desk.psql(['-Atc', 'select 1']))).code).toBe(0);
    expect(await codes(3)).toEqual(['PC30S', 'PC31S', 'PG21S']);
    const sessions = await desk.browser.get('/app/me/sessions');
    const revoke = /href="(\/app\/me\/sessions\/grants\/[^"]+)"/.exec(sessions.html)?.[1] ?? 'no grant';
    await desk.browser.submit(await desk.browser.get(revoke), {}, revoke);
    expect(await news(1)).toMatchObject([{ code: 'PG22S', actor_type: 'person', actor_email: EMAIL }]);
  });

  it('an access token: created, first used in an hour, rejected, revoked', async () => {
    const { catalogue } = desk.node.postern;
    const context = await actingAs(catalogue, { userId: desk.person.id });
    const input = { name: 'CI', computeId: desk.project.compute.id, owner: 'self', access: 'read_write' } as const;
    const { accessToken, secret } = await createAccessToken(catalogue, context, input);
    expect(await codes(1)).toEqual(['PT40S']);
    const connect = (password: string) => finish(desk.psql(['-U', accessToken.id, '-Atc', 'select 1'], over(password)));
    expect((await connect(secret.reveal())).code).toBe(0);
    expect(await codes(3)).toEqual(['PC30S', 'PC31S', 'PT41S']);
    await Promise.all([connect(secret.reveal()), connect(secret.reveal())]);
    expect(await codes(4)).toEqual(['PC30S', 'PC30S', 'PC31S', 'PC31S']);
    await connect('wrong');
    expect(await codes(2)).toEqual(['PC32R', 'PT43R']);
    await revokeAccessToken(catalogue, context, accessToken.id);
    expect(await codes(1)).toEqual(['PT42S']);
  });

  it("a database role's password: revealed, used, rejected", async () => {
    const { catalogue } = desk.node.postern;
    const context = await actingAs(catalogue, { userId: desk.person.id });
    const [role] = desk.project.roles;
    const place = { projectId: desk.project.project.id, branchId: desk.project.branchId, name: role?.name ?? '' };
    const password = await revealDatabaseRolePassword(catalogue, context, place);
    expect(await codes(1)).toEqual(['PA75S']);
    const database = desk.project.databases[0]?.name ?? '';
    const connect = (text: string) =>
      finish(desk.psql(['-U', place.name, '-d', database, '-Atc', 'select 1'], over(text)));
    await Promise.all([connect(password.reveal()), connect(password.reveal()), connect(password.reveal())]);
    expect(await codes(7)).toEqual(['PC30S', 'PC30S', 'PC30S', 'PC31S', 'PC31S', 'PC31S', 'PT41S']);
    await connect('wrong');
    expect(await codes(2)).toEqual(['PC32R', 'PT43R']);
  });

  it('cancels with a known and with an unknown key', async () => {
    const sleep = 'select pg_sleep(3600) as audited';
    const psql = desk.psql(['-c', sleep]);
    await desk.browser.approve(await linkOf(psql));
    const active = `select from pg_stat_activity where state = 'active' and query = '${sleep}'`;
    await waitUntil(async () => (await queryRows(postgresUrl(), active)).length > 0, 'the query runs');
    await news(5);
    psql.kill('SIGINT');
    await psql.exit;
    expect(await codes(2)).toEqual(['PC31S', 'PC33S']);
    const stranger = await RawClient.connect({ port: desk.node.pgPort });
    stranger.listen();
    stranger.send(cancelRequest(4711, Buffer.from('00112233', 'hex')));
    await stranger.waitForEnd();
    expect(await codes(1)).toEqual(['PC34R']);
  });

  it('nothing that was changed later', async () => {
    const verdict = await verifyAuditChain(desk.node.postern.catalogue);
    expect(verdict).toMatchObject({ eventCount: seen.size, flaws: [] });
  });
});
