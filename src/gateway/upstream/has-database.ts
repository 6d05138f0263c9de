// Asks a Postgres whether it has a database: people make them by SQL, unknown to the catalogue.

import pg from 'pg';
import { askUpstream } from '../../wire/dial/ask-upstream.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import type { UpstreamSession } from '../../wire/dial/connect-upstream.ts';

/** For the connection that asks, which is not the client's. */
export const ASKING_PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['application_name', 'postern'],
  ['client_encoding', 'UTF8'],
]);

const ANSWER_LIMIT_MS = 5_000;

/** Hangs up. False also where there is no answer, as from a pooler of another kind. */
export async function hasDatabase(
  { socket }: Pick<UpstreamSession, 'socket'>,
  database: string,
  signal: AbortSignal,
): Promise<boolean> {
  // Qualified, so that nothing of the database's own is called. The cast cuts long names as a login
  // does.
  const question = `SELECT pg_catalog.to_json(EXISTS (SELECT FROM pg_catalog.pg_database
    WHERE datname = ${pg.escapeLiteral(database)}::pg_catalog.name AND datallowconn))`;
  try {
    return (
      (await askUpstream(socket, question, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]))) === true
    );
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    socket.destroy();
  }
}

/** In the words of a server that has none of that name, whether or not it has. */
export function noSuchDatabase(database: string): UpstreamRefusal {
  const severity = 'FATAL';
  return new UpstreamRefusal(
    new Map([
      ['S', severity],
      ['V', severity],
      // PostgreSQL Error Codes: invalid_catalog_name
      ['C', '3D000'],
      ['M', `database "${database}" does not exist`],
    ]),
  );
}
