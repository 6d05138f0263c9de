// A web side on an embedded Postgres of its own, for programs that are not tests: screenshots and
// the bench of pages.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import type { TestDatabase } from '../databases/postgres-for-tests.ts';
import { startWeb, type WebForTests } from './web-for-tests.ts';

/** Builds the pages' parts, starts a Postgres, and stops it at the end. */
export async function withPostgres(use: (adminUrl: string) => Promise<void>): Promise<void> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../../web/build.mjs', import.meta.url))]);
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-pages-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn'), settings: { fsync: 'off' } });
  try {
    await use(postgres.adminUrl.reveal());
  } finally {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Organizations on request, which has more to show. */
const ENVIRONMENT = { POSTERN_ORGANIZATION_CREATION: 'on_request' };

/** In a database of that name. */
export async function withWeb(adminUrl: string, name: string, use: (web: WebForTests) => Promise<void>): Promise<void> {
  const web = await startWeb(ENVIRONMENT, { database: await createDatabase(adminUrl, name) });
  try {
    await use(web);
  } finally {
    await web.close();
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<TestDatabase> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const close = async () => {};
  return { name, url: url.href, close, [Symbol.asyncDispose]: close };
}
