// Once per test run: the product is built and one real Postgres is started, with
// a catalogue to copy.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../src/log.ts';
import { makeCatalogueTemplate } from './databases/catalogue-template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the run's Postgres, database `postgres`. */
    postgresUrl: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  for (const script of ['web/build.mjs', 'src/build.mjs']) execFileSync(process.execPath, [script], { cwd });
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-test-'));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: createLog('warn'),
    settings: {
      ...{ max_connections: '300', fsync: 'off', wal_level: 'logical', password_encryption: 'scram-sha-256' },
      // Hundreds of databases come and go: a worker would look at several of them a second.
      autovacuum_naptime: '1h',
    },
  });
  await makeCatalogueTemplate(postgres.adminUrl.reveal());
  project.provide('postgresUrl', postgres.adminUrl.reveal());
  return async () => {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
