// Real clients of every kind at one node: by token from everywhere, with a wrong password, and by a
// link that each of them shows its person, whatever time-out it has and whatever stands in between.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../src/catalogue/access/access-tokens.ts';
import { ProvenDoors } from '../e2e/conformance/proven-doors.ts';
import { actingAs } from '../support/databases/catalogue-for-tests.ts';
import { type Finished, finish, LINK } from '../support/nodes/desk.ts';
import { waitUntil } from '../support/wait-until.ts';
import { CLIENTS, clientRows, type Way } from './client-table.ts';
import { recordSilences } from './silences.ts';
import { ZOO } from './zoo.ts';
import {
  BLIND_WAIT_MS,
  BUILD_LIMIT_MS,
  clientOf,
  OWN_TIME_OUT,
  openZooDesk,
  PLACES,
  type Place,
  type ZooDesk,
} from './zoo-desk.ts';

const NAMES = Object.keys(ZOO);
const TAKE_PASSWORDS = NAMES.filter((name) => CLIENTS[clientOf(name).row].doors.token === 'yes');
const TAKE_NONE = NAMES.filter((name) => !TAKE_PASSWORDS.includes(name));
const WAITING = NAMES.filter((name) => clientOf(name).link === 'waits');
const TOLD_BY_ERROR = NAMES.filter((name) => clientOf(name).link === 'error');
const PATIENCE = { PGCONNECT_TIMEOUT: '60' };

const proven = new ProvenDoors();
const silences = recordSilences();
let desk: ZooDesk;
let token: Awaited<ReturnType<typeof makeToken>>;

beforeAll(async () => {
  desk = await openZooDesk({ log: silences.log, sharedNetworks: '' });
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
  await desk.close();
});

function expectIn({ code, stderr }: Finished): void {
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

describe.each(PLACES)('by token %s', (place) => {
  it.concurrent.each(TAKE_PASSWORDS)('%s gets in without a question', async (name) => {
    const run = await finish(desk.start(name, token, place));
    expectIn(run);
    expect(run.stdout + run.stderr).not.toMatch(LINK);
    proven.prove(clientOf(name).row, 'token');
  });
});

describe('by token', () => {
  it.concurrent.each(TAKE_NONE)('%s, which takes none, fails at once', async (name) => {
    const { code, stdout, stderr } = await finish(desk.start(name, { ...token, ...OWN_TIME_OUT }));
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/authentication method 10 not recognized/i);
  });
});

describe('with a wrong password, and a time-out of its own', () => {
  it.concurrent.each(TAKE_PASSWORDS)('%s is told so, and gets no link', async (name) => {
    // One of its own: wrong passwords for one secret are answered later and later.
    const { PGUSER } = await makeToken(name);
    const { code, stdout, stderr } = await finish(
      desk.start(name, { PGUSER, PGPASSWORD: 'not the secret', ...OWN_TIME_OUT }),
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
  const run = desk.start(name, environmentOf(name, place), place);
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
    const again = await finish(desk.start(name, environmentOf(name, place), place));
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
    const run = desk.start(name, { PGUSER: `lonely user of ${name}`, ...OWN_TIME_OUT });
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
