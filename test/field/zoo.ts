// The clients that the tests in this folder drive: what is run, and what it is in the table.

import { fileURLToPath } from 'node:url';
import type { PsqlOptions } from '../support/nodes/psql.ts';
import { BUILT, JDBC } from './build-zoo.ts';
import type { CLIENTS } from './client-table.ts';

export interface ZooClient extends Pick<PsqlOptions, 'program' | 'args' | 'version'> {
  readonly row: keyof typeof CLIENTS;
  /** How it meets a link: shows it while it waits, or gets it as an error. */
  readonly link: 'waits' | 'error';
}

const PYTHON = '/usr/bin/python3';
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
  knex: { row: 'nodePostgres', link: 'error', ...node('by-orm.mjs', 'knex') },
  TypeORM: { row: 'nodePostgres', link: 'error', ...node('by-orm.mjs', 'typeorm') },
  Drizzle: { row: 'nodePostgres', link: 'error', ...node('by-orm.mjs', 'drizzle') },
  Prisma: { row: 'nodePostgres', link: 'error', ...node('by-orm.mjs', 'prisma') },
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
  pg_activity: { row: 'psycopg2', link: 'error', program: 'sh', args: [source('by-pg-activity.sh')] },
  pgloader: { row: 'pgloader', link: 'error', program: 'sh', args: [source('by-pgloader.sh'), BUILT] },
  SQLAlchemy: { row: 'psycopg2', link: 'error', ...python('sqlalchemy') },
  Django: { row: 'psycopg2', link: 'error', ...python('django') },
  'DBD::Pg': { row: 'dbdPg', link: 'error', program: 'perl', args: [source('ask.pl')] },
  'ruby-pg': { row: 'rubyPg', link: 'error', program: 'ruby', args: [source('ask.rb')] },
  'PHP PDO': { row: 'phpPdo', link: 'error', program: 'php', args: [source('ask.php')] },
  'PHP under php-fpm': {
    row: 'phpPdo',
    link: 'error',
    program: 'sh',
    args: [source('ask-by-fpm.sh'), source('ask.php')],
  },
  psqlODBC: { row: 'psqlOdbc', link: 'error', program: 'sh', args: [source('ask-by-odbc.sh')] },
  pgjdbc: {
    row: 'pgjdbc',
    link: 'error',
    program: 'java',
    args: ['-XX:TieredStopAtLevel=1', '-cp', `${BUILT}:${JDBC}`, 'AskByPgjdbc'],
  },
  'Go pgx': { row: 'pgx', link: 'error', program: 'env', args: [...WITHOUT_FILES, `${BUILT}ask-pgx`] },
  'Go lib/pq': { row: 'libPq', link: 'error', program: 'env', args: [...WITHOUT_FILES, `${BUILT}ask-lib-pq`] },
  'tokio-postgres': { row: 'tokioPostgres', link: 'error', program: `${BUILT}ask-tokio-postgres`, args: [] },
};

function node(file: string, ...args: string[]): Pick<ZooClient, 'program' | 'args'> {
  return { program: process.execPath, args: [source(file), ...args] };
}

function python(library: string): Pick<ZooClient, 'program' | 'args'> {
  return { program: PYTHON, args: [source('ask.py'), library] };
}

function source(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}
