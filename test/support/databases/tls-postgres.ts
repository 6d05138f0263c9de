// A Postgres with TLS and a certificate that the test makes.

import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import type { TestCertificate } from '../certificates-for-tests.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { runAsSuperuser } from './postgres-for-tests.ts';
import { queryRows } from './query-rows.ts';

export interface TlsPostgres extends AsyncDisposable {
  readonly port: number;
  /** Superuser's URL; loopback may log in without TLS, too. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startTlsPostgres({ certPem, keyPem }: TestCertificate): Promise<TlsPostgres> {
  const folder = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: createLog('silent'),
    settings: { fsync: 'off', password_encryption: 'scram-sha-256' },
  });
  const url = postgres.adminUrl.reveal();
  // Postgres must own its key file, and only Postgres can write as its own account.
  await runAsSuperuser(copyToFile(certPem, 'server.crt'), url);
  await runAsSuperuser(copyToFile(keyPem, 'server.key'), url);
  await runAsSuperuser('ALTER SYSTEM SET ssl = on', url);
  await runAsSuperuser('SELECT pg_reload_conf()', url);
  await waitUntil(async () => (await queryRows(url, 'SHOW ssl'))[0]?.ssl === 'on', 'Postgres speaks TLS');
  const close = async () => {
    await postgres.close();
    await folder[Symbol.asyncDispose]();
  };
  return { port: postgres.port, url, close, [Symbol.asyncDispose]: close };
}

function copyToFile(text: string, name: string): string {
  return `COPY (SELECT unnest(string_to_array($$${text.trim()}$$, E'\\n'))) TO PROGRAM 'umask 077; cat > ${name}'`;
}
