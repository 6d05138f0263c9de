// Fresh databases on the one Postgres of the test run.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { CATALOGUE_TEMPLATE } from './catalogue-template.ts';

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** Superuser's URL of the database. */
  readonly url: string;
  close(): Promise<void>;
}

/** Superuser's URL of the run's Postgres, database `postgres`. */
export function postgresUrl(): string {
  return inject('postgresUrl');
}

/** An empty database; closing drops it and ends what is connected to it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return await copyOf('template1');
}

/** As above, with the tables of a catalogue, which take long to migrate to. */
export async function createCatalogueDatabase(): Promise<TestDatabase> {
  return await copyOf(CATALOGUE_TEMPLATE);
}

async function copyOf(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAsSuperuser(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(postgresUrl());
  url.pathname = `/${name}`;
  const close = () => runAsSuperuser(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, close, [Symbol.asyncDispose]: close };
}

/** One statement on the run's Postgres, in database `postgres` unless another URL is given. */
export async function runAsSuperuser(sql: string, url = postgresUrl()): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
