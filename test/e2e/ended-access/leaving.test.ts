// A person works through one node. Each way to leave, told to another one, ends everything that the
// person holds: browser session, waiting login, grant, token, live psqls. How long that took is an
// annotation of the test (`--reporter=verbose`), and no condition of it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSinglePurposeKey } from '../../../src/catalogue/access/api-keys.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import { addJoinRule } from '../../../src/catalogue/joining/join-rules.ts';
import { setLogoutEnds } from '../../../src/catalogue/joining/logout-rules.ts';
import { addTeamGroup } from '../../../src/catalogue/joining/team-groups.ts';
import type { HeldKind } from '../../../src/catalogue/people/held-by-trail.ts';
import { offboardingReport } from '../../../src/catalogue/people/offboarding-report.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccessTokenId, idFrom, personalAccountId, type UserId } from '../../../src/ids.ts';
import { runCommand } from '../../cli/run-command.ts';
import { environmentOf, type ProviderTown, startProviderTown } from '../../field/provider-town.ts';
import { createUpstream, type UpstreamForTests } from '../../gateway/gateway-for-tests.ts';
import { scimClient } from '../../http/scim/scim-client.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { walkThroughProvider } from '../../support/browser/oidc-provider.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { defaultChoice, hiddenFields } from '../../support/browser/web-client.ts';
import { addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { linkOf } from '../../support/nodes/desk.ts';
import {
  createInstallation,
  nodeEnvironment,
  type TestInstallation,
  type TestNode,
} from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { expectAnswer } from '../fleet/answering-psql.ts';
import { type Login, organization, type Scene, tokenOf } from './node-scene.ts';

const CALLBACK = '/sign-in/oidc/callback';
const reportSchema = z.object({ held: z.array(z.object({ kind: z.string(), ended_at: z.string().nullable() })) });

let town: ProviderTown;
let installation: TestInstallation;
let upstream: UpstreamForTests;
/** Where people sign in, and where it is told that they leave. */
let near: TestNode;
/** Where their psqls are. */
let far: TestNode;
let catalogue: Catalogue;
let scene: Scene;
const psqls: PsqlRun[] = [];
const issuer = () => town.issuers.keycloak ?? expect.fail('the town has no keycloak');

beforeAll(async () => {
  const port = await freePort();
  town = await startProviderTown({ keycloak: `http://localhost:${port}${CALLBACK}` });
  [installation, upstream] = await Promise.all([createInstallation(), createUpstream()]);
  const environment = {
    ...Object.fromEntries(environmentOf('keycloak', town)),
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
    POSTERN_UPSTREAM_PORTS: new URL(postgresUrl()).port,
    POSTERN_REVERSE_CODE: 'never',
  };
  near = await installation.startNode({ ...environment, POSTERN_HTTP_PORT: String(port) });
  far = await installation.startNode(environment);
  catalogue = near.postern.catalogue;
  scene = { catalogue, upstream, node: far };
});

afterAll(async () => {
  for (const psql of psqls) psql.kill('SIGKILL');
  await installation.close();
  await upstream.close();
  await town[Symbol.asyncDispose]();
});

function startAt({ pgPort }: TestNode, { user, password, database }: Login): PsqlRun {
  const args = ['-XAt', '-h', '127.0.0.1', '-p', String(pgPort), '-U', user, '-d', database];
  const psql = startPsql({ args, env: { PGSSLMODE: 'require', ...(password === '' ? {} : { PGPASSWORD: password }) } });
  psqls.push(psql);
  return psql;
}

interface Held {
  readonly browser: BrowserJar;
  readonly working: PsqlRun;
  readonly granted: PsqlRun;
  readonly waiting: PsqlRun;
}

/** At the far node: a psql with a token, one by a grant, and one that waits for the person. */
async function holdEverything(browser: BrowserJar, login: Login): Promise<Held> {
  const working = startAt(far, login);
  await expectAnswer(working, 'at first');
  const granted = startAt(far, { user: `grant-${login.user}`, password: '', database: 'x' });
  await remember(browser, await linkOf(granted), login);
  await expectAnswer(granted, 'by the grant');
  const waiting = startAt(far, { user: `user-${login.user}`, password: '', database: 'x' });
  const { pathname } = new URL(await linkOf(waiting));
  expect((await browser.open(pathname)).status).toBe(200);
  return { browser, working, granted, waiting };
}

/** For an hour, at the compute that the token is for. */
async function remember(browser: BrowserJar, link: string, { user: tokenId }: Login): Promise<void> {
  const tokens = catalogue.db
    .selectFrom('access_tokens')
    .select('compute_id')
    .where('id', '=', idFrom<AccessTokenId>(tokenId));
  const { compute_id } = await tokens.executeTakeFirstOrThrow();
  const { text, path } = await browser.open(new URL(link).pathname);
  const choice = { compute_id, remember: '1h', decision: 'approve' };
  const answer = await browser.post(path, { ...hiddenFields(text), ...defaultChoice(text), ...choice });
  expect([answer.status, answer.location]).toEqual([303, expect.stringContaining('/psql_session/')]);
}

async function signedIn(userId: UserId, sid: string | null): Promise<BrowserJar> {
  const identity = { issuer: issuer(), subject: userId, sid };
  const { cookie } = await beginSession(catalogue, { userId, ip: '127.0.0.1', userAgent: 'test', identity });
  const browser = new BrowserJar(near.baseUrl);
  browser.setSession(cookie.reveal());
  return browser;
}

async function link(userId: UserId): Promise<void> {
  const row = { issuer: issuer(), subject: userId, user_id: userId, email: null, linked_at: new Date(), groups: null };
  await catalogue.db
    .insertInto('identities')
    .values({ ...row, groups_read_at: null })
    .execute();
}

/** The same at each node. */
async function isSignedIn({ session }: BrowserJar): Promise<boolean> {
  const answers = [near, far].map(async ({ baseUrl }) => {
    const browser = new BrowserJar(baseUrl);
    if (session !== null) browser.setSession(session);
    return (await browser.get('/app/me/profile')).status === 200;
  });
  const [atNear, atFar] = await Promise.all(answers);
  if (atNear === undefined || atNear !== atFar) throw new Error('the nodes do not agree');
  return atNear;
}

async function expectEnded(psql: PsqlRun): Promise<void> {
  await waitUntil(() => {
    if (psql.process.exitCode === null) psql.write('select 1;\n');
    return psql.process.exitCode !== null;
  }, `psql ends: ${psql.stderr()}`);
  expect(psql.stderr()).toMatch(/access was revoked|login was denied/);
}

async function expectNothingLeft({ browser, working, granted, waiting }: Held): Promise<void> {
  await Promise.all([working, granted, waiting].map(expectEnded));
  expect(await isSignedIn(browser)).toBe(false);
}

/** What the report says of these kinds: each has ended, none before it was told. */
async function expectEndedSince(told: Date, userId: UserId, kinds: readonly HeldKind[]): Promise<string> {
  const endedOf = async (kind: HeldKind) => {
    const { held } = await offboardingReport(catalogue, SYSTEM_CONTEXT, { userId });
    return held.filter((each) => each.kind === kind).flatMap(({ endedAt }) => endedAt ?? []);
  };
  const times = kinds.map(async (kind) => {
    // The trail is written beside the work.
    const ended = await waitUntil(async () => {
      const found = await endedOf(kind);
      return found.length > 0 && found;
    }, `the report says when each ${kind} ended`);
    for (const at of ended) expect(at.getTime(), kind).toBeGreaterThanOrEqual(told.getTime());
    return `${kind} ${Math.max(...ended.map((at) => at.getTime() - told.getTime()))} ms`;
  });
  return `ended after: ${(await Promise.all(times)).join(', ')}`;
}

async function tellLogout(token: string): Promise<number> {
  const body = new URLSearchParams({ logout_token: token });
  const response = await fetch(`${near.baseUrl}/sign-in/oidc/logout`, { method: 'POST', body });
  return response.status;
}

const tokensOf = async (userId: UserId) =>
  await catalogue.db.selectFrom('access_tokens').select('id').where('owner_user_id', '=', userId).execute();

describe('a logout at the identity provider', () => {
  it('ends everything on another node where the organization says so, once', async ({ annotate }) => {
    const { id, membership, login } = await organization(scene);
    const { userId } = membership;
    await setLogoutEnds(catalogue, SYSTEM_CONTEXT, { accountId: id, ends: 'connections_and_tokens' });
    const held = await holdEverything(await signedIn(userId, 'laptop'), login);
    const others = await signedIn(userId, 'phone');
    const forged = (await town.logoutToken('keycloak', { sub: userId, sid: 'laptop' })).replace(/.{6}$/, 'AAAAAA');
    const expired = await town.logoutToken('keycloak', { sub: userId, sid: 'laptop', aud: 'another-client' });
    expect([await tellLogout(forged), await tellLogout(expired), await tellLogout('')]).toEqual([400, 400, 400]);
    await expectAnswer(held.working, 'after forged tokens');
    expect(await isSignedIn(held.browser)).toBe(true);

    const token = await town.logoutToken('keycloak', { sub: userId, sid: 'laptop' });
    const told = new Date();
    expect(await tellLogout(token)).toBe(200);
    await expectNothingLeft(held);
    const kinds = ['browser', 'login', 'approval', 'secret', 'connection'] as const;
    await annotate(await expectEndedSince(told, userId, kinds));
    expect(await tokensOf(userId)).toEqual([]);
    expect(await isSignedIn(others)).toBe(true);
    expect(await tellLogout(token)).toBe(400);
  });

  it('of the subject ends all sessions, and no connection unless it is said', async () => {
    const { membership, login } = await organization(scene);
    const { userId } = membership;
    await link(userId);
    const [first, second] = [await signedIn(userId, 'laptop'), await signedIn(userId, null)];
    const held = await holdEverything(first, login);
    expect(await tellLogout(await town.logoutToken('keycloak', { sub: userId }))).toBe(200);
    await Promise.all([expectEnded(held.waiting), expectEnded(held.granted)]);
    expect([await isSignedIn(first), await isSignedIn(second)]).toEqual([false, false]);
    await expectAnswer(held.working, 'afterwards');
    expect(await tokensOf(userId)).toHaveLength(1);
  });
});

describe('a group that is lost', () => {
  it('ends membership, team and all that rested on them at the next sign-in', async ({ annotate }) => {
    const { id, place } = await organization(scene);
    const known = { issuer: issuer(), name: 'Acme', domains: [], groupsClaim: 'groups' };
    const team = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId: id, name: 'DBA' });
    await addJoinRule(catalogue, SYSTEM_CONTEXT, { accountId: id, issuer: known, kind: 'group', value: '/staff' });
    await addTeamGroup(catalogue, SYSTEM_CONTEXT, { accountId: id, teamId: team.id, issuer: known, groupName: '/dba' });
    const browser = new BrowserJar(near.baseUrl);
    const offer = await browser.get(await signInAs(browser, 'ann'));
    expect(offer.location).toMatch(/^\/sign-in\/join\?next=/);
    const page = await browser.get(offer.location ?? '');
    const rule = /name="rule" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect(page.text).toContain('You are in /staff at');
    const csrf_token = /name="csrf_token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await browser.post('/sign-in/join', { csrf_token, rule, next: '/app' })).location).toBe('/app');
    const members = () => catalogue.db.selectFrom('team_members').select('user_id').where('team_id', '=', team.id);
    const [member] = await members().execute();
    const userId = member?.user_id ?? expect.fail('the team is empty');

    const person = { userId, email: 'ann@keycloak.example', accountId: personalAccountId(userId) };
    const login = await tokenOf(scene, person, place);
    const held = await holdEverything(browser, login);
    const there = new BrowserJar(near.baseUrl);
    const callback = await signInAs(there, 'ann-without-groups');
    const told = new Date();
    expect((await there.get(callback)).location).toBe('/app');
    await expectNothingLeft(held);
    const kinds = ['membership', 'browser', 'login', 'approval', 'connection'] as const;
    await annotate(await expectEndedSince(told, userId, kinds));
    expect(await members().execute()).toEqual([]);
    expect(await isSignedIn(there)).toBe(true);
  });
});

