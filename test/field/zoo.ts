// The clients that the tests in this folder drive: what is run, and what it is in the table.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PsqlOptions } from '../support/nodes/psql.ts';
import type { CLIENTS } from './client-table.ts';

export interface ZooClient extends Pick<PsqlOptions, 'program' | 'args' | 'version'> {
  readonly row: keyof typeof CLIENTS;
  /** How it meets a link: shows it while it waits, or gets it as an error. */
  readonly link: 'waits' | 'error';
}

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/postern-field/', import.meta.url));
const PYTHON = '/usr/bin/python3';
const JDBC = '/usr/share/java/postgresql.jar';
// The ways that psql is given for a link are those of pg_dump and its like.
const ASK = ['-XAtc', 'select 42'];

/** `env -u`: Go and asyncpg fail at files that do not exist. */
const WITHOUT_FILES = ['-u', 'PGSSLROOTCERT', '-u', 'PGSERVICEFILE', '-u', 'PGPASSFILE'];

export const ZOO: Readonly<Record<string, ZooClient>> = {
  'psql 15': { row: 'psql', link: 'waits', version: '15', args: ASK },
  'psql 17': { row: 'psql', link: 'waits', version: '17', args: ASK },
  'psql 18': { row: 'psql', link: 'waits', version: '18', args: ASK },
  'pg_dump 18': { row: 'pgDump', link: 'waits', program: 'pg_dump', version: '18', args: ['--schema-only'] },
  pgbench: {
    row: 'pgbench',
    link: 'waits',
    program: 'pgbench',
    args: ['-n', '-t', '1', '-f', source('ask.sql')],
  },
  'postgres.js': { row: 'postgresJs', link: 'waits', ...node('postgres-js.mjs') },
  'node-postgres': { row: 'nodePostgres', link: 'error', ...node('node-postgres.mjs') },
  'node-postgres, listening': { row: 'nodePostgres', link: 'error', ...node('node-postgres.mjs', 'listen') },
  'psycopg 2': { row: 'psycopg2', link: 'error', ...python('psycopg2') },
  'psycopg 3': { row: 'psycopg3', link: 'error', ...python('psycopg3') },
  asyncpg: {
    row: 'asyncpg',
    link: 'error',
    program: 'env',
    args: [...WITHOUT_FILES, PYTHON, source('ask.py'), 'asyncpg'],
  },
  pg8000: { row: 'pg8000', link: 'error', ...python('pg8000') },
  pgcli: { row: 'pgAdmin', link: 'error', program: 'pgcli', args: ['-w', '-l'] },
  SQLAlchemy: { row: 'psycopg2', link: 'error', ...python('sqlalchemy') },
  Django: { row: 'psycopg2', link: 'error', ...python('django') },
  'DBD::Pg': { row: 'dbdPg', link: 'error', program: 'perl', args: [source('ask.pl')] },
  'ruby-pg': { row: 'rubyPg', link: 'error', program: 'ruby', args: [source('ask.rb')] },
  'PHP PDO': { row: 'phpPdo', link: 'error', program: 'php', args: [source('ask.php')] },
  psqlODBC: { row: 'psqlOdbc', link: 'error', program: 'sh', args: [source('ask-by-odbc.sh')] },
  pgjdbc: {
    row: 'pgjdbc',
    link: 'error',
    program: 'java',
    args: ['-XX:TieredStopAtLevel=1', '-cp', `${CACHE}:${JDBC}`, 'AskByPgjdbc'],
  },
  'Go pgx': { row: 'pgx', link: 'error', program: 'env', args: [...WITHOUT_FILES, `${CACHE}ask-pgx`] },
  'Go lib/pq': { row: 'libPq', link: 'error', program: 'env', args: [...WITHOUT_FILES, `${CACHE}ask-lib-pq`] },
};

/** Compiles what must be compiled, without a network, when its source is newer. */
export function buildZoo(): void {
  mkdirSync(CACHE, { recursive: true });
  const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  // Debian's packages need Go's old GOPATH mode; the builds of the conformance tests are shared.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/postern-conformance/go-build', import.meta.url));
  const go = { ...environment, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: cache };
  for (const name of ['ask-pgx', 'ask-lib-pq']) {
    if (isOlder(`${CACHE}${name}`, source(`${name}.go`)))
      execFileSync('go', ['build', '-o', `${CACHE}${name}`, source(`${name}.go`)], { env: go, stdio: 'pipe' });
  }
  if (isOlder(`${CACHE}AskByPgjdbc.class`, source('AskByPgjdbc.java')))
    execFileSync('javac', ['-cp', JDBC, '-d', CACHE, source('AskByPgjdbc.java')], { env: environment, stdio: 'pipe' });
}

function isOlder(made: string, from: string): boolean {
  return !existsSync(made) || statSync(made).mtimeMs < statSync(from).mtimeMs;
}

function node(file: string, ...args: string[]): Pick<ZooClient, 'program' | 'args'> {
  return { program: process.execPath, args: [source(file), ...args] };
}

function python(library: string): Pick<ZooClient, 'program' | 'args'> {
  return { program: PYTHON, args: [source('ask.py'), library] };
}

function source(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}
