// PostgreSQL's programs through the gateway: pg_dump and pg_restore, several connections of one
// psql, pg_isready.

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { connectionArguments, type Desk, finish, LINK, linkOf, openDesk } from '../support/nodes/desk.ts';
import { programPath, runPsql, startPsql } from '../support/nodes/psql.ts';
import { startAtTerminal } from '../support/nodes/terminal-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TABLES = `
  create table people (id int primary key, name text not null);
  insert into people select n, 'person ' || n || chr(228) from generate_series(1, 20000) n;
  create table notes (id bigserial primary key, person int references people, body jsonb);
  insert into notes (person, body) select n, jsonb_build_object('n', n) from generate_series(1, 5000) n;
  create view named as select name from people where id <= 10;
`;
const FINGERPRINT = `
  select (select md5(string_agg(p::text, ',' order by id)) from people p),
         (select md5(string_agg(n::text, ',' order by id)) from notes n), (select count(*) from named)`;

// Two programs, or one that connects twice.
const TWO_LINKS = new RegExp(`(${LINK.source})[\\s\\S]*?(${LINK.source})`);

let desk: Desk;
let database: string;

beforeAll(async () => {
  desk = await openDesk();
  database = desk.project.databases[0]?.name ?? '';
});

afterAll(() => desk.close());

/** One more database of the project. */
async function addDatabase(name: string): Promise<string> {
  const { project, branchId, roles } = desk.project;
  await desk.node.postern.provisioning.createDatabase(SYSTEM_CONTEXT, {
    projectId: project.id,
    branchId,
    name,
    ownerName: roles[0]?.name ?? '',
  });
  return name;
}

const toolArguments = (name: string) => [...connectionArguments(desk.node), '-d', name];

describe('pg_dump and pg_restore', () => {
  it('piped into each other copy a database, each with a link of its own', async () => {
    const copy = await addDatabase('copied');
    expect((await desk.login(['-qd', database, '-c', TABLES])).code).toBe(0);
    const [dump, restore] = ['pg_dump', 'pg_restore'].map((program) =>
      programPath({ version: '18', program, args: [] }),
    );
    const pipe = `"$0" -Fc ${toolArguments(database).join(' ')} | "$1" --no-owner ${toolArguments(copy).join(' ')}`;
    const run = startPsql({ program: 'sh', args: ['-ec', pipe, dump ?? '', restore ?? ''], input: '' });
    await desk.browser.approve(await linkOf(run));
    // pg_restore connects once it has read the header.
    const [, , second = ''] = await run.waitForStderr(TWO_LINKS);
    await desk.browser.approve(second);
    expect((await finish(run)).code, run.stderr()).toBe(0);
    const [original, copied] = await Promise.all([
      desk.login(['-Atd', database, '-c', FINGERPRINT]),
      desk.login(['-Atd', copy, '-c', FINGERPRINT]),
    ]);
    expect(original.stdout).toMatch(/^[0-9a-f]{32}\|[0-9a-f]{32}\|10\n$/);
    expect(copied.stdout).toBe(original.stdout);
  });

  it('with two jobs need one approval for an hour', async () => {
    await using folder = await temporaryFolder();
    const output = ['-j', '2', '-Fd', '-f', `${folder.path}/dump`];
    const run = desk.psql([...output, '-d', database], { program: 'pg_dump', version: '18', input: '' });
    await desk.browser.approve(await linkOf(run), { remember: '1h' });
    expect((await finish(run)).code, run.stderr()).toBe(0);
    expect(run.stderr().match(new RegExp(LINK, 'g'))).toHaveLength(1);
    expect(run.stderr().match(/under a grant until/g)).toHaveLength(2);
  });
});

describe('\\c in psql', () => {
  it('is a new login into the named database', async () => {
    const other = await addDatabase('elsewhere');
    const psql = desk.psql(['-Atd', database]);
    await desk.browser.approve(await linkOf(psql));
    psql.write(
      `select 'first in ' || current_database();\n\\c ${other}\nselect 'then in ' || current_database();\n\\q\n`,
    );
    const [, , second = ''] = await psql.waitForStderr(TWO_LINKS);
    await desk.browser.approve(second);
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: expect.stringContaining(`first in ${database}\n`) });
    expect(psql.stdout()).toContain(`then in ${other}\n`);
    expect(psql.stderr()).toContain(`database "${other}"`);
  });

  it('ends at once when denied, and the first connection goes on', async () => {
    const psql = startAtTerminal({ args: [...toolArguments(database), '-At'] });
    onTestFinished(() => psql.kill('SIGKILL'));
    await desk.browser.approve((await psql.waitForStdout(LINK))[0]);
    await psql.waitForStdout(/=> /);
    psql.write('\\c postgres\n');
    const [, , second = ''] = await psql.waitForStdout(TWO_LINKS);
    await desk.browser.deny(second);
    await psql.waitForStdout(/FATAL: {2}login was denied[\s\S]*Previous connection kept/);
    psql.write('select current_database();\n\\q\n');
    expect((await psql.exit).code).toBe(0);
    expect(psql.stdout()).toContain(`${database}\r\n`);
  });
});

describe.each(['15', '17', '18'] as const)('pg_isready %s', (version) => {
  it('is answered at once without a login request', async () => {
    const before = await waitingKeys();
    const args = connectionArguments(desk.node);
    const answer = await runPsql({ version, program: 'pg_isready', args });
    expect(answer).toEqual({ code: 0, stdout: expect.stringMatching(/accepting connections\n$/), stderr: '' });
    expect(await waitingKeys()).toEqual(before);
    expect(desk.node.postern.gateway.connectionCounts().waiting).toBe(0);
  });
});

/** All keys of login requests, also of ended ones. */
async function waitingKeys(): Promise<string[]> {
  const redis = new Redis(desk.installation.redisUrl);
  try {
    return (await redis.keys('postern:login*')).sort();
  } finally {
    redis.disconnect();
  }
}
