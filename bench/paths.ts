// The compared paths to one Postgres: direct, pgbouncer in session mode, haproxy in TCP mode, what
// Node can do at best, and Postern.

import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { Closers } from '../src/async/closers.ts';
import { startEmbeddedPostgres } from '../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../src/log.ts';
import type { Secret } from '../src/secret.ts';
import type { WebClient } from '../test/support/browser/web-client.ts';
import { makeTestCa } from '../test/support/certificates-for-tests.ts';
import { type BenchPath, type Certificate, DATABASE, MAX_CONNECTIONS, PASSWORD, ROLE } from './bench-path.ts';
import { NOBODY, startHaproxy, startPgbouncer } from './peers.ts';
import { startPosternNode } from './postern-path.ts';
import { startBareLogin, startBarePipe, startBareRefusal } from './relay/floors.ts';

export interface BenchStack {
  /** The direct one first, Postern last. */
  readonly paths: readonly BenchPath[];
  /** Accepts TLS and SCRAM and no more; for logins only. */
  readonly loginFloor: BenchPath;
  /** Accepts TLS and refuses; for first logins by OAUTHBEARER only. */
  readonly refusalFloor: BenchPath;
  /** Of the authority of all certificates. */
  readonly caPem: string;
  /** Signed in at Postern, to approve logins by link. */
  readonly browser: WebClient;
  close(): Promise<void>;
}

/**
 * Starts everything in the folder, which every account must be able to enter; closing ends it all.
 */
export async function startStack(folder: string): Promise<BenchStack> {
  const closers = new Closers(createLog('warn'));
  try {
    return await startParts(folder, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function startParts(folder: string, closers: Closers): Promise<BenchStack> {
  const certificate = await writeCertificate(folder);
  const postgres = await startPostgres(folder, certificate);
  closers.add('postgres', () => postgres.close());
  await prepareDatabase(postgres.adminUrl);
  const upstreamPort = postgres.port;
  const pgbouncer = await startPgbouncer({ folder, upstreamPort, certificate });
  closers.add('pgbouncer', () => pgbouncer.close());
  const haproxy = await startHaproxy({ folder, upstreamPort });
  closers.add('haproxy', () => haproxy.close());
  const barePipe = await startBarePipe(upstreamPort, certificate);
  closers.add('the bare pipe', () => barePipe.close());
  const [bareLogin, bareRefusal] = [await startBareLogin(certificate), await startBareRefusal(certificate)];
  for (const floor of [bareLogin, bareRefusal]) closers.add('a floor', () => floor.close());
  const postern = await startPosternNode({ folder, adminUrl: postgres.adminUrl, upstreamPort, certificate });
  closers.add('postern', () => postern.close());
  const own = { user: ROLE, password: PASSWORD };
  const plain = { credentials: { disable: own, require: own }, database: DATABASE };
  return {
    paths: [
      { ...plain, name: 'direct', port: upstreamPort, processId: null },
      { ...plain, name: 'pgbouncer', port: pgbouncer.port, processId: pgbouncer.processId },
      { ...plain, name: 'haproxy', port: haproxy.port, processId: haproxy.processId },
      { ...plain, name: 'node pipe', port: barePipe.port, processId: barePipe.processId },
      {
        ...plain,
        name: 'postern',
        port: postern.port,
        processId: postern.processId,
        credentials: { disable: postern.guest, require: postern.token },
      },
    ],
    loginFloor: { ...plain, name: 'node login', port: bareLogin.port, processId: bareLogin.processId },
    refusalFloor: { ...plain, name: 'node refusal', port: bareRefusal.port, processId: bareRefusal.processId },
    caPem: certificate.caPem,
    browser: postern.browser,
    close: () => closers.closeAll(),
  };
}

async function startPostgres(folder: string, certificate: Certificate) {
  return await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: createLog('warn'),
    settings: {
      max_connections: String(MAX_CONNECTIONS),
      ssl: 'on',
      ssl_cert_file: certificate.certPath,
      ssl_key_file: certificate.keyPath,
      fsync: 'off',
    },
  });
}

async function writeCertificate(folder: string): Promise<Certificate> {
  const directory = join(folder, 'certificate');
  await mkdir(directory, { recursive: true });
  const { caPem, issue } = await makeTestCa();
  const { certPem, keyPem } = await issue({ names: ['localhost', '127.0.0.1'] });
  const paths = { certPath: join(directory, 'server.crt'), keyPath: join(directory, 'server.key'), caPem };
  await writeFile(paths.certPath, certPem);
  await writeFile(paths.keyPath, keyPem, { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(paths.keyPath, NOBODY, NOBODY);
  return paths;
}

async function prepareDatabase(adminUrl: Secret): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl.reveal() });
  await client.connect();
  await client.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
  await client.query('CREATE DATABASE postern');
  await client.end();
}
