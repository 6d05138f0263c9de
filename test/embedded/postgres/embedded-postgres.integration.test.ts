import { realpath, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findRunningPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { isAlive, postmasterPid } from '../../support/databases/postmaster.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const log = createLog('silent');
// A cluster takes a second to make: tests that need no empty one share this.
let home: Awaited<ReturnType<typeof temporaryFolder>>;
const settings = { fsync: 'off' };

beforeAll(async () => {
  home = await temporaryFolder();
});
afterAll(() => home[Symbol.asyncDispose]());

describe('the embedded Postgres', () => {
  it('starts on an empty folder as a real server of the default version, in UTF-8', async () => {
    await using folder = await temporaryFolder();
    await using postgres = await startForTest({ dataDir: folder.path });
    expect(postgres.version).toBe(18);
    const [row] = await queryRows(
      postgres.adminUrl.reveal(),
      `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding,
              current_database() AS database, usesuper FROM pg_user WHERE usename = current_user`,
    );
    expect(row).toEqual({ version: 18, encoding: 'UTF8', database: 'postgres', usesuper: true });
  });

  it('can be asked for version 16, beside the other in the same folder', async () => {
    await using folder = await temporaryFolder();
    await using newer = await startForTest({ dataDir: folder.path });
    await using older = await startForTest({ dataDir: folder.path, version: 16 });
    for (const [postgres, version] of [
      [newer, '18'],
      [older, '16'],
    ] as const) {
      const [row] = await queryRows(postgres.adminUrl.reveal(), 'SHOW server_version');
      expect(row?.server_version).toMatch(new RegExp(`^${version}\\.`));
    }
  });

  it('is reached on loopback with its password and in no other way', async () => {
    await using postgres = await startForTest({ dataDir: home.path });
    const [row] = await queryRows(
      postgres.adminUrl.reveal(),
      `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets,
              (SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules)::text AS methods`,
    );
    expect(row).toEqual({ addresses: '127.0.0.1', sockets: '', methods: '{scram-sha-256}' });
    const url = new URL(postgres.adminUrl.reveal());
    url.password = 'guess';
    await expect(queryRows(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  it('keeps its files to itself and never runs as root', async () => {
    await using _postgres = await startForTest({ dataDir: home.path });
    expect((await stat(join(home.path, 'postgres-18'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(home.path, 'postgres-18.password'))).mode & 0o777).toBe(0o600);
    const pid = await postmasterPid(join(home.path, 'postgres-18'));
    expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
  });

  it('runs in a folder that its account cannot enter, from a place of its own', async () => {
    await using folder = await temporaryFolder();
    const dataDir = join(folder.path, 'closed-to-others', 'data');
    await using postgres = await startForTest({ dataDir });
    // As root only: anybody else enters the own folder.
    const cluster = await realpath(join(dataDir, 'postgres-18'));
    onTestFinished(() => rm(dirname(cluster), { recursive: true, force: true }));
    expect(cluster.startsWith(dataDir)).toBe(process.getuid?.() !== 0);
    expect(await queryRows(postgres.adminUrl.reveal(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await postgres.close();
    await using again = await startForTest({ dataDir });
    expect(again.adminUrl.reveal()).toBe(postgres.adminUrl.reveal());
  });

  it('has the same data, port and password at the next start', async () => {
    await using first = await startForTest({ dataDir: home.path });
    await queryRows(first.adminUrl.reveal(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.close();
    await using second = await startForTest({ dataDir: home.path });
    expect(second.adminUrl.reveal()).toBe(first.adminUrl.reveal());
    expect(await queryRows(second.adminUrl.reveal(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('takes another port when its own was taken meanwhile', async () => {
    await using first = await startForTest({ dataDir: home.path });
    await first.close();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await using second = await startForTest({ dataDir: home.path });
    expect(second.port).not.toBe(first.port);
    expect(await queryRows(second.adminUrl.reveal(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('comes back on the same port after kill -9, with every committed row', async () => {
    await using folder = await temporaryFolder();
    await using postgres = await startForTest({ dataDir: folder.path });
    const url = postgres.adminUrl.reveal();
    await queryRows(url, 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS row');
    for (let death = 1; death <= 2; death += 1) {
      const pid = await postmasterPid(join(folder.path, 'postgres-18'));
      process.kill(pid, 'SIGKILL');
      await waitUntil(async () => !(await isAlive(pid)), 'the postmaster dies');
      const [row] = await waitUntil(
        () => queryRows(url, 'SELECT count(*)::int FROM kept').catch(() => null),
        'it answers again',
      );
      expect(row).toEqual({ count: 1000 });
    }
  });

  it('is gone after close, also when closed twice', async () => {
    await using postgres = await startForTest({ dataDir: home.path });
    const pid = await postmasterPid(join(home.path, 'postgres-18'));
    await Promise.all([postgres.close(), postgres.close()]);
    expect(await isAlive(pid)).toBe(false);
    await expect(stat(join(home.path, 'postgres-18.lock'))).rejects.toThrow('ENOENT');
    await expect(stat(join(home.path, 'postgres-18', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('refuses a second start on the same folder and names the holder', async () => {
    await using postgres = await startForTest({ dataDir: home.path });
    await expect(startEmbeddedPostgres({ dataDir: home.path, log, settings })).rejects.toThrow(
      `held by another Postern (process ${process.pid}); stop it or set POSTERN_DATA_DIR`,
    );
    expect(await queryRows(postgres.adminUrl.reveal(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it("fails with Postgres' own words when it cannot run, and leaves the folder free", async () => {
    await expect(
      startEmbeddedPostgres({ dataDir: home.path, log, settings: { max_connections: 'plenty' } }),
    ).rejects.toThrow(/does not start.*max_connections.*plenty/s);
    await using postgres = await startForTest({ dataDir: home.path });
    expect(await queryRows(postgres.adminUrl.reveal(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is found by other processes while it runs', async () => {
    expect(await findRunningPostgres(home.path, 18)).toBeNull();
    await using postgres = await startForTest({ dataDir: home.path });
    expect((await findRunningPostgres(home.path, 18))?.reveal()).toBe(postgres.adminUrl.reveal());
    await postgres.close();
    expect(await findRunningPostgres(home.path, 18)).toBeNull();
  });
});

async function startForTest(options: Omit<Parameters<typeof startEmbeddedPostgres>[0], 'log'>) {
  const postgres = await startEmbeddedPostgres({ log, settings, ...options });
  return { ...postgres, [Symbol.asyncDispose]: () => postgres.close() };
}
