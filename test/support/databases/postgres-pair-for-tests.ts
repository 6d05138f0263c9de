// Debian's Postgres as two servers: a primary, and a standby that follows it synchronously and can
// be promoted.

import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';
import { choosePostgresAccount } from '../../../src/embedded/postgres/postgres-account.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { runAsSuperuser } from './postgres-for-tests.ts';
import { queryRows } from './query-rows.ts';
import { freePort } from './redis-for-tests.ts';

export interface PostgresPair extends AsyncDisposable {
  /** Superuser's URL of database `postgres`, naming both servers. */
  readonly url: string;
  /** Like a crash of its machine: nothing more is written, no connection is closed in order. */
  killPrimary(): Promise<void>;
  /** Resolves when the standby takes writes. */
  promoteStandby(): Promise<void>;
  close(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const run = promisify(execFile);

export async function startPostgresPair(): Promise<PostgresPair> {
  const folder = await temporaryFolder();
  const account = await choosePostgresAccount(`${folder.path}/none`);
  if ('uid' in account) await chown(folder.path, account.uid, account.gid);
  const [primaryPort, standbyPort] = [await freePort(), await freePort()];
  const urlOf = (...ports: readonly number[]) =>
    `postgres://postgres@${ports.map((port) => `127.0.0.1:${port}`).join(',')}/postgres`;
  const options = { cwd: folder.path, ...account };
  await run(serverProgram('initdb'), ['-D', 'primary', '-U', 'postgres', '-A', 'trust', '--no-sync'], options);
  const primary = startServer('primary', primaryPort, options);
  await accepts(urlOf(primaryPort));
  const source = ['-h', '127.0.0.1', '-p', String(primaryPort), '-U', 'postgres'];
  await run(serverProgram('pg_basebackup'), [...source, '-D', 'standby', '-R', '-c', 'fast', '--no-sync'], options);
  const standby = startServer('standby', standbyPort, options);
  await accepts(urlOf(standbyPort));
  await runAsSuperuser("alter system set synchronous_standby_names = '*'", urlOf(primaryPort));
  await runAsSuperuser('select pg_reload_conf()', urlOf(primaryPort));
  const close = async () => {
    await Promise.all([kill(primary), kill(standby)]);
    await folder[Symbol.asyncDispose]();
  };
  return {
    url: urlOf(primaryPort, standbyPort),
    killPrimary: () => kill(primary),
    promoteStandby: () => runAsSuperuser('select pg_promote()', urlOf(standbyPort)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function startServer(name: string, port: number, options: SpawnOptions): ChildProcess {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 60,
    shared_buffers: '16MB',
  };
  const args = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  return spawn(serverProgram('postgres'), ['-D', name, ...args], { ...options, stdio: 'ignore' });
}

async function accepts(url: string): Promise<void> {
  await waitUntil(() => queryRows(url, 'select 1').catch(() => null), 'Postgres accepts', START_LIMIT_MS);
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

/** Debian keeps the server's programs out of the path, by version. */
export function serverProgram(name: string): string {
  const [version] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  return `/usr/lib/postgresql/${version}/bin/${name}`;
}
