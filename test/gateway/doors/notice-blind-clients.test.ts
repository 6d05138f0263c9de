import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { isNoticeBlind, mayBeProbe } from '../../../src/gateway/doors/notice-blind-clients.ts';

const BY_DEFAULT = loadConfig({}).login;

function startup(parameters: Readonly<Record<string, string>>) {
  return {
    protocolVersion: { major: 3, minor: 0 },
    user: 'a',
    database: 'a',
    parameters: new Map(Object.entries(parameters)),
    protocolOptions: [],
  };
}

const JDBC = { client_encoding: 'UTF8', DateStyle: 'ISO', TimeZone: 'UTC' };
// libpq's spelling of PGDATESTYLE and PGTZ.
const LIBPQ_DATES = { datestyle: 'ISO', timezone: 'UTC' };

// Startup parameters as these clients were observed to send them, besides user and database.
const WAITING: ReadonlyArray<readonly [client: string, sends: Readonly<Record<string, string>>]> = [
  ['psql in a script', { application_name: 'psql' }],
  ['psql on a terminal', { application_name: 'psql', client_encoding: 'UTF8' }],
  ['psql with PGDATESTYLE', { application_name: 'psql', client_encoding: 'UTF8', datestyle: 'ISO, MDY' }],
  ['psql with PGDATESTYLE and PGTZ', { application_name: 'psql', client_encoding: 'UTF8', ...LIBPQ_DATES }],
  ['psql with PGOPTIONS', { options: '-c jit=off', application_name: 'psql' }],
  ['pg_dump', { application_name: 'pg_dump' }],
  ['pg_restore', { application_name: 'pg_restore' }],
  ['pgbench', { application_name: 'pgbench' }],
  ['pg_basebackup', { replication: 'true', application_name: 'pg_basebackup' }],
  ['vacuumdb', { application_name: 'vacuumdb' }],
  ['postgres.js', { client_encoding: 'UTF8', application_name: 'postgres.js' }],
];

const BLIND: typeof WAITING = [
  ['pgjdbc 42.7', JDBC],
  ['pgjdbc that was told the server version', { ...JDBC, application_name: 'billing' }],
  ['pgjdbc that calls itself psql', { ...JDBC, application_name: 'psql' }],
  ['lib/pq 1.10', { client_encoding: 'UTF8', datestyle: 'ISO, MDY', extra_float_digits: '2' }],
  ['lib/pq 1.12', { client_encoding: 'UTF8', datestyle: 'ISO, MDY' }],
  ['lib/pq that calls itself psql', { application_name: 'psql', datestyle: 'ISO, MDY', extra_float_digits: '2' }],
  ['asyncpg 0.27', { client_encoding: "'utf-8'" }],
  ['asyncpg that calls itself psql', { client_encoding: "'utf-8'", application_name: 'psql' }],
  ['pgAdmin 4', { application_name: 'pgAdmin 4 - CONN:4711' }],
  ['pgcli 3.5', { application_name: 'pgcli' }],
  ['psycopg 2, psycopg 3, PHP, pg8000 and pgx', {}],
  ['psycopg 3 with a name', { application_name: 'reports' }],
  ['psqlODBC', { application_name: 'psqlodbc' }],
  ['ruby-pg', { application_name: '/usr/bin/rails' }],
  ['node-postgres', { client_encoding: 'UTF8' }],
  ['node-postgres with a name', { application_name: 'api', client_encoding: 'UTF8' }],
  ['tokio-postgres', { client_encoding: 'UTF8' }],
  ['postgres_fdw', { application_name: 'postgres_fdw', client_encoding: 'UTF8' }],
];

describe('a client that is known to show NOTICEs', () => {
  it.each(WAITING)('may wait: %s', (_client, sends) => {
    expect(isNoticeBlind(startup(sends), BY_DEFAULT)).toBe(false);
  });

  it('is also one that the operator lists by application_name', () => {
    const listed = { ...BY_DEFAULT, noticeClients: ['report'] };
    expect(isNoticeBlind(startup({ application_name: 'report worker 7' }), listed)).toBe(false);
    expect(isNoticeBlind(startup({}), listed)).toBe(true);
  });

  it('is also one without a name where the operator says so', () => {
    expect(isNoticeBlind(startup({}), { ...BY_DEFAULT, noticeClients: ['unnamed'] })).toBe(false);
  });
});

describe('every other client', () => {
  it.each(BLIND)('gets the link as an error: %s', (_client, sends) => {
    expect(isNoticeBlind(startup(sends), BY_DEFAULT)).toBe(true);
  });

  it('is also one that the operator lists, whatever its name', () => {
    const listed = { noticeClients: ['psql'], noticeBlindClients: ['psql', 'pgjdbc'] };
    expect(isNoticeBlind(startup({ application_name: 'psql' }), listed)).toBe(true);
  });
});

describe('a client that may be pg_isready under another name', () => {
  it('sends a name and nothing else', () => {
    expect(mayBeProbe(startup({ application_name: 'probe' }))).toBe(true);
    expect(mayBeProbe(startup({ application_name: 'probe', client_encoding: 'UTF8' }))).toBe(false);
    expect(mayBeProbe(startup({}))).toBe(false);
  });
});
