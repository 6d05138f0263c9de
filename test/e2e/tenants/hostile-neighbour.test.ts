// Somebody with an account, an API key and many addresses does what the product lets them do, and
// more. A person in the same /16 must see the same before, meanwhile and afterwards.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { type FormFields, WebClient } from '../../support/browser/web-client.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, EMAIL, finish, LINK, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { BEHIND_FORWARDS, type Forward, forwardFrom } from '../../support/nodes/forward-from-address.ts';
import { addPerson, addProject } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';

const SEED = Number(process.env.POSTERN_TEST_SEED ?? 20_261_129);
const MOVES = Number(process.env.POSTERN_TEST_MOVES ?? 120);
const LOOK_EVERY = 12;
const VICTIM_AT = '198.51.200.9';
/** Neighbours behind the person's own address are among them. */
const ATTACKERS_AT = ['198.51.100.7', '198.51.100.8', '198.51.1.1', '198.51.2.2', '198.51.201.9', VICTIM_AT];
const USER_CODE = /show this code: (\S+)/;
const ATTACKER = 'mallory@example.com';
/** Behind a shared address nothing else is remembered. */
const OWN_NAME = EMAIL.split('@')[0] ?? '';

let desk: Desk;
let victimsForward: Forward;
let forwards: Forward[];
let token: { readonly user: string; readonly password: string };
let attack: { readonly key: string; readonly browser: WebClient; readonly project: Desk['project'] };
let silentPort: number;
const held: Socket[] = [];
const runs: PsqlRun[] = [];
const clients: pg.Client[] = [];
const silent = createServer((socket) => void held.push(socket));

beforeAll(async () => {
  const environment = {
    ...BEHIND_FORWARDS,
    POSTERN_SHARED_NETWORKS: '',
    POSTERN_UNLIMITED_NETWORKS: '',
    POSTERN_REVERSE_CODE: 'never',
    POSTERN_NOTICE_CLIENTS: 'remembered',
    POSTERN_WAITING_TOTAL: '80',
    POSTERN_CONNECTIONS_TOTAL: '300',
    POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8',
  };
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  silentPort = (silent.address() as AddressInfo).port;
  desk = await openDesk({ environment: { ...environment, POSTERN_UPSTREAM_PORTS: `5432,${silentPort}` } });
  const { node } = desk;
  victimsForward = await forwardFrom(VICTIM_AT, node);
  forwards = await Promise.all(ATTACKERS_AT.map((address) => forwardFrom(address, node)));
  const { catalogue } = node.postern;
  const { accessToken, secret } = await createAccessToken(
    catalogue,
    await actingAs(catalogue, { userId: desk.person.id }),
    {
      name: 'CI',
      computeId: desk.project.compute.id,
      owner: 'self',
      access: 'read_write',
    },
  );
  token = { user: accessToken.id, password: secret.reveal() };
  const person = await addPerson(node, { email: ATTACKER });
  const { key } = await createPersonalKey(catalogue, await actingAs(catalogue, { userId: person.id }), {
    name: 'attack',
  });
  attack = {
    key: key.reveal(),
    browser: await signedInBrowser(node.baseUrl, ATTACKER),
    project: await addProject(node, { accountId: personalAccountId(person.id), name: 'shop' }),
  };
  const grant = psqlAt(victimsForward, { PGAPPNAME: 'remembered' }, ['-c', 'select 1']);
  await approve(grant, desk.browser, { remember: '1h' });
  expect((await finish(grant)).code).toBe(0);
});

afterAll(async () => {
  for (const run of runs) run.kill('SIGKILL');
  for (const socket of held) socket.destroy();
  for (const forward of [victimsForward, ...forwards]) forward.close();
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
  silent.close();
  await desk.close();
});

function psqlAt(forward: Forward, environment: Record<string, string>, args = ['-Atc', 'select 42']): PsqlRun {
  const where = { PGHOST: '127.0.0.1', PGPORT: String(forward.pgPort), PGUSER: OWN_NAME, PGSSLMODE: 'require' };
  const run = startPsql({ args, env: { ...where, ...environment }, input: '' });
  runs.push(run);
  return run;
}

