import { describe, expect, it } from 'vitest';
import { isNoticeBlind } from '../../src/gateway/notice-blind-clients.ts';

// Startup parameters as these clients were observed to send them, besides user and database.
const CLIENTS = [
  { client: 'pgjdbc 42.7', names: ['client_encoding', 'DateStyle', 'TimeZone'], isBlind: true },
  { client: 'lib/pq 1.10', names: ['client_encoding', 'datestyle', 'extra_float_digits'], isBlind: true },
  { client: 'psql on a terminal', names: ['application_name', 'client_encoding'], isBlind: false },
  { client: 'psycopg 2 and 3', names: [], isBlind: false },
  { client: 'node-postgres', names: ['client_encoding'], isBlind: false },
  { client: 'postgres.js', names: ['client_encoding', 'application_name'], isBlind: false },
  {
    client: 'a libpq program with a time zone',
    names: ['application_name', 'client_encoding', 'DateStyle', 'TimeZone'],
    isBlind: false,
  },
];

describe('a client that shows no NOTICE', () => {
  it.each(CLIENTS)('is recognised by what it sends: $client', ({ names, isBlind }) => {
    const parameters = new Map(names.map((name) => [name, 'x']));
    const startup = {
      protocolVersion: { major: 3, minor: 0 },
      user: 'a',
      database: 'a',
      parameters,
      protocolOptions: [],
    };
    expect(isNoticeBlind(startup)).toBe(isBlind);
  });
});
