// Real clients of every kind at one node: by token from everywhere, with a wrong password, and by a
// link that each of them shows its person, whatever time-out it has and whatever stands in between.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../src/catalogue/access/access-tokens.ts';
import { ProvenDoors } from '../e2e/conformance/proven-doors.ts';
import { actingAs } from '../support/databases/catalogue-for-tests.ts';
import { type Desk, type Finished, finish, LINK, openDesk } from '../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../support/nodes/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { buildZoo } from './build-zoo.ts';
import { CLIENTS, clientRows, type Way } from './client-table.ts';
import { BEHIND_PROXIES, type InBetween, startForward, startHaproxy, startNginx } from './in-between.ts';
import { type PhpFpm, startPhpFpm } from './php-fpm.ts';
import { recordSilences } from './silences.ts';
import { ZOO, type ZooClient } from './zoo.ts';

const NAMES = Object.keys(ZOO);
const TAKE_PASSWORDS = NAMES.filter((name) => CLIENTS[clientOf(name).row].doors.token === 'yes');
const TAKE_NONE = NAMES.filter((name) => !TAKE_PASSWORDS.includes(name));
const WAITING = NAMES.filter((name) => clientOf(name).link === 'waits');
const TOLD_BY_ERROR = NAMES.filter((name) => clientOf(name).link === 'error');
const BLIND_WAIT_MS = 1_000;
// Longer than the wait for an approval, and shorter than a person needs.
const OWN_TIME_OUT = { PGCONNECT_TIMEOUT: '5' };
const PATIENCE = { PGCONNECT_TIMEOUT: '60' };

// Compilers begin from nothing on a fresh machine.
const BUILD_LIMIT_MS = 600_000;

const PLACES = ['directly', 'behind haproxy', 'behind nginx', 'through a forward'] as const;
type Place = (typeof PLACES)[number];

const proven = new ProvenDoors();
const silences = recordSilences();
let desk: Desk;
let ports: Readonly<Record<Place, number>>;
let between: readonly InBetween[] = [];
let fpm: PhpFpm;
let token: Awaited<ReturnType<typeof makeToken>>;

beforeAll(async () => {
  await buildZoo();
  fpm = await startPhpFpm();
  // One person is at the address: where others are, a second try needs six digits.
  const own = { POSTERN_SHARED_NETWORKS: '' };
  const environment = { POSTERN_NOTICE_BLIND_WAIT: `${BLIND_WAIT_MS}ms`, ...own, ...BEHIND_PROXIES };
  desk = await openDesk({ log: silences.log, environment });
  const { node } = desk;
  const started = await Promise.all([startHaproxy(node), startNginx(node), startForward(node)]);
  between = started;
  const [haproxy, nginx, forward] = started.map(({ pgPort }) => pgPort);
  ports = {
    directly: node.pgPort,
    'behind haproxy': haproxy ?? 0,
    'behind nginx': nginx ?? 0,
    'through a forward': forward ?? 0,
  };
  token = await makeToken('zoo');
}, BUILD_LIMIT_MS);

async function makeToken(name: string): Promise<{ readonly PGUSER: string; readonly PGPASSWORD: string }> {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const { accessToken, secret } = await createAccessToken(catalogue, context, {
    name,
    computeId: desk.project.compute.id,
    owner: 'self',
    access: 'read_write',
    maxConnections: 100,
  });
  return { PGUSER: accessToken.id, PGPASSWORD: secret.reveal() };
}

afterAll(async () => {
  proven.write('zoo');
  await fpm.close();
  for (const one of between) await one.close();
  await desk.close();
});

function clientOf(name: string): ZooClient {
  const client = ZOO[name];
  if (client === undefined) throw new Error(`no client ${name}`);
  return client;
}

function start(name: string, env: Readonly<Record<string, string>>, place: Place = 'directly'): PsqlRun {
  const { row: _row, link: _link, ...program } = clientOf(name);
  const PGDATABASE = desk.project.databases[0]?.name ?? '';
  const where = {
    PGHOST: '127.0.0.1',
    PGPORT: String(ports[place]),
    PGDATABASE,
    PGSSLMODE: 'require',
    FPM: fpm.address,
  };
  return startPsql({ ...program, env: { ...where, ...env }, input: '' });
}

