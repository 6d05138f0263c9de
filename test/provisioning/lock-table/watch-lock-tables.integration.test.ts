// One tenant's session used to stop everybody on its server, with an embedded start also the
// catalogue, by filling the table of locks, until it ended.

import { chmod } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  type TestInstallation,
  type TestNode,
} from '../../support/nodes/postern-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const FILL = 'do $$ declare i int := 0; begin loop i := i + 1; perform pg_advisory_lock(i); end loop; end $$';
/** Projects of one account. */
const MANY = ['many', 'many2', 'many3', 'many4'] as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: EmbeddedPostgres;
let hostingUrl: string;
let installation: TestInstallation;
let node: TestNode;
let key: string;
const projects = new Map<string, HostedProject>();
const clients: pg.Client[] = [];

// As the embedded start has it: the catalogue is on the server that hosts the projects. Postern's
// own role there is no superuser, which makes it harder.
beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  const settings = { fsync: 'off', max_connections: '100', max_pred_locks_per_transaction: '10' };
  server = await startEmbeddedPostgres({ dataDir: folder.path, log: createLog('silent'), settings });
  const superuser = server.adminUrl.reveal();
  await runAsSuperuser('CREATE DATABASE catalogue', superuser);
  await runAsSuperuser("CREATE ROLE hosting LOGIN CREATEDB CREATEROLE PASSWORD 'hosting'", superuser);
  const [catalogue, hosting] = [new URL(superuser), new URL(superuser)];
  catalogue.pathname = '/catalogue';
  [hosting.username, hosting.password] = ['hosting', 'hosting'];
  hostingUrl = hosting.href;
  installation = await createInstallation({ databaseUrl: catalogue.href });
  node = await installation.startNode({ POSTERN_HOSTS: `18=${hosting.href}` });
  for (const name of ['greedy', 'stubborn', 'strong', 'serial', 'many', 'dump', 'other']) {
    const person = await addPerson(node, { email: `${name}@example.com` });
    const ofPerson = name === 'many' ? MANY : [name];
    for (const one of ofPerson) {
      projects.set(one, await addProject(node, { accountId: personalAccountId(person.id), name: one }));
    }
    if (name !== 'other') continue;
    const made = await createPersonalKey(
      node.postern.catalogue,
      await actingAs(node.postern.catalogue, { userId: person.id }),
      { name: 'key' },
    );
    key = made.key.reveal();
  }
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => {})));
  await installation.close();
  await server.close();
  await folder[Symbol.asyncDispose]();
});

function get(name: string): HostedProject {
  const project = projects.get(name);
  if (project === undefined) throw new Error(`no project ${name}`);
  return project;
}

async function connect(name: string) {
  const project = get(name);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: node.pgPort,
    ssl: { rejectUnauthorized: false },
    user: project.roles[0]?.name,
    password: project.password.reveal(),
    database: project.databases[0]?.name,
    options: `endpoint=${project.compute.id}`,
  });
  // Postgres's last message, then that the connection is gone.
  const ended: Promise<Error> = new Promise((resolve) => void client.on('error', resolve));
  await client.connect();
  clients.push(client);
  return { query: (sql: string) => client.query(sql), close: () => client.end(), ended };
}

type Connected = Awaited<ReturnType<typeof connect>>;

/** As one who tries until the server that was just filled takes logins again. */
async function connectAtLast(name: string): Promise<Connected> {
  const enters = () =>
    connect(name).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && error.code === '57P03') return null;
      throw error;
    });
  return await waitUntil(enters, `${name} gets in`);
}

/** Resolves to what the session ended with: its locks outlive the statement that has no room. */
async function fill({ query, ended }: Connected): Promise<unknown> {
  const failure = await query(FILL).then(
    () => null,
    (error: unknown) => error,
  );
  return failure instanceof pg.DatabaseError && failure.code === '53200' ? await ended : failure;
}

async function worksAgain(): Promise<void> {
  const enters = async () => {
    const neighbour = await connect('other').catch(() => null);
    if (neighbour === null) return null;
    await neighbour.query('create temporary table t as select 1; select pg_advisory_lock(1)');
    await neighbour.close();
    return true;
  };
  await waitUntil(enters, 'a neighbour gets in and works');
  const writes = async () => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ key_name: 'another' });
    return (await fetch(`${node.baseUrl}/api/v2/api_keys`, { method: 'POST', headers, body })).status === 200;
  };
  await waitUntil(writes, 'the catalogue takes writes');
}

