import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { isNoticeBlind } from '../../../src/gateway/doors/notice-blind-clients.ts';

const BY_DEFAULT = loadConfig({}).login.noticeBlindClients;

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
const CLIENTS: readonly { client: string; sends: Readonly<Record<string, string>>; isBlind: boolean }[] = [
  { client: 'pgjdbc 42.7', sends: JDBC, isBlind: true },
  { client: 'pgjdbc that was told the server version', sends: { ...JDBC, application_name: 'billing' }, isBlind: true },
  {
    client: 'lib/pq 1.10',
    sends: { client_encoding: 'UTF8', datestyle: 'ISO, MDY', extra_float_digits: '2' },
    isBlind: true,
  },
  {
    client: 'lib/pq 1.10 with a name',
    sends: { client_encoding: 'UTF8', datestyle: 'ISO, MDY', extra_float_digits: '2', application_name: 'billing' },
    isBlind: true,
  },
  { client: 'lib/pq 1.12', sends: { client_encoding: 'UTF8', datestyle: 'ISO, MDY' }, isBlind: true },
  {
    client: 'lib/pq 1.12 with a name',
    sends: { application_name: 'billing', client_encoding: 'UTF8', datestyle: 'ISO, MDY' },
    isBlind: true,
  },
  { client: 'asyncpg 0.27', sends: { client_encoding: "'utf-8'" }, isBlind: true },
  {
    client: 'asyncpg with settings',
    sends: { client_encoding: "'utf-8'", application_name: 'api', jit: 'off' },
    isBlind: true,
  },
  { client: 'pgAdmin 4', sends: { application_name: 'pgAdmin 4 - CONN:4711' }, isBlind: true },
  { client: 'pgcli 3.5', sends: { application_name: 'pgcli' }, isBlind: true },
  {
    client: 'psql on a terminal',
    sends: { application_name: 'psql', client_encoding: 'UTF8' },
    isBlind: false,
  },
  {
    client: 'psql with PGDATESTYLE',
    sends: { application_name: 'psql', client_encoding: 'UTF8', datestyle: 'ISO, MDY' },
    isBlind: false,
  },
  {
    client: 'psql with PGDATESTYLE and PGTZ',
    sends: { application_name: 'psql', client_encoding: 'UTF8', ...LIBPQ_DATES },
    isBlind: false,
  },
  {
    client: 'psycopg 2 with PGDATESTYLE and PGCLIENTENCODING',
    sends: { client_encoding: 'UTF8', datestyle: 'ISO' },
    isBlind: false,
  },
  { client: 'psycopg 2 and 3', sends: {}, isBlind: false },
  { client: 'node-postgres', sends: { client_encoding: 'UTF8' }, isBlind: false },
  {
    client: 'postgres.js',
    sends: { client_encoding: 'UTF8', application_name: 'postgres.js' },
    isBlind: false,
  },
];

describe('a client that shows no NOTICE', () => {
  it.each(CLIENTS)('is recognised by its startup parameters: $client', ({ sends, isBlind }) => {
    expect(isNoticeBlind(startup(sends), BY_DEFAULT)).toBe(isBlind);
  });

  it('is also one that the operator lists by application_name', () => {
    const worker = startup({ application_name: 'report worker 7' });
    expect(isNoticeBlind(worker, BY_DEFAULT)).toBe(false);
    expect(isNoticeBlind(worker, ['report worker'])).toBe(true);
    expect(isNoticeBlind(startup(JDBC), ['report worker'])).toBe(false);
  });
});
