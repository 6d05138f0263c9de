// Debian's Postgres on a host of a network, with TLS: what a link that is down lies between.

import { execFileSync } from 'node:child_process';
import { appendFile, chmod, writeFile } from 'node:fs/promises';
import type { UpstreamTls } from '../../../src/protocol/upstream-tls.ts';
import { makeTestCa } from '../../support/certificates-for-tests.ts';
import type { UpstreamAccount } from '../../support/databases/attached-computes.ts';
import { serverProgram } from '../../support/databases/postgres-pair-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import type { Host } from './network.ts';

export interface DatabaseHost extends UpstreamAccount, AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls;
}

export async function serveDatabase(on: Host): Promise<DatabaseHost> {
  const folder = await temporaryFolder();
  const cluster = `${folder.path}/cluster`;
  const account = { role: 'postgres', password: 'not guessed', database: 'postgres', host: on.v4, port: 5432 };
  // Postgres refuses root, and must own its files and reach them.
  const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
  await writeFile(`${folder.path}/password`, account.password);
  await chmod(folder.path, 0o755);
  execFileSync('install', ['-d', '-o', 'postgres', '-m', '700', cluster]);
  const initdb = [serverProgram('initdb'), '-D', cluster, '-N', '-A', 'scram-sha-256', '-U', account.role];
  const [program = '', ...args] = [...asPostgres, ...initdb, `--pwfile=${folder.path}/password`];
  execFileSync(program, args, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  const { caPem, issue } = await makeTestCa();
  const { certPem, keyPem } = await issue({ names: [on.v4] });
  for (const [name, text] of [
    ['server.crt', certPem],
    ['server.key', keyPem],
  ] as const) {
    await writeFile(`${folder.path}/${name}`, text);
    execFileSync('install', ['-o', 'postgres', '-m', '600', `${folder.path}/${name}`, `${cluster}/${name}`]);
  }
  await appendFile(`${cluster}/pg_hba.conf`, 'hostssl all all all scram-sha-256\n');
  const settings = {
    listen_addresses: on.v4,
    unix_socket_directories: '',
    ssl: 'on',
    fsync: 'off',
    // As on hosted computes.
    client_connection_check_interval: '10s',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const stop = await on.serve([...asPostgres, serverProgram('postgres'), '-D', cluster, ...options], account.port);
  const tls: UpstreamTls = { mode: 'verify-full', ca: caPem, serverName: null, clientCertificate: null };
  return {
    ...account,
    tls,
    async [Symbol.asyncDispose]() {
      // A fast shutdown, after which nobody writes into the folder.
      await stop('SIGINT');
      await folder[Symbol.asyncDispose]();
    },
  };
}
