// A tenant used to have Postern fill the server's table of locks: by the deletion of a role that
// owned thousands of views, or that thousands of policies named.

import { chmod } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { type HostServer, openHostServer } from '../../../src/provisioning/hosts/host-server.ts';
import type { HostSession } from '../../../src/provisioning/hosts/host-session.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const log = createLog('silent');

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: EmbeddedPostgres;
let host: HostServer;

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  const settings = { fsync: 'off', max_connections: '20', max_locks_per_transaction: '50' };
  server = await startEmbeddedPostgres({ dataDir: folder.path, log, settings });
  const configured = { id: 'local', pgVersion: 18, regionId: 'local', url: server.adminUrl };
  host = openHostServer(configured, { log, connectionsPerProject: null });
  await asSuperuser('CREATE ROLE heir');
});

afterAll(async () => {
  await host.close();
  await server.close();
  await folder[Symbol.asyncDispose]();
});

function asSuperuser(sql: string, database = 'postgres') {
  const url = new URL(server.adminUrl.reveal());
  url.pathname = `/${database}`;
  return queryRows(url.href, sql);
}

const inSession = <Result>(work: (session: HostSession) => Promise<Result>) =>
  host.withSession({ name: 'postern', mayGoOn: async () => {} }, work);

/** A database, and a role for which `statement` was run in it that many times. */
async function roleWith(name: string, { times, statement }: { readonly times: number; readonly statement: string }) {
  await asSuperuser(`CREATE ROLE ${name}`);
  await asSuperuser(`CREATE DATABASE ${name}`);
  const made = `do $do$ begin for i in 1..${times} loop
    execute replace($$${statement}$$, '#', i::text);
    if i % 200 = 0 then commit; end if; end loop; end $do$`;
  await asSuperuser(`CREATE TABLE t (); GRANT ALL ON SCHEMA public TO ${name}`, name);
  await asSuperuser(made, name);
  return await inSession(async (session) => {
    const role = await session.findRole(name);
    if (role === null) throw new Error(`no role ${name}`);
    const [database] = await session.findOwnDatabases({ names: [name], roles: ['postgres', 'postern'] });
    return { role, databases: database === undefined ? [] : [database] };
  });
}

const owns = (name: string) =>
  asSuperuser(`SELECT count(*)::int AS count FROM pg_class WHERE relowner = '${name}'::regrole`, name);

it('hands over more relations than one transaction can lock', async () => {
  const statement = 'create view v# as select; alter view v# owner to views';
  const { role, databases } = await roleWith('views', { times: 8_000, statement });
  await expect(asSuperuser('REASSIGN OWNED BY views TO heir', 'views')).rejects.toMatchObject({ code: '53200' });
  await inSession((session) => session.bequeath(role, { databases, heir: 'heir' }));
  expect(await owns('views')).toEqual([{ count: 0 }]);
  expect(
    await asSuperuser("SELECT count(*)::int AS count FROM pg_class WHERE relowner = 'heir'::regrole", 'views'),
  ).toEqual([{ count: 8_000 }]);
});

it('does not hand over one that takes too many locks alone, and says so', async () => {
  const statement = 'create sequence s# owned by t.c';
  const { role, databases } = await roleWith('sequences', {
    times: 1_100,
    statement: `alter table t add column if not exists c int; ${statement}`,
  });
  await asSuperuser('ALTER TABLE t OWNER TO sequences', 'sequences');
  await expect(inSession((session) => session.bequeath(role, { databases, heir: 'heir' }))).rejects.toMatchObject({
    httpStatus: 409,
    message: expect.stringContaining('role "sequences" holds too many things in database "sequences"'),
  });
});

it('drops a role that more policies name than one transaction can lock', async () => {
  const statement = 'create policy p# on t to policies';
  const { role } = await roleWith('policies', { times: 6_000, statement });
  await asSuperuser('ALTER POLICY p1 ON t TO policies, heir', 'policies');
  await inSession((session) => session.retireRole(role));
  const drop = `DROP OWNED BY postern_retired_${role.oid}`;
  await expect(asSuperuser(drop, 'policies')).rejects.toMatchObject({ code: '53200' });
  await inSession((session) => session.dropRetiredRoles((_role, error) => expect.unreachable(String(error))));
  expect(await inSession((session) => session.findRole(`postern_retired_${role.oid}`))).toBeNull();
  expect(await asSuperuser('SELECT polname FROM pg_policy', 'policies'), 'what is not its own stays').toEqual([
    { polname: 'p1' },
  ]);
});

it('tries a role that cannot be dropped ever more seldom, on whichever node', async () => {
  const statement = 'create type e# as enum (); alter type e# owner to types';
  const { role } = await roleWith('types', { times: 1_100, statement });
  await inSession((session) => session.retireRole(role));
  const errors: unknown[] = [];
  for (let round = 0; round < 4; round += 1) {
    await inSession((session) => session.dropRetiredRoles((_role, error) => errors.push(error)));
  }
  expect(errors).toMatchObject(Array(2).fill({ code: 'conflict' }));
  const [row] = await asSuperuser(`SELECT shobj_description(${role.oid}, 'pg_authid') AS noted`);
  expect(row?.noted).toMatch(/^Postern tries to drop this role again after \d+ \(2 failures\)$/);
});

it('leaves retired roles to the node that works on them already', async () => {
  const statement = 'alter default privileges grant select on tables to waiting';
  const { role } = await roleWith('waiting', { times: 1, statement });
  await inSession((session) => session.retireRole(role));
  const dropped = () => inSession((session) => session.findRole(`postern_retired_${role.oid}`));
  const client = await host.connect();
  await client.query("SELECT pg_advisory_lock(hashtextextended('postern retired roles', 0))");
  await inSession((session) => session.dropRetiredRoles(() => {}));
  expect(await dropped()).not.toBeNull();
  await client.end();
  await inSession((session) => session.dropRetiredRoles(() => {}));
  expect(await dropped()).toBeNull();
});
