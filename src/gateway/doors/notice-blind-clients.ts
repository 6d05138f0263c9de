// Which clients show a NOTICE while they connect: a short list, since a client that is taken for
// one of them by mistake would wait in silence.

import type { Config } from '../../config/config.ts';
import type { StartupMessage } from '../../protocol/startup-packet.ts';
import { applicationOf } from '../client/startup-parameters.ts';

// PostgreSQL's programs, by the application_name that libpq sends for them. They write NOTICEs to
// standard error as they come.
const POSTGRES_PROGRAMS: ReadonlySet<string> = new Set([
  ...['psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'pgbench', 'pg_amcheck', 'pg_rewind', 'pg_createsubscriber'],
  ...['pg_basebackup', 'pg_receivewal', 'pg_recvlogical', 'clusterdb', 'reindexdb', 'vacuumdb', 'vacuumlo', 'oid2name'],
  ...['createdb', 'createuser', 'dropdb', 'dropuser'],
  // Ours (src/cli/connect), which prints them as they come.
  'postern connect',
]);
// Exactly so spelled by pgjdbc and lib/pq, never by libpq, whatever name they go by.
const NOT_FROM_LIBPQ = ['DateStyle', 'TimeZone', 'extra_float_digits'];
// It prints every NOTICE on the console unless it is told otherwise.
const POSTGRES_JS = 'postgres.js';
/** In the settings: clients that send no application_name, such as psycopg 2, DBD::Pg and pgx. */
const UNNAMED = 'unnamed';

/**
 * True for every client that is not known to show NOTICEs. Those without a name cannot be told
 * apart: psycopg 2, DBD::Pg and pgx may print the link, but psycopg 3, PHP and pg8000 do not.
 */
export function isNoticeBlind(
  startup: StartupMessage,
  { noticeClients, noticeBlindClients }: Pick<Config['login'], 'noticeClients' | 'noticeBlindClients'>,
): boolean {
  const application = applicationOf(startup);
  const isListedIn = (clients: readonly string[]) =>
    clients.some((client) => (application === null ? client === UNNAMED : application.startsWith(client)));
  if (isListedIn(noticeBlindClients)) return true;
  if (isListedIn(noticeClients) || application === POSTGRES_JS) return false;
  return application === null || !POSTGRES_PROGRAMS.has(application) || !isFromLibpq(startup);
}

/**
 * Whether pg_isready sends the same when its environment gives it a name: it waits for three
 * seconds unless it is answered, and monitoring for less.
 */
export function mayBeProbe({ parameters }: StartupMessage): boolean {
  return parameters.size === 1 && parameters.has('application_name');
}

function isFromLibpq({ parameters }: StartupMessage): boolean {
  // asyncpg quotes the encoding.
  const isQuoted = parameters.get('client_encoding')?.startsWith("'") === true;
  return !isQuoted && !NOT_FROM_LIBPQ.some((name) => parameters.has(name));
}
