// The reader must work where nobody else does: on a server without room for one more lock.

import { chmod } from 'node:fs/promises';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { openHostServer } from '../../../src/provisioning/hosts/host-server.ts';
import { openLockReader } from '../../../src/provisioning/lock-table/lock-reader.ts';
import { Secret } from '../../../src/secret.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const log = createLog('silent');
const fill = (from: number) =>
  `do $$ declare i int := ${from}; begin loop i := i + 1; perform pg_advisory_lock(i); end loop; end $$`;
const lockTables = `do $$ begin for i in 0..1499 loop execute 'create table t' || i || '()'; end loop; end $$`;

it('sees and ends who holds a full table, with the rights of an operator’s role', async () => {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  const settings = { fsync: 'off', max_connections: '60' };
  const server = await startEmbeddedPostgres({ dataDir: folder.path, log, settings });
  onTestFinished(() => server.close().then(() => folder[Symbol.asyncDispose]()));
  const superuser = server.adminUrl.reveal();
  const urlOf = (role: string, database = 'postgres') => {
    const url = new URL(superuser);
    [url.username, url.password, url.pathname] = [role, 'secret', `/${database}`];
    return url.href;
  };
  await queryRows(superuser, "CREATE ROLE hosting LOGIN CREATEDB CREATEROLE PASSWORD 'secret'");
  await queryRows(urlOf('hosting'), "CREATE ROLE tenant LOGIN PASSWORD 'secret'");
  await queryRows(urlOf('hosting'), 'GRANT tenant TO hosting');
  await queryRows(urlOf('hosting'), 'CREATE DATABASE tenant OWNER tenant');
  const configured = { id: 'local', pgVersion: 18, regionId: 'local', url: new Secret(urlOf('hosting')) };
  const host = openHostServer(configured, { log, connectionsPerProject: null });
  onTestFinished(() => host.close());
  const reader = await openLockReader(host);
  onTestFinished(() => reader.close());
  expect(reader.tables.locks).toEqual({ capacity: 60 * 64, ownShare: 64 });

  const tenants = [await connectTo(urlOf('tenant', 'tenant')), await connectTo(urlOf('tenant', 'tenant'))] as const;
  const [filling, locking] = tenants;
  const [fillingPid, lockingPid] = [await pidOf(filling), await pidOf(locking)];
  await locking.query('begin');
  await locking.query(lockTables);
  const [idle] = await queryRows(
    superuser,
    "SELECT backend_xmin FROM pg_stat_activity WHERE usename = 'hosting' AND state = 'idle in transaction'",
  );
  expect(idle, 'its transaction holds no vacuum back').toEqual({ backend_xmin: null });
  // Postgres forgets what it knew of roles.
  await filling.query("alter role tenant password 'secret'");
  for (const from of [0, 10_000_000]) await expect(filling.query(fill(from))).rejects.toMatchObject({ code: '53200' });
  await expect(connectTo(urlOf('tenant', 'tenant')), 'nobody gets in').rejects.toMatchObject({ code: '53200' });

  const held = await reader.listHeld();
  const locksOf = (of: number) => held.find(({ pid }) => pid === of)?.locks ?? 0;
  expect(held.every(({ role }) => role === 'tenant')).toBe(true);
  expect(locksOf(lockingPid)).toBeGreaterThan(1_500);
  expect(locksOf(fillingPid)).toBeGreaterThan(1_000);
  expect(await reader.countLocked('locks')).toBeGreaterThan(reader.tables.locks.capacity);
  await reader.end(fillingPid);
  const entered = await waitUntil(() => connectTo(urlOf('tenant', 'tenant')).catch(() => null), 'there is room again');
  await reader.renew();
  await reader.endSessionsOf(['tenant']);
  const isEmpty = async () => (await reader.listHeld()).length === 0;
  await waitUntil(isEmpty, 'all sessions of the role are gone');
  await expect(entered.query('select 1')).rejects.toThrow();
});

async function pidOf(client: pg.Client): Promise<number> {
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;
}

async function connectTo(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}