/** The browser is at another address, so the code is typed. */
async function approve(run: PsqlRun, browser: WebClient, choice: FormFields = {}): Promise<void> {
  const [, code = ''] = await run.waitForStderr(USER_CODE);
  await browser.approve(await linkOf(run), { user_code: code, ...choice });
}

async function api(
  method: string,
  path: string,
  { body, key = attack.key }: { readonly body?: unknown; readonly key?: string } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return await fetch(`${desk.node.baseUrl}/api/v2${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Everything that the person sees. */
async function whatTheVictimSees(): Promise<Record<string, unknown>> {
  const { project, browser } = desk;
  const database = project.databases[0]?.name ?? '';
  const ofRole = { PGUSER: project.roles[0]?.name ?? '', PGPASSWORD: project.password.reveal() };
  const byLink = psqlAt(victimsForward, {});
  await approve(byLink, browser);
  const outcomes = {
    'by link': await finish(byLink),
    'by grant': await finish(psqlAt(victimsForward, { PGAPPNAME: 'remembered' })),
    'by token': await finish(psqlAt(victimsForward, { PGUSER: token.user, PGPASSWORD: token.password })),
    'by password': await finish(
      psqlAt(victimsForward, { ...ofRole, PGDATABASE: database, PGOPTIONS: `endpoint=${project.compute.id}` }),
    ),
  };
  const pages = await Promise.all(['/app', '/app/me/sessions'].map((path) => browser.get(path)));
  const grantWasUsed = !LINK.test(outcomes['by grant'].stderr);
  const answers = Object.entries(outcomes).map(([way, { code, stdout }]) => [way, `${code} ${stdout.trim()}`]);
  return { ...Object.fromEntries(answers), grantWasUsed, pages: pages.map(({ status }) => status) };
}

type Move = (random: SeededRandom, forward: Forward) => Promise<unknown> | unknown;
const NAMES = ['alexlopez', 'shop', 'postgres', 'root', 'Alex Lopez', 'shop", role "x', 'tok-0123456789abcdef'];
const nameOf = (random: SeededRandom) => NAMES[random.below(NAMES.length)] ?? '';

async function openPg(forward: Forward): Promise<pg.Client> {
  const { roles, databases, password, compute } = attack.project;
  const client = new pg.Client({
    host: '127.0.0.1',
    port: forward.pgPort,
    user: roles[0]?.name,
    password: password.reveal(),
    database: databases[0]?.name,
    options: `endpoint=${compute.id}`,
    ssl: { rejectUnauthorized: false },
  });
  client.on('error', () => {});
  clients.push(client);
  await client.connect();
  return client;
}

const flood = (times: number, ask: () => Promise<unknown>) =>
  Promise.all(Array.from({ length: times }, () => ask().catch(() => null)));

const MOVES_OF_ATTACKER: Readonly<Record<string, Move>> = {
  'makes a project with a name of somebody else': (random) =>
    api('POST', '/projects', { body: { project: { name: nameOf(random) } } }),
  'makes a role with a name of somebody else': async (random) => {
    const { project, branchId } = attack.project;
    await api('POST', `/projects/${project.id}/branches/${branchId}/roles`, {
      body: { role: { name: nameOf(random) } },
    });
  },
  'makes a database with a name of somebody else': async (random) => {
    const { project, branchId, roles } = attack.project;
    const database = { name: nameOf(random), owner_name: roles[0]?.name };
    await api('POST', `/projects/${project.id}/branches/${branchId}/databases`, { body: { database } });
  },
  'floods the API with a key': () => flood(100, () => api('GET', '/projects')),
  'floods the API with keys that do not exist': () => flood(50, () => api('GET', '/projects', { key: 'napi_wrong' })),
  'guesses the password of the person in the sign-in form': () => {
    void flood(5, () => new WebClient(desk.node.baseUrl).signIn(EMAIL, 'a wrong password'));
  },
  'opens a link and its event streams, and decides nothing': async (_random, forward) => {
    const run = psqlAt(forward, { PGUSER: 'mallory' });
    await Promise.race([run.exit, run.waitForStderr(LINK)]);
    const [link] = LINK.exec(run.stderr()) ?? [];
    if (link === undefined) return;
    const { url } = await attack.browser.get(new URL(link).pathname);
    for (let count = 0; count < 5; count += 1) void attack.browser.get(`${url}/events`).catch(() => null);
  },
  'attaches a server that accepts and says nothing': () => {
    const { provisioning } = desk.node.postern;
    const url = new Secret(`postgres://u:p@127.0.0.1:${silentPort}/shop?sslmode=disable`);
    const { accountId } = attack.project.project;
    const input = { accountId, name: 'silent', url, ca: null, readOnlyUrl: null };
    void provisioning.attachProject(SYSTEM_CONTEXT, input).catch(() => null);
  },
  'asks for links under the name of the person': (_random, forward) => {
    for (let count = 0; count < 8; count += 1) psqlAt(forward, {});
  },
  'asks for links under many names': (random, forward) => {
    for (let count = 0; count < 8; count += 1) psqlAt(forward, { PGUSER: `u${random.below(1_000_000)}` });
  },
  // Not from the person's own address: a name that two people approved there is nobody's.
  'approves a link under the name of the person for an hour': async (_random, forward) => {
    if (forward.address === VICTIM_AT) return;
    const run = psqlAt(forward, { PGAPPNAME: 'remembered' });
    await Promise.race([run.exit, run.waitForStderr(USER_CODE)]);
    if (LINK.test(run.stderr())) await approve(run, attack.browser, { remember: '1h' });
  },
  'guesses the token': (_random, forward) => {
    for (let count = 0; count < 3; count += 1) psqlAt(forward, { PGUSER: token.user, PGPASSWORD: `${count}` });
  },
  'connects and says nothing': (_random, forward) => {
    for (let count = 0; count < 20; count += 1) {
      held.push(connect({ port: forward.pgPort, host: '127.0.0.1' }).on('error', () => {}));
    }
  },
  'floods with cancel requests': (random, forward) => {
    for (let count = 0; count < 20; count += 1) {
      const socket = connect({ port: forward.pgPort, host: '127.0.0.1' }).on('error', () => {});
      const packet = Buffer.from('0000001004d2162e0000000000000000', 'hex');
      packet.writeUInt32BE(random.below(2 ** 31), 8);
      socket.end(packet);
    }
  },
  'takes all connections of its share and sleeps in them': async (_random, forward) => {
    const client = await openPg(forward);
    void client.query("set application_name = 'postern:' ; select pg_sleep(300)").catch(() => null);
  },
  'does what an owner may do to its database': async (_random, forward) => {
    const client = await openPg(forward);
    const name = client.escapeIdentifier(attack.project.databases[0]?.name ?? '');
    for (const sql of [
      `alter database ${name} set default_transaction_read_only = on`,
      'listen news; notify news',
      'create temp table t as select generate_series(1, 10000)',
      'select pg_advisory_lock(1)',
    ]) {
      void client.query(sql).catch(() => null);
    }
  },
};

