// Replication clients get 0A000 until the compute's policy allows replication; then they replicate
// by every door.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { CLIENTS, clientRows, REPLICATING } from '../../field/client-table.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { finish, linkOf } from '../../support/nodes/desk.ts';
import { startPsql } from '../../support/nodes/psql.ts';
import { type ConformanceDesk, openConformanceDesk } from './conformance-desk.ts';
import { buildReplicationPrograms, REPLICATION_PROGRAMS } from './driver-programs.ts';
import { ProvenDoors } from './proven-doors.ts';

const SLOT = 'conformance_slot';
const REFUSED = 'replication connections are not allowed on this compute';
const proven = new ProvenDoors();

let desk: ConformanceDesk;

beforeAll(async () => {
  buildReplicationPrograms();
  desk = await openConformanceDesk();
  await runAsSuperuser(`alter role "${desk.project.roles[0]?.name}" replication`);
  await run('psql', [
    '-Xqc',
    'create table streamed (n int)',
    '-c',
    'create publication conformance for table streamed',
  ]);
});

afterAll(async () => {
  proven.write('replication');
  await runAsSuperuser(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '${SLOT}'`,
  );
  await desk.close();
});

/** Like the desk's token, but for one database. */
async function boundTokenEnvironment() {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const { accessToken, secret } = await createAccessToken(catalogue, context, {
    name: 'replication',
    computeId: desk.project.compute.id,
    owner: 'self',
    access: 'read_write',
    database: desk.database,
  });
  return { ...desk.tokenEnvironment, PGUSER: accessToken.id, PGPASSWORD: secret.reveal() };
}

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = desk.tokenEnvironment,
) {
  return await finish(startPsql({ program, version: '18', args, env, input: '' }));
}

async function runDriver(name: (typeof REPLICATING)[number]) {
  const { program, args } = REPLICATION_PROGRAMS[name];
  return await finish(startPsql({ program, args, env: desk.tokenEnvironment, input: '' }));
}

describe('where the policy does not allow it', () => {
  it.each(REPLICATING)('%s is refused', async (name) => {
    const { code, stderr } = await runDriver(name);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(REFUSED) });
  });

  it('a program that copies the server is refused with a hint', async () => {
    const { code, stderr } = await run('pg_receivewal', ['--create-slot', '-S', SLOT]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(REFUSED) });
    expect(stderr).toContain('HINT:  An admin can allow them on the compute.');
  });
});

describe('where it does', () => {
  beforeAll(async () => {
    const { catalogue } = desk.node.postern;
    const context = await actingAs(catalogue, { userId: desk.person.id });
    const { id: computeId } = desk.project.compute;
    await changeComputePolicy(catalogue, context, { computeId, policy: { replication: true } });
  });

  it.each(REPLICATING)('%s streams changes', async (name) => {
    const { code, stdout, stderr } = await runDriver(name);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const expected = name === 'postgresJs' ? { subscribed: 'insert 1' } : { streamed: 'B', physical: 4 };
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it('the page says that the whole server is copied; the grant works again', async () => {
    const env = { ...desk.environmentOf('standby'), PGDATABASE: '' };
    const first = startPsql({
      program: 'pg_receivewal',
      version: '18',
      args: ['--create-slot', '-S', SLOT],
      env,
      input: '',
    });
    const link = await linkOf(first);
    const page = await desk.browser.get(new URL(link).pathname);
    expect(page.html).toContain('copies the whole server, with every database on it');
    await desk.browser.approve(link, { remember: '1h' });
    expect(await finish(first)).toMatchObject({ code: 0 });
    proven.prove('replication', 'link');
    expect(await run('pg_receivewal', ['--drop-slot', '-S', SLOT], env)).toMatchObject({ code: 0 });
    proven.prove('replication', 'grant');
  });

  it('a token lets pg_basebackup and pg_recvlogical in', async () => {
    const backup = ['--target=blackhole', '-X', 'none', '-c', 'fast', '--no-manifest', '--no-verify-checksums'];
    expect(await run('pg_basebackup', backup)).toMatchObject({ code: 0 });

    const slot = ['-S', SLOT, '-d', desk.database];
    expect(await run('pg_recvlogical', [...slot, '--create-slot', '-P', 'pgoutput'])).toMatchObject({ code: 0 });
    const { stdout: end } = await run('psql', [
      '-XAtqc',
      'insert into streamed values (2)',
      '-c',
      'select pg_current_wal_lsn()',
    ]);
    const options = ['-o', 'proto_version=1', '-o', 'publication_names=conformance'];
    const streamed = await run('pg_recvlogical', [...slot, '--start', '-f', '-', '-E', end.trim(), ...options]);
    expect(streamed).toMatchObject({ code: 0, stdout: expect.stringContaining('streamed') });
    expect(await run('pg_recvlogical', [...slot, '--drop-slot'])).toMatchObject({ code: 0 });
    proven.prove('replication', 'token');
  });

  it('a token for one database never copies the server', async () => {
    const bound = await boundTokenEnvironment();
    for (const database of ['replication', desk.database]) {
      const { code, stderr } = await run(
        'psql',
        [`dbname=${database} replication=true`, '-c', 'IDENTIFY_SYSTEM'],
        bound,
      );
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('this access token is for database'),
      });
    }
  });
});

it('docs/clients.md says what was proven here', () => {
  expect(proven.rows()).toEqual(clientRows([CLIENTS.replication]));
});
