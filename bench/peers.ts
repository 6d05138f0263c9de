// Starts the programs that Postern is compared with: pgbouncer in session mode and haproxy in TCP
// mode.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { usablePort } from '../src/config/ports.ts';
import { type Certificate, DATABASE, MAX_CONNECTIONS, PASSWORD, ROLE, type Started } from './bench-path.ts';

/** Neither pgbouncer nor Postgres runs as root. */
export const NOBODY = 65_534;

export async function startPgbouncer(from: {
  folder: string;
  upstreamPort: number;
  certificate: Certificate;
}): Promise<Started> {
  const { folder, upstreamPort, certificate } = from;
  const port = await usablePort({ host: '127.0.0.1', port: 0, portMayDiffer: false });
  const userList = join(folder, 'userlist.txt');
  await writeFile(userList, `"${ROLE}" "${PASSWORD}"\n`);
  await chmod(userList, 0o644);
  const config = join(folder, 'pgbouncer.ini');
  await writeFile(
    config,
    [
      '[databases]',
      `${DATABASE} = host=127.0.0.1 port=${upstreamPort} dbname=${DATABASE}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${userList}`,
      'pool_mode = session',
      `max_client_conn = ${MAX_CONNECTIONS}`,
      `default_pool_size = ${MAX_CONNECTIONS}`,
      'client_tls_sslmode = allow',
      `client_tls_cert_file = ${certificate.certPath}`,
      `client_tls_key_file = ${certificate.keyPath}`,
      'server_tls_sslmode = disable',
      'ignore_startup_parameters = extra_float_digits',
      '',
    ].join('\n'),
  );
  const child = spawnAsNobody('pgbouncer', ['-q', config]);
  return await started(port, child);
}

export async function startHaproxy({
  folder,
  upstreamPort,
}: {
  folder: string;
  upstreamPort: number;
}): Promise<Started> {
  const port = await usablePort({ host: '127.0.0.1', port: 0, portMayDiffer: false });
  const config = join(folder, 'haproxy.cfg');
  await writeFile(
    config,
    [
      'global',
      '  maxconn 4000',
      'defaults',
      '  mode tcp',
      '  timeout connect 5s',
      '  timeout client 1h',
      '  timeout server 1h',
      'listen postgres',
      `  bind 127.0.0.1:${port}`,
      `  server one 127.0.0.1:${upstreamPort}`,
      '',
    ].join('\n'),
  );
  const child = spawn('haproxy', ['-db', '-f', config], { stdio: 'ignore' });
  return await started(port, child);
}

async function started(port: number, child: ChildProcess): Promise<Started> {
  await listening(port);
  return { port, processId: child.pid ?? 0, close: () => end(child) };
}

function spawnAsNobody(program: string, args: readonly string[]): ChildProcess {
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  return spawn(program, [...args], { stdio: 'ignore', ...account });
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = createConnection(port, '127.0.0.1');
    const outcome = await Promise.race([once(socket, 'connect'), once(socket, 'close').then(() => null)]).catch(
      () => null,
    );
    socket.destroy();
    if (outcome !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}
