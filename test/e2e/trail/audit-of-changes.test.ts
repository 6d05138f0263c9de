// Changes in the console, by the API and on the command line, each with its audit events: once, in
// order, with actor and origin.

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditChain } from '../../../src/catalogue/trail/audit-chain.ts';
import { type ProjectId, personalAccountId } from '../../../src/ids.ts';
import { runCommand } from '../../cli/run-command.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import { type Page, WebClient } from '../../support/browser/web-client.ts';
import { type Desk, EMAIL, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson, nodeEnvironment, PASSWORD } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { send, TrailReader } from './trail-reader.ts';

const OPERATOR = 'op@example.com';
const POLICY = {
  link_login: 'yes',
  longest_grant: '28800000',
  longest_connection: '28800000',
  idle_timeout: '0',
  fresh_sign_in: '300000',
  max_connections: '50',
  reverse_code: 'when_new',
  allowed_networks: '',
  own_networks: '',
};

let desk: Desk;
let mailbox: Mailbox;
let operator: WebClient;
let trail: TrailReader;
const placeOf = { org: '', project: '', owner: '', compute: '', share: '' };

beforeAll(async () => {
  mailbox = await startMailbox();
  desk = await openDesk({ environment: { POSTERN_SMTP_URL: mailbox.url } });
  await addPerson(desk.node, { email: OPERATOR, name: 'Op', operator: 'yes' });
  await addPerson(desk.node, { email: 'kim@example.com', name: 'Kim' });
  operator = await signedInBrowser(desk.node.baseUrl, OPERATOR);
  trail = new TrailReader(desk.node);
  await trail.news();
});

afterAll(async () => {
  await desk.close();
  await mailbox.close();
});

const found = (page: Page, pattern: RegExp) => pattern.exec(page.html)?.[1] ?? '';
const base = () => `/app/${placeOf.org}`;
const place = () => `${base()}/projects/${placeOf.project}`;
const db = () => desk.node.postern.catalogue.db;