describe('the last membership, taken away', () => {
  it('ends everything, and the report says when', async () => {
    const { id, membership, login } = await organization(scene);
    const { userId } = membership;
    const held = await holdEverything(await signedIn(userId, null), login);
    await removeMember(catalogue, SYSTEM_CONTEXT, { accountId: id, membershipId: membership.id });
    await expectNothingLeft(held);
    const environment = nodeEnvironment(installation.databaseUrl, installation.redisUrl);
    // The trail is written beside the work.
    await waitUntil(async () => {
      const { stdout } = await runCommand(environment, ['user', 'offboarding', userId, '--json']);
      const { held: reported } = reportSchema.parse(JSON.parse(stdout));
      const ended = new Set(reported.filter(({ ended_at }) => ended_at !== null).map(({ kind }) => kind));
      return ['membership', 'browser', 'login', 'connection'].every((kind) => ended.has(kind));
    }, 'all is reported');
  });
});

describe('a user whom the identity provider deactivates by SCIM', () => {
  it('loses all of the organization on another node, and keeps what is elsewhere', async () => {
    const [{ id, membership, login }, elsewhere] = [await organization(scene), await organization(scene)];
    const { userId } = membership;
    const { email } = await getUser(catalogue, userId);
    const person = { userId, email, accountId: personalAccountId(userId) };
    await addMemberTo(catalogue, elsewhere, { person });
    const staying = startAt(far, await tokenOf(scene, person, elsewhere.place));
    await expectAnswer(staying, 'elsewhere, before');
    const { key } = await createSinglePurposeKey(catalogue, SYSTEM_CONTEXT, {
      accountId: id,
      name: 'Entra ID',
      kind: 'scim',
    });
    const scim = scimClient(near.baseUrl, { id, key: key.reveal() });
    const { body: user } = await scim('POST', '/Users', { userName: email, active: true });
    const held = await holdEverything(await signedIn(userId, null), login);

    const Operations = [{ op: 'Replace', path: 'active', value: 'False' }];
    expect((await scim('PATCH', `/Users/${user.id}`, { Operations })).status).toBe(200);
    await expectNothingLeft(held);
    await expectAnswer(staying, 'elsewhere, afterwards');
    const again = startAt(far, login);
    await waitUntil(() => again.process.exitCode !== null, 'the token is refused');
    expect(again.stderr()).not.toBe('');
    const environment = nodeEnvironment(installation.databaseUrl, installation.redisUrl);
    const { stdout } = await runCommand(environment, ['user', 'offboarding', userId]);
    expect(stdout).toContain('deactivated by SCIM');
  });
});

async function signInAs(browser: BrowserJar, account: string): Promise<string> {
  const away = await browser.get('/sign-in/oidc?next=%2Fapp');
  const until = `${near.baseUrl}${CALLBACK}`;
  const url = new URL(await walkThroughProvider({ start: away.location ?? '', until, account }));
  return `${url.pathname}${url.search}`;
}