function expectIn({ code, stderr }: Finished): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

describe.each(PLACES)('by token %s', (place) => {
  it.concurrent.each(TAKE_PASSWORDS)('%s gets in without a question', async (name) => {
    const run = await finish(start(name, token, place));
    expectIn(run);
    expect(run.stdout + run.stderr).not.toMatch(LINK);
    proven.prove(clientOf(name).row, 'token');
  });
});

describe('by token', () => {
  it.concurrent.each(TAKE_NONE)('%s, which takes none, fails at once', async (name) => {
    const { code, stdout, stderr } = await finish(start(name, { ...token, ...OWN_TIME_OUT }));
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/authentication method 10 not recognized/i);
  });
});

describe('with a wrong password, and a time-out of its own', () => {
  it.concurrent.each(TAKE_PASSWORDS)('%s is told so, and gets no link', async (name) => {
    // One of its own: wrong passwords for one secret are answered later and later.
    const { PGUSER } = await makeToken(name);
    const { code, stdout, stderr } = await finish(
      start(name, { PGUSER, PGPASSWORD: 'not the secret', ...OWN_TIME_OUT }),
    );
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/password authentication failed/);
    expect(stdout + stderr).not.toMatch(LINK);
  });
});

/** Grants belong to a user at an address. */
function environmentOf(name: string, place: Place): { readonly PGUSER: string; readonly PGCONNECT_TIMEOUT: string } {
  const timeOut = clientOf(name).link === 'waits' ? PATIENCE : OWN_TIME_OUT;
  return { PGUSER: `user of ${name} ${place}`, ...timeOut };
}

/** How the client met its link, which is approved for an hour. */
async function firstLogin(name: string, place: Place): Promise<Way> {
  const run = start(name, environmentOf(name, place), place);
  const printed = () => LINK.exec(run.stdout() + run.stderr())?.[0];
  if (clientOf(name).link === 'error') await run.exit;
  const link = await waitUntil(printed, `${name} shows its link`).catch(() => undefined);
  if (link === undefined) return 'no';
  await desk.browser.approve(link, { remember: '1h' });
  const { code } = await run.exit;
  return code === 0 ? 'yes' : 'second_try';
}

describe.each(PLACES)('without a password %s', (place) => {
  it.concurrent.each(NAMES)('%s shows its link, and the approval lets it in', async (name) => {
    const { row } = clientOf(name);
    expect(await firstLogin(name, place)).toBe(CLIENTS[row].doors.link);
    proven.prove(row, 'link');
    const again = await finish(start(name, environmentOf(name, place), place));
    expectIn(again);
    expect(again.stdout + again.stderr).not.toMatch(LINK);
    proven.prove(row, 'grant');
  });
});

describe('before its link comes as an error', () => {
  it.each(TOLD_BY_ERROR)('%s is in silence for the set wait and a second, at most', async (name) => {
    const ofPlaces = PLACES.map(async (place) => Math.max(...(await silences.of(environmentOf(name, place).PGUSER))));
    // The longer ones hold what a busy machine adds.
    expect(Math.min(...(await Promise.all(ofPlaces)))).toBeLessThanOrEqual(BLIND_WAIT_MS + 1_000);
  });
});

describe('without a password and without a person', () => {
  it.concurrent.each(WAITING)('%s shows its link, gives up by itself, and leaves nothing', async (name) => {
    const run = start(name, { PGUSER: `lonely user of ${name}`, ...OWN_TIME_OUT });
    const { code, stdout, stderr } = await finish(run);
    expect(code).not.toBe(0);
    const link = LINK.exec(stdout + stderr)?.[0] ?? '';
    const closed = async () => (await desk.browser.get(new URL(link).pathname)).html.includes('The terminal closed');
    await waitUntil(closed, `the page of ${name} tells that it is gone`);
  });
});

it('docs/clients.md says what was proven here', () => {
  const rows = new Set(Object.values(ZOO).map(({ row }) => CLIENTS[row]));
  expect(proven.rows().toSorted()).toEqual(clientRows([...rows]).toSorted());
});
