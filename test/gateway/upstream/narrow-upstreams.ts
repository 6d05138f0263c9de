// Upstreams that serve one of their databases: by pg_hba.conf, and through PgBouncer.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

export interface NarrowUpstream extends AsyncDisposable {
  readonly port: number;
  readonly role: { readonly name: string; readonly password: string };
  /** What it lets the role enter. */
  readonly served: string;
  /** Exists, and the role is refused. */
  readonly withheld: string;
}

export interface NarrowPooler extends NarrowUpstream {
  /** The databases that were asked for since its start, as its log tells. */
  askedFor(): string[];
}

const ROLE = { name: 'app', password: 'narrow' };

/** A Postgres whose pg_hba.conf lets the role into `shop_db` only. */
export async function startNarrowPostgres(): Promise<NarrowUpstream> {
  const folder = await temporaryFolder();
  const postgres = await startEmbeddedPostgres({
    dataDir: folder.path,
    log: createLog('silent'),
    settings: { fsync: 'off', password_encryption: 'scram-sha-256' },
  });
  const url = postgres.adminUrl.reveal();
  await runAsSuperuser(`CREATE ROLE ${ROLE.name} LOGIN PASSWORD '${ROLE.password}'`, url);
  for (const database of ['shop_db', 'reports']) await runAsSuperuser(`CREATE DATABASE ${database}`, url);
  const rules = `host shop_db ${ROLE.name} 127.0.0.1/32 scram-sha-256\nhost all ${ROLE.name} all reject\n`;
  await runAsSuperuser(
    `COPY (SELECT unnest(string_to_array($$${rules}$$, E'\\n') || regexp_split_to_array(pg_read_file('pg_hba.conf'), E'\\n')))
     TO PROGRAM 'cat > pg_hba.new && mv pg_hba.new pg_hba.conf'`,
    url,
  );
  await runAsSuperuser('SELECT pg_reload_conf()', url);
  const isNarrow = `SELECT FROM pg_hba_file_rules WHERE '${ROLE.name}' = ANY(user_name) AND error IS NULL`;
  await waitUntil(async () => (await queryRows(url, isNarrow)).length === 2, 'the rules are read');
  return {
    port: postgres.port,
    role: ROLE,
    served: 'shop_db',
    withheld: 'reports',
    async [Symbol.asyncDispose]() {
      await postgres.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** PgBouncer before it, which knows `shop_db` only and says so with 08P01. */
export async function startNarrowPooler(behind: NarrowUpstream): Promise<NarrowPooler> {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const port = await freePort();
  const config = join(folder.path, 'pgbouncer.ini');
  const { name, password } = behind.role;
  await writeFile(
    config,
    `[databases]
shop_db = host=127.0.0.1 port=${behind.port} user=${name} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
`,
  );
  // It refuses to run as root.
  const asWhom = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const pooler = spawn('pgbouncer', [...asWhom, config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  pooler.stderr.on('data', (chunk) => lines.push(String(chunk)));
  await waitUntil(() => lines.join('').includes('listening on'), 'PgBouncer listens');
  return {
    ...behind,
    port,
    askedFor() {
      return [...lines.join('').matchAll(/no such database: (\w+)|login attempt: db=(\w+)/g)].map(
        ([, refused, served]) => refused ?? served ?? '',
      );
    },
    async [Symbol.asyncDispose]() {
      const ended = once(pooler, 'exit');
      pooler.kill('SIGKILL');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
