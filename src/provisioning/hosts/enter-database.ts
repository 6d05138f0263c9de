// Entering a hosted database whatever its owner has set to keep others out, and putting it back.

import { escapeIdentifier as quoted } from 'pg';

interface OutsideSession {
  run(...statements: readonly string[]): Promise<void>;
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
}

interface Door {
  readonly isOpen: boolean;
  readonly connectionLimit: number;
  readonly mayConnect: boolean;
  readonly isSuperuser: boolean;
}

const DOOR = `SELECT datallowconn AS "isOpen", datconnlimit AS "connectionLimit",
    has_database_privilege(oid, 'CONNECT') AS "mayConnect", current_setting('is_superuser') = 'on' AS "isSuperuser"
  FROM pg_database WHERE datname = $1`;

/** Closed, with a limit on its connections, or without CONNECT for us: opened for the work. */
export async function enterDatabase(
  { run, query }: OutsideSession,
  database: string,
  work: () => Promise<void>,
): Promise<void> {
  const [door] = await query<Door & Record<string, unknown>>(DOOR, [database]);
  const obstacles = door === undefined ? [] : obstaclesOf(door, database);
  if (obstacles.length > 0) await run(...obstacles.map(({ remove }) => remove));
  try {
    await work();
  } finally {
    const restore = obstacles.flatMap(({ putBack }) => putBack ?? []);
    if (restore.length > 0) await run(...restore);
  }
}

function obstaclesOf(door: Door, database: string): { remove: string; putBack: string | null }[] {
  const name = quoted(database);
  const alter = (setting: string) => `ALTER DATABASE ${name} ${setting}`;
  return [
    ...(door.isOpen ? [] : [{ remove: alter('ALLOW_CONNECTIONS true'), putBack: alter('ALLOW_CONNECTIONS false') }]),
    // PostgreSQL documentation, "CREATE DATABASE": -1 is no limit; superusers have none.
    ...(door.connectionLimit < 0 || door.isSuperuser
      ? []
      : [
          {
            remove: alter('CONNECTION LIMIT -1'),
            putBack: alter(`CONNECTION LIMIT ${door.connectionLimit}`),
          },
        ]),
    // Of what they own, roles may take it even from themselves, and with that from their members.
    ...(door.mayConnect ? [] : [{ remove: `GRANT CONNECT ON DATABASE ${name} TO CURRENT_USER`, putBack: null }]),
  ];
}
