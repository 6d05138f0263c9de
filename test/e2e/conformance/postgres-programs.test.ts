// PostgreSQL's own programs by every door: psql's workout, parallel pg_dump and pg_restore, pgbench
// in each query mode.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { CLIENTS, clientRows, DOORS, type Door } from '../../field/client-table.ts';
import { finish, LINK, linkOf } from '../../support/nodes/desk.ts';
import { type PsqlOptions, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type ConformanceDesk, openConformanceDesk } from './conformance-desk.ts';
import { type ClientName, ProvenDoors } from './proven-doors.ts';

const WORKOUT = fileURLToPath(new URL('clients/psql.sql', import.meta.url));
const CLIENTS_AT_A_TIME = 4;

let desk: ConformanceDesk;
const proven = new ProvenDoors();

beforeAll(async () => {
  desk = await openConformanceDesk();
});

afterAll(async () => {
  proven.write('postgres-programs');
  await desk.close();
});

/**
 * Output of the program after it got in by that door and exited with 0. A link is approved for an
 * hour, for the door `grant` to use.
 */
async function runBy(door: Door, name: ClientName, options: Pick<PsqlOptions, 'program' | 'version' | 'args'>) {
  const env = door === 'token' ? desk.tokenEnvironment : desk.environmentOf(`user of ${name}`);
  const run = startPsql({ ...options, env, input: '' });
  if (door === 'link') await desk.browser.approve(await linkOf(run), { remember: '1h' });
  const { code, stdout, stderr } = await finish(run);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stderr.match(new RegExp(LINK, 'g')) ?? []).toHaveLength(door === 'link' ? 1 : 0);
  return { stdout, stderr };
}

describe.each(DOORS)('by %s', (door) => {
  it('psql runs its workout', async () => {
    const { stdout, stderr } = await runBy(door, 'psql', { version: '18', args: ['-XAtq', '-f', WORKOUT] });
    expect(stdout.split('\n').filter(Boolean)).toEqual(PSQL_ANSWERS);
    expect(stderr).toContain('NOTICE:  said\n');
    proven.prove('psql', door);
  });

  it('pg_dump and pg_restore copy a database with four jobs', async () => {
    await using folder = await temporaryFolder();
    const copy = `copied_by_${door}`;
    await addDatabase(copy);
    await fill(desk.database);
    const dump = ['-j', String(CLIENTS_AT_A_TIME), '-Fd', '-f', `${folder.path}/dump`, '-t', 'part_*'];
    await runBy(door, 'pgDump', { program: 'pg_dump', version: '18', args: dump });
    expect(await readFile(`${folder.path}/dump/toc.dat`)).not.toHaveLength(0);
    const restore = ['-j', String(CLIENTS_AT_A_TIME), '-d', copy, `${folder.path}/dump`];
    await runBy(door, 'pgDump', { program: 'pg_restore', version: '18', args: restore });
    expect(await fingerprint(copy)).toBe(await fingerprint(desk.database));
    proven.prove('pgDump', door);
  });

  it('pgbench runs in every query mode and with a connection for each transaction', async () => {
    const program = 'pgbench';
    await runBy(door, 'pgbench', { program, args: ['-i', '-q'] });
    const again = door === 'link' ? 'grant' : door;
    for (const mode of ['simple', 'extended', 'prepared']) {
      const args = ['-n', '-M', mode, '-c', String(CLIENTS_AT_A_TIME), '-t', '20'];
      const { stdout } = await runBy(again, 'pgbench', { program, args });
      expect(stdout).toContain('number of transactions actually processed: 80/80');
    }
    const { stdout } = await runBy(again, 'pgbench', { program, args: ['-n', '-C', '-S', '-c', '2', '-t', '10'] });
    expect(stdout).toContain('number of transactions actually processed: 20/20');
    proven.prove('pgbench', door);
  });
});

it('docs/clients.md says what was proven here', () => {
  expect(proven.rows()).toEqual(clientRows([CLIENTS.psql, CLIENTS.pgDump, CLIENTS.pgbench]));
});

const PSQL_ANSWERS = [
  'simple 42',
  'extended schön',
  ...['prepared 1', 'prepared 4', 'prepared 9'],
  ...['pipelined 1', 'pipelined 4', 'pipelined 9'],
  'copied 5000',
  expect.stringMatching(/^Asynchronous notification "bell" with payload "ding" received from server process/),
  'large object true',
  'rows 100000',
  'long statement 10485760',
];

async function addDatabase(name: string): Promise<void> {
  const { project, branchId, roles } = desk.project;
  const ownerName = roles[0]?.name ?? '';
  await desk.node.postern.provisioning.createDatabase(SYSTEM_CONTEXT, {
    projectId: project.id,
    branchId,
    name,
    ownerName,
  });
}

async function sql(database: string, text: string): Promise<string> {
  const run = startPsql({ args: ['-XAtq', '-d', database, '-c', text], env: desk.tokenEnvironment, input: '' });
  const { code, stdout, stderr } = await finish(run);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const PARTS = [1, 2, 3, 4, 5];

async function fill(database: string): Promise<void> {
  const tables = PARTS.map(
    (part) => `create table if not exists part_${part} as select n, md5(n::text) from generate_series(1, 5000) n`,
  );
  await sql(database, tables.join(';'));
}

async function fingerprint(database: string): Promise<string> {
  const sums = PARTS.map((part) => `(select md5(string_agg(t::text, ',' order by n)) from part_${part} t)`);
  return await sql(database, `select ${sums.join(' || ')}`);
}
