// A migrated catalogue without rows, made once in a test run, of which catalogues are copied.

import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { migrateToLatest } from '../../../src/catalogue/store/migrate.ts';
import type { Schema } from '../../../src/catalogue/store/schema.ts';

export const CATALOGUE_TEMPLATE = 'catalogue_template';

/** `adminUrl`: superuser's, of database `postgres`. Nobody can connect to the template then. */
export async function makeCatalogueTemplate(adminUrl: string): Promise<void> {
  const name = sql.id(CATALOGUE_TEMPLATE);
  const url = new URL(adminUrl);
  url.pathname = `/${CATALOGUE_TEMPLATE}`;
  await using admin = open(adminUrl);
  await sql`create database ${name}`.execute(admin);
  {
    await using template = open(url.href);
    await migrateToLatest(template);
  }
  await sql`alter database ${name} with is_template true allow_connections false`.execute(admin);
}

function open(connectionString: string): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) });
}