describe('the audit trail tells of', () => {
  it('an organization: created, renamed, its policy', async () => {
    const made = await send(desk.browser, '/app/organizations/new', { name: 'Acme' });
    placeOf.org = /\/app\/(org-[^/]+)/.exec(made.url)?.[1] ?? '';
    await send(desk.browser, `${base()}/settings/name`, { name: 'Acme 2' }, `${base()}/settings`);
    await send(desk.browser, `${base()}/settings/policy`, POLICY, `${base()}/settings`);
    expect(await trail.told()).toEqual([
      `PA60S ${EMAIL}: Acme`,
      `PA62S ${EMAIL}: ${EMAIL}, admin`,
      `PA61S ${EMAIL}: Acme 2`,
      expect.stringMatching(new RegExp(`^PA79S ${EMAIL}: \\{.*"freshSignInMs":300000`)),
    ]);
  });

  it('its people: invited, reminded, joined, promoted', async () => {
    const people = `${base()}/people`;
    const invitations = `${people}/invitations`;
    await send(desk.browser, `${people}/invite`, { emails: 'nina@example.com', role: 'member' });
    const pending = await desk.browser.get(invitations);
    const invitation = `${invitations}/${found(pending, /invitations\/([^/"]+)\/resend/)}`;
    await send(desk.browser, `${invitation}/resend`, {}, invitations);
    const letter = () => mailbox.letters.filter(({ to }) => to === 'nina@example.com')[1];
    await waitUntil(() => letter() !== undefined, 'the second letter is there');
    const link = /\/invitations\/\S+/.exec(letter()?.text ?? '')?.[0] ?? '';
    await send(new WebClient(desk.node.baseUrl), link, { name: 'Nina', password: PASSWORD });
    const nina = await db()
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select('memberships.id')
      .where('email', '=', 'nina@example.com')
      .executeTakeFirstOrThrow();
    await send(desk.browser, `${people}/members/${nina.id}/role`, { role: 'admin' }, people);
    expect(await trail.told()).toEqual([
      `PA64S ${EMAIL}: nina@example.com, member`,
      `PA65S ${EMAIL}: nina@example.com`,
      'PA60S nina@example.com: nina@example.com',
      'PA65S nina@example.com: nina@example.com, accepted',
      'PA62S nina@example.com: nina@example.com, member',
      'PS50S nina@example.com: invitation',
      `PA63S ${EMAIL}: nina@example.com, admin`,
    ]);
  });

  it('a project and its computes: every change, removed with their tokens', async () => {
    await send(desk.browser, `${base()}/projects/new`, { name: 'ledger', server: '18@default' });
    const row = await db().selectFrom('projects').select('id').where('name', '=', 'ledger').executeTakeFirstOrThrow();
    placeOf.project = row.id;
    await send(desk.browser, `${place()}/computes/new`, { name: 'second' });
    const computes = await db()
      .selectFrom('computes')
      .select('id')
      .where('project_id', '=', row.id)
      .orderBy('ordinal')
      .execute();
    const [first, second] = computes.map(({ id }) => id);
    placeOf.compute = first ?? '';
    const compute = `${place()}/computes/${first}`;
    await send(desk.browser, `${compute}/suspend`, {}, place());
    await send(desk.browser, `${compute}/start`, {}, place());
    await send(desk.browser, `${compute}/link-login`, { link_login: 'off' }, place());
    await send(desk.browser, `${compute}/policy`, { ...POLICY, longest_grant: '', replication: 'yes' });
    const token = { name: 'CI', compute_id: second ?? '', access: 'read_only', days: '30', max_connections: '5' };
    await send(desk.browser, `${base()}/access-tokens/new`, token);
    await send(desk.browser, `${place()}/computes/${second}/delete`);
    const [owner, reader] = await rolesOf(row.id);
    placeOf.owner = owner ?? '';
    expect(await trail.told()).toEqual([
      `PA68S ${EMAIL}: ledger`,
      `PA70S ${EMAIL}: `,
      `PT40S ${EMAIL}: password of role "${owner}", ${owner}`,
      `PT40S ${EMAIL}: password of role "${reader}", ${reader}`,
      `PA70S ${EMAIL}: `,
      `PA71S ${EMAIL}: suspended`,
      `PA71S ${EMAIL}: started`,
      `PA71S ${EMAIL}: {"passwordlessAccess":false}`,
      expect.stringMatching(new RegExp(`^PA79S ${EMAIL}: \\{.*"replication":true`)),
      expect.stringMatching(new RegExp(`^PT40S ${EMAIL}: access token tok-\\S+ "CI"`)),
      expect.stringMatching(new RegExp(`^PT42S ${EMAIL}: access token tok-\\S+ "CI", its compute was removed`)),
      `PA71S ${EMAIL}: `,
    ]);
  });

  it('databases and roles', async () => {
    const databases = `${place()}/databases`;
    // Role names belong to the server, which other tests share.
    const [bob, extra] = [`bob_${placeOf.project}`, `extra_${placeOf.project}`];
    const { owner } = placeOf;
    await send(desk.browser, databases, { database: extra, owner });
    await send(desk.browser, `${databases}/roles`, { role: bob }, databases);
    await send(desk.browser, `${databases}/roles/${bob}/reveal`, {}, databases);
    await send(desk.browser, `${databases}/roles/${bob}/reset`);
    await send(desk.browser, `${databases}/roles/${bob}/delete`, { name: bob });
    await send(desk.browser, `${databases}/${extra}/delete`, { name: extra });
    const password = `password of role "${bob}", ${bob}`;
    expect(await trail.told()).toEqual([
      `PA72S ${EMAIL}: ${extra}`,
      `PA74S ${EMAIL}: ${bob}`,
      `PT40S ${EMAIL}: ${password}`,
      `PA75S ${EMAIL}: ${bob}, revealed`,
      `PA75S ${EMAIL}: ${bob}`,
      `PT42S ${EMAIL}: ${password}`,
      `PT40S ${EMAIL}: ${password}`,
      `PA75S ${EMAIL}: ${bob}`,
      `PT42S ${EMAIL}: ${password}`,
      `PA73S ${EMAIL}: ${extra}`,
    ]);
  });

  it('sharing: with new and known people, accepted, converted, revoked', async () => {
    const sharing = `${place()}/sharing`;
    await send(desk.browser, sharing, { emails: `guest@example.com, ${OPERATOR}` });
    const letter = () => mailbox.letters.find(({ to }) => to === 'guest@example.com');
    await waitUntil(() => letter() !== undefined, 'the letter is there');
    const link = /\/invitations\/\S+/.exec(letter()?.text ?? '')?.[0] ?? '';
    await send(new WebClient(desk.node.baseUrl), link, { name: 'Guest', password: PASSWORD });
    await send(desk.browser, `${base()}/people/guests/convert`, { email: OPERATOR }, `${base()}/people/guests`);
    const shares = await db()
      .selectFrom('project_shares')
      .select('id')
      .where('email', '=', 'guest@example.com')
      .execute();
    await send(desk.browser, `${sharing}/${shares[0]?.id}/remove`);
    expect(await trail.told()).toEqual([
      `PA66S ${EMAIL}: guest@example.com`,
      `PA66S ${EMAIL}: ${OPERATOR}`,
      'PA60S guest@example.com: guest@example.com',
      'PA65S guest@example.com: guest@example.com, accepted',
      'PS50S guest@example.com: invitation',
      `PA64S ${EMAIL}: ${OPERATOR}, member`,
      `PA67S ${EMAIL}: guest@example.com`,
    ]);
  });

  it('an API key: created, used by a program, rejected when wrong, revoked', async () => {
    const keys = `/app/${personalAccountId(desk.person.id)}/api-keys`;
    const key = found(await send(desk.browser, keys, { name: 'laptop' }), /(postern_key_[A-Za-z0-9_-]+)/);
    const call = async (method: string, path: string, bearer = key) =>
      (await fetch(`${desk.node.baseUrl}/api/v2${path}`, { method, headers: { authorization: `Bearer ${bearer}` } }))
        .status;
    expect(await call('POST', `/projects/${placeOf.project}/endpoints/${placeOf.compute}/suspend`)).toBe(200);
    expect(await call('GET', '/users/me', 'wrong')).toBe(401);
    const id = found(await desk.browser.get(keys), /api-keys\/([^/"]+)\/revoke/);
    await send(desk.browser, `${keys}/${id}/revoke`);
    expect(await trail.told()).toEqual([
      `PT40S ${EMAIL}: API key ${id} "laptop", personal`,
      `PT41S api_key ${EMAIL}: API key ${id} "laptop"`,
      `PA71S api_key ${EMAIL}: suspended`,
      'PT43R system: invalid_key',
      `PT42S ${EMAIL}: API key ${id} "laptop", personal`,
    ]);
  });

  it('an operator: notice, cancel, end, export, and the command line', async () => {
    const psql = desk.psql();
    const compute_id = desk.project.compute.id;
    await desk.browser.approve(await linkOf(psql), { compute_id });
    const live = () =>
      desk.node.postern.fleet.liveConnections.list({ computeId: desk.project.compute.id, phase: 'relaying' });
    await waitUntil(async () => (await live()).length > 0, 'the connection lives');
    const [connection] = await live();
    await trail.news();
    const page = `/ops/connections/${connection?.id}`;
    await send(operator, '/ops/connections/notice', { connection: connection?.id ?? '', text: 'Back soon' }, '/ops');
    await send(operator, `${page}/cancel`, { reason: 'too slow' }, page);
    await waitUntil(async () => (await canceled()) > 0, 'the cancel was sent');
    await send(operator, `${page}/end`, { reason: 'asked to' }, page);
    psql.write('select 1;\n');
    await psql.exit;
    await waitUntil(async () => (await live()).length === 0, 'the connection is gone');
    await send(operator, '/ops/audit/export', {}, '/ops/audit');
    const { databaseUrl, redisUrl } = desk.installation;
    expect(await runCommand(nodeEnvironment(databaseUrl, redisUrl), ['audit', 'export'])).toMatchObject({
      exitCode: 0,
    });
    const told = await trail.told();
    expect(told.toSorted()).toEqual([
      expect.stringMatching(/^PC31R .*, killed$/),
      expect.stringMatching(/^PC33S operator: .*, operator$/),
      expect.stringMatching(new RegExp(`^PO80S operator ${OPERATOR}: ${EMAIL}, asked to$`)),
      `PO81S operator ${OPERATOR}: ${EMAIL}, too slow`,
      `PO82S operator ${OPERATOR}: ${EMAIL}, Back soon`,
      `PO85S ${OPERATOR}: `,
      'PO85S system: ',
    ]);
  });

  it('the own account: name, wrong and right password, other browsers, everywhere', async () => {
    const [profile, sessions] = ['/app/me/profile', '/app/me/sessions'];
    await send(desk.browser, profile, { name: 'Alexa' });
    const change = { current_password: 'not the password', new_password: `${PASSWORD}2` };
    await expect(send(desk.browser, `${profile}/password`, change, profile)).rejects.toThrow('403');
    await send(desk.browser, `${profile}/password`, { ...change, current_password: PASSWORD }, profile);
    await signedInBrowser(desk.node.baseUrl, EMAIL, `${PASSWORD}2`);
    const other = found(await desk.browser.get(sessions), /browsers\/([^/"]+)\/sign-out/);
    await send(desk.browser, `${sessions}/browsers/${other}/sign-out`, {}, sessions);
    await send(desk.browser, '/app/me/sign-out-everywhere', {}, sessions);
    expect(await trail.told()).toEqual([
      `PS54S ${EMAIL}: name`,
      `PS51R ${EMAIL}: password`,
      `PS54S ${EMAIL}: password`,
      `PS50S ${EMAIL}: password`,
      `PS52S ${EMAIL}: browser ${other}`,
      `PS53S ${EMAIL}: `,
    ]);
  });

  it('every event once: the chains hold as many as were seen', async () => {
    const verdict = await verifyAuditChain(desk.node.postern.catalogue);
    expect(verdict).toMatchObject({ eventCount: trail.eventCount, flaws: [] });
  });
});

async function canceled(): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int from audit_events where event = 'query.canceled'`.execute(db());
  return rows[0]?.count ?? 0;
}

/** The owner's and the reader's, which are free names on a server that other tests share. */
async function rolesOf(projectId: ProjectId): Promise<string[]> {
  const rows = await db()
    .selectFrom('database_roles')
    .innerJoin('branches', 'branches.id', 'database_roles.branch_id')
    .select('database_roles.name')
    .where('project_id', '=', projectId)
    .orderBy('database_roles.name')
    .execute();
  return rows.map(({ name }) => name);
}
