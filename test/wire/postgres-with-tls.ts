// A real Postgres that has TLS, an authority of its own and a role for each way to authenticate.

import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../src/embedded/postgres/embedded-postgres.ts';
import { makeTestCa, type TestCa } from '../support/certificates-for-tests.ts';

export interface PostgresWithTls extends AsyncDisposable {
  readonly port: number;
  readonly adminUrl: string;
  /** Signed the server's certificate, which names `db.test`; trusted for clients' certificates. */
  readonly ca: TestCa;
}

export const PASSWORD = 'wonderland';

const NOBODY = 65_534;

// In this order, the first line that fits counts. The last is for the supervisor, and for everybody
// else.
const ACCESS_RULES = `
host    all md5_role      all md5
host    all clear_role    all password
host    all trusted_role  all trust
hostssl all cert_role     all cert
host    all all           all scram-sha-256
`;

const ROLES = `
SET password_encryption = 'scram-sha-256';
CREATE ROLE scram_role LOGIN PASSWORD '${PASSWORD}';
CREATE ROLE clear_role LOGIN PASSWORD '${PASSWORD}';
CREATE ROLE unicode_role LOGIN PASSWORD 'pa\u00a0ss\u00aawort';
CREATE ROLE trusted_role LOGIN;
CREATE ROLE cert_role LOGIN;
SET password_encryption = 'md5';
CREATE ROLE md5_role LOGIN PASSWORD '${PASSWORD}';
`;

export async function startPostgresWithTls(): Promise<PostgresWithTls> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-tls-'));
  await chmod(folder, 0o755);
  const ca = await makeTestCa();
  const { certPem, keyPem } = await ca.issue({ names: ['db.test', '127.0.0.1'] });
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    // The embedded server runs as nobody where the tests run as root.
    if (process.getuid?.() === 0) await chown(path, NOBODY, NOBODY);
    return path;
  };
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: pino({ level: 'warn' }),
    settings: {
      fsync: 'off',
      ssl: 'on',
      ssl_cert_file: await write('server.crt', certPem),
      ssl_key_file: await write('server.key', keyPem),
      ssl_ca_file: await write('ca.crt', ca.caPem),
      hba_file: await write('access.conf', ACCESS_RULES),
    },
  });
  const adminUrl = postgres.adminUrl.reveal();
  await run(adminUrl, ROLES);
  return {
    port: postgres.port,
    adminUrl,
    ca,
    [Symbol.asyncDispose]: async () => {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Rows of a query by the superuser. */
export async function run(adminUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows ?? [];
  } finally {
    await client.end();
  }
}