it(`${MOVES} moves of a neighbour with an account and a /16 change nothing for another (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  const names = Object.keys(MOVES_OF_ATTACKER);
  const looks: number[] = [];
  const look = async () => {
    const beganAt = performance.now();
    const seen = await whatTheVictimSees();
    looks.push(Math.round(performance.now() - beganAt));
    return seen;
  };
  const before = await look();
  expect(before).toEqual({
    'by link': '0 42',
    'by grant': '0 42',
    'by token': '0 42',
    'by password': '0 42',
    grantWasUsed: true,
    pages: [200, 200],
  });
  const made: string[] = [];
  for (let count = 0; count < MOVES; count += 1) {
    // Every kind is made, in a seeded order after that.
    const name = names[count < names.length ? count : random.below(names.length)] ?? '';
    const forward = forwards[random.below(forwards.length)];
    made.push(name);
    if (forward !== undefined) await Promise.resolve(MOVES_OF_ATTACKER[name]?.(random, forward)).catch(() => null);
    if (count % LOOK_EVERY !== LOOK_EVERY - 1) continue;
    expect({ after: made.slice(-LOOK_EVERY), ...(await look()) }).toMatchObject(before);
  }
  for (const socket of held.splice(0)) socket.destroy();
  for (const run of runs) run.kill('SIGKILL');
  expect(await look()).toEqual(before);
  // Recorded, not asserted: what a machine does beside the test is not the neighbour's doing.
  process.stdout.write(`four logins and two pages before, meanwhile and afterwards took ${looks.join(', ')} ms\n`);
}, 240_000);
