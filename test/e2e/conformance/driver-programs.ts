// How each driver's workout is started, and which exercises it cannot do.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { REPLICATING } from '../../field/client-table.ts';
import type { ClientName } from './proven-doors.ts';
import type { Exercise } from './workout.ts';

interface Runnable {
  readonly program: string;
  readonly args: readonly string[];
}

export interface DriverProgram extends Runnable {
  readonly name: ClientName;
  readonly lacks: readonly Exercise[];
  /** Beginning of its application_name; each connection adds its own ending. */
  readonly application?: string;
}

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/postern-conformance/', import.meta.url));
// Debian's Python, which finds Debian's modules.
const PYTHON = '/usr/bin/python3';
const JDBC = '/usr/share/java/postgresql.jar';

export const DRIVERS: readonly DriverProgram[] = [
  { name: 'nodePostgres', program: process.execPath, args: [source('node-postgres.mjs')], lacks: ['copiedIn'] },
  { name: 'postgresJs', program: process.execPath, args: [source('postgres-js.mjs')], lacks: ['copiedIn'] },
  {
    name: 'psycopg2',
    program: PYTHON,
    args: [source('use-psycopg2.py')],
    lacks: ['extended', 'pipelined', 'copiedIn'],
  },
  { name: 'psycopg3', program: PYTHON, args: [source('use-psycopg3.py')], lacks: ['copiedIn'] },
  {
    name: 'pgx',
    // It fails at a root certificate that does not exist.
    program: 'env',
    args: ['-u', 'PGSSLROOTCERT', `${CACHE}pgx`],
    lacks: [],
  },
  {
    name: 'asyncpg',
    // Likewise.
    program: 'env',
    args: ['-u', 'PGSSLROOTCERT', PYTHON, source('use-asyncpg.py')],
    lacks: ['pipelined'],
  },
  // pgAdmin connects with psycopg 3 and gives each connection a name of its own.
  {
    name: 'pgAdmin',
    program: PYTHON,
    args: [source('use-psycopg3.py')],
    lacks: ['copiedIn'],
    application: 'pgAdmin 4 - CONN:',
  },
  {
    name: 'pgjdbc',
    program: 'java',
    args: ['-XX:TieredStopAtLevel=1', '-cp', `${CACHE}:${JDBC}`, 'Pgjdbc'],
    lacks: ['copiedIn'],
  },
  {
    name: 'libPq',
    // It panics at PGSERVICEFILE and at a root certificate that does not exist.
    program: 'env',
    args: ['-u', 'PGSERVICEFILE', '-u', 'PGSSLROOTCERT', `${CACHE}lib-pq`],
    lacks: ['pipelined', 'copied'],
  },
  { name: 'dbdPg', program: 'perl', args: [source('dbd-pg.pl')], lacks: ['pipelined', 'copiedIn'] },
];

/** The programs that stream changes by the driver of that name. */
export const REPLICATION_PROGRAMS: Readonly<Record<(typeof REPLICATING)[number], Runnable>> = {
  psycopg2: { program: PYTHON, args: [source('replication/use-psycopg2.py')] },
  psycopg3: { program: PYTHON, args: [source('replication/use-psycopg3.py')] },
  pgjdbc: { program: 'java', args: ['-XX:TieredStopAtLevel=1', '-cp', `${CACHE}:${JDBC}`, 'ReplicateByJdbc'] },
  nodePostgres: { program: process.execPath, args: [source('replication/node-postgres.mjs')] },
  postgresJs: { program: process.execPath, args: [source('replication/postgres-js.mjs')] },
};

/** Compiles what must be compiled, without a network. */
export function buildDriverPrograms(): void {
  mkdirSync(CACHE, { recursive: true });
  const environment = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    execFileSync(program, args, { env: { ...environment, ...env }, stdio: 'pipe' });
  // Debian's packages need Go's old GOPATH mode, without modules.
  const go = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: `${CACHE}go-build` };
  for (const name of ['lib-pq', 'pgx']) run('go', ['build', '-o', `${CACHE}${name}`, source(`${name}.go`)], go);
  run('javac', ['-cp', JDBC, '-d', CACHE, source('Pgjdbc.java')]);
}

export function buildReplicationPrograms(): void {
  mkdirSync(CACHE, { recursive: true });
  execFileSync('javac', ['-cp', JDBC, '-d', CACHE, source('replication/ReplicateByJdbc.java')], { stdio: 'pipe' });
}

function source(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}