async function cutOff(name: string): Promise<unknown[]> {
  return await node.postern.catalogue.db
    .selectFrom('audit_events')
    .select('body')
    .where('event', '=', 'connection.cut_off')
    .where('account_id', '=', get(name).project.accountId)
    .execute();
}

describe('a session that fills the table of locks of its server', () => {
  it('is ended and told why, and the neighbours work again', async () => {
    const dump = await connect('dump');
    await dump.query('select count(pg_advisory_lock(-i)) from generate_series(1, 2000) i');
    const greedy = await connect('greedy');
    expect(await fill(greedy)).toMatchObject({ code: '57P01', hint: expect.stringMatching(/held \d+ locks/) });
    await worksAgain();
    expect((await dump.query('select 1 as one')).rows, 'pg_dump of 2,000 tables goes on').toEqual([{ one: 1 }]);
    await dump.close();
    await waitUntil(async () => (await cutOff('greedy')).length === 1, 'the account has an audit event');
  });

  it('is ended when it locks thousands of tables, which leaves nobody the fast path', async () => {
    const strong = await connect('strong');
    const make = (from: number) =>
      strong.query(
        `do $$ begin for i in ${from}..${from + 499} loop execute 'create table t' || i || '()'; end loop; end $$`,
      );
    for (let from = 0; from < 4_000; from += 500) await make(from);
    const other = await connect('strong');
    await strong.query('begin');
    await strong.query(`do $$ begin for i in 0..3999 loop execute 'lock table t' || i; end loop; end $$`);
    await fill(other);
    await worksAgain();
  });

  it('loses all its sessions and is refused for minutes when it comes back at once', async () => {
    const idle = await connect('stubborn');
    for (let times = 0; times < 2; times += 1) await fill(await connectAtLast('stubborn'));
    await idle.ended;
    await worksAgain();
    await expect(connect('stubborn')).rejects.toMatchObject({
      code: '53400',
      hint: expect.stringMatching(/Retry in \d+ s/),
    });
  });

  it('gives way before a neighbour’s larger one if its account holds more', async () => {
    const dump = await connectAtLast('dump');
    await dump.query('select count(pg_advisory_lock(-i)) from generate_series(1, 1700) i');
    const small = await Promise.all(MANY.flatMap((name) => Array.from({ length: 13 }, () => connect(name))));
    const lock = ({ query }: Connected, index: number) =>
      query(`select count(pg_advisory_lock(${index}, i)) from generate_series(1, 62) i`);
    const ended = Promise.race(small.map((session) => session.ended));
    await Promise.all(small.map(lock));
    expect(await ended).toMatchObject({ code: '57P01', hint: expect.stringMatching(/held \d+ locks/) });
    await worksAgain();
    expect((await dump.query('select 1 as one')).rows, 'the neighbour goes on').toEqual([{ one: 1 }]);
    expect(await cutOff('dump')).toEqual([]);
    await Promise.allSettled([dump, ...small].map((session) => session.close()));
  });

  it('is Postern’s own before anybody else’s, and no tenant is blamed for it', async () => {
    const dump = await connectAtLast('dump');
    await dump.query('select count(pg_advisory_lock(-i)) from generate_series(1, 700) i');
    const own = new pg.Client({ connectionString: hostingUrl, application_name: 'postern operation test' });
    clients.push(own);
    await own.connect();
    const sql = 'select count(pg_advisory_xact_lock(i)) from generate_series(1, 5000) i; select pg_sleep(60)';
    await expect(own.query(sql)).rejects.toMatchObject({ code: '57014' });
    await worksAgain();
    expect((await dump.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(await cutOff('dump')).toEqual([]);
    await dump.close();
  });

  it('is ended when it fills that of predicate locks', async () => {
    const serial = await connectAtLast('serial');
    await serial.query(
      `do $$ begin for i in 0..999 loop execute 'create table t' || i || ' as select 1'; end loop; end $$`,
    );
    await serial.query('begin isolation level serializable');
    await serial
      .query(`do $$ begin for i in 0..999 loop execute 'select * from t' || i; end loop; end $$`)
      .catch(() => {});
    expect(await serial.ended).toMatchObject({ code: '57P01' });
  });
});
