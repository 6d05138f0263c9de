// Many guess one secret at once, with psql and in the browser, while its owner behind the same
// address logs in with right ones. Counts only: how late a wrong answer comes is not asserted.

import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { WebClient } from '../../support/browser/web-client.ts';
import { type Desk, EMAIL, openDesk } from '../../support/nodes/desk.ts';
import { BEHIND_FORWARDS, type Forward, forwardFrom } from '../../support/nodes/forward-from-address.ts';
import { PASSWORD } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, runPsql, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

interface Credential {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly options: string;
}

/** The owner's own, two of its /24, two of its /16, and three of one IPv6 /64. */
const OWNER_AT = '203.0.113.7';
const OF_IPV6_NETWORK = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:3::4'];
const ATTACKERS_AT = [OWNER_AT, '203.0.113.8', '203.0.113.9', '203.0.1.7', '203.0.2.7', ...OF_IPV6_NETWORK];
/** Per address; together they owe fewer answers than make a newcomer wait. */
const PARALLEL = 4;
const MOST_IN_A_MINUTE = 10;
const OWNER_ROUNDS = Number(process.env.POSTERN_TEST_ROUNDS ?? 3);

let desk: Desk;
let forwards: Forward[];
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const credentials = new Map<string, Credential>();

beforeAll(async () => {
  desk = await openDesk({ environment: BEHIND_FORWARDS });
  forwards = await Promise.all(ATTACKERS_AT.map((address) => forwardFrom(address, desk.node)));
  folder = await temporaryFolder();
  await writeFile(`${folder.path}/one.sql`, 'select 1;\n');
  const { compute, databases, roles } = desk.project;
  const { accessToken, secret } = await createAccessToken(desk.node.postern.catalogue, SYSTEM_CONTEXT, {
    name: 'guessed',
    computeId: compute.id,
    owner: 'account',
    access: 'read_write',
  });
  const database = databases[0]?.name ?? '';
  credentials.set('an access token', { user: accessToken.id, password: secret.reveal(), database, options: '' });
  const role = { user: roles[0]?.name ?? '', password: desk.project.password.reveal() };
  credentials.set("a role's password", { ...role, database, options: `endpoint=${compute.id}` });
});

afterAll(async () => {
  for (const forward of forwards) forward.close();
  await desk.close();
  await folder[Symbol.asyncDispose]();
});

function variablesOf({ user, password, database, options }: Credential, { pgPort }: Forward): Record<string, string> {
  const where = { PGHOST: '127.0.0.1', PGPORT: String(pgPort), PGDATABASE: database, PGSSLMODE: 'require' };
  return { ...where, PGUSER: user, PGPASSWORD: password, PGOPTIONS: options };
}

/** Programs that guess without a pause until they are stopped; counts answers per address. */
function startGuessing(credential: Credential) {
  const answered = new Map<string, number>();
  const running = new Set<PsqlRun>();
  let isStopped = false;
  const guess = async (forward: Forward): Promise<void> => {
    while (!isStopped) {
      const wrong = { ...credential, password: `guess-${Math.trunc(performance.now() * 1_000)}` };
      const run = startPsql({ args: ['-c', 'select 1'], env: variablesOf(wrong, forward), input: '' });
      running.add(run);
      await run.exit;
      running.delete(run);
      if (run.stderr().includes('password authentication failed')) {
        answered.set(forward.address, (answered.get(forward.address) ?? 0) + 1);
      }
    }
  };
  const guessing = forwards.flatMap((forward) => Array.from({ length: PARALLEL }, () => guess(forward)));
  const stop = async () => {
    isStopped = true;
    for (const run of running) run.kill('SIGKILL');
    await Promise.all(guessing);
  };
  return { answered, stop };
}

async function logInByEveryProgram(credential: Credential, forward: Forward): Promise<void> {
  const env = variablesOf(credential, forward);
  expect(await runPsql({ args: ['-Atc', 'select 42'], env })).toMatchObject({ code: 0, stdout: '42\n' });
  const { user, password, database, options } = credential;
  const where = { host: '127.0.0.1', port: forward.pgPort, database, user, password, options };
  const client = new pg.Client({ ...where, ssl: { rejectUnauthorized: false } });
  await client.connect();
  expect((await client.query('select 42 as answer')).rows).toEqual([{ answer: 42 }]);
  await client.end();
  const script = ['-n', '-C', '-c', '2', '-t', '3', '-f', `${folder.path}/one.sql`];
  const bench = await runPsql({ program: 'pgbench', args: script, env });
  expect(bench).toMatchObject({ code: 0, stdout: expect.stringContaining('processed: 6/6') });
}

describe.each(['an access token', "a role's password"])('while many guess %s', (name) => {
  it('its owner is let in each time, and each address gets ten answers a minute', async () => {
    const credential = credentials.get(name);
    const [ownersForward] = forwards;
    if (credential === undefined || ownersForward === undefined) throw new Error(`no credential: ${name}`);
    const beganAt = performance.now();
    const { answered, stop } = startGuessing(credential);
    try {
      await waitUntil(() => answered.size >= ATTACKERS_AT.length - 2, 'guesses are answered');
      for (let round = 0; round < OWNER_ROUNDS; round++) await logInByEveryProgram(credential, ownersForward);
    } finally {
      await stop();
    }
    const minutes = Math.ceil((performance.now() - beganAt) / 60_000);
    const together = OF_IPV6_NETWORK.reduce((sum, address) => sum + (answered.get(address) ?? 0), 0);
    const perAddress = [...answered]
      .filter(([address]) => !OF_IPV6_NETWORK.includes(address))
      .map(([, count]) => count);
    process.stdout.write(`${name}: answers per address ${perAddress.join(', ')}, of one /64 ${together}\n`);
    for (const count of [...perAddress, together]) expect(count).toBeLessThanOrEqual(MOST_IN_A_MINUTE * minutes);
  });
});

it('while many guess a password in the sign-in form its owner signs in each time', async () => {
  const answers: number[] = [];
  let isStopped = false;
  const beganAt = performance.now();
  const guess = async () => {
    const browser = new WebClient(desk.node.baseUrl);
    while (!isStopped) answers.push((await browser.signIn(EMAIL, `guess-${performance.now()}`)).status);
  };
  const guessing = Array.from({ length: 8 }, guess);
  await waitUntil(() => answers.length >= 2, 'guesses are answered');
  for (let round = 0; round < 5; round++) {
    const page = await new WebClient(desk.node.baseUrl).signIn(EMAIL, PASSWORD);
    expect([page.status, page.url]).toEqual([200, expect.not.stringContaining('/sign-in')]);
  }
  isStopped = true;
  const minutes = Math.ceil((performance.now() - beganAt) / 60_000);
  process.stdout.write(`sign-in form: answers ${answers.join(', ')}\n`);
  expect(answers.length).toBeLessThanOrEqual(MOST_IN_A_MINUTE * minutes);
  void Promise.all(guessing).catch(() => {});
});
