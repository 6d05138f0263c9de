// Reads who holds how much of a host's tables of locks, and ends sessions. It works while such a
// table is full.

import pg from 'pg';
import type { HostServer } from '../hosts/host-server.ts';
import type { LockTable } from './choose-sessions.ts';

/** Predicate locks, those of SERIALIZABLE transactions, have a table of their own. */
export const LOCK_KINDS = ['locks', 'predicate_locks'] as const;
export type LockKind = (typeof LOCK_KINDS)[number];

export interface HeldLocks {
  readonly kind: LockKind;
  /** Null: a prepared transaction. */
  readonly pid: number | null;
  readonly role: string | null;
  /** What Postern does there, by its application name; null for everybody else's sessions. */
  readonly work: string | null;
  readonly locks: number;
}

export interface LockReader {
  readonly tables: Readonly<Record<LockKind, LockTable>>;
  /** False once the connection is gone. */
  isOpen(): boolean;
  /** Without what every session has room for by itself. */
  listHeld(): Promise<HeldLocks[]>;
  /** How many things are locked, each counted once whoever shares it. */
  countLocked(kind: LockKind): Promise<number>;
  end(pid: number): Promise<void>;
  /** Its statement only. */
  cancel(pid: number): Promise<void>;
  endSessionsOf(roles: readonly string[]): Promise<void>;
  /** Begins a new transaction; only while there is room in the table. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/** What the statements below read of the catalogs, when Postgres has forgotten what it knew. */
const CATALOGS = (
  'pg_roles pg_auth_members pg_database pg_proc pg_type pg_class pg_attribute pg_namespace ' +
  'pg_operator pg_opclass pg_opfamily pg_amop pg_amproc pg_am pg_aggregate pg_cast pg_index'
).split(' ');

/**
 * NOTE: whatever needs a lock fails while the table is full, but not what this session holds
 * already. So it stays in a transaction that has read the catalogs. It has no snapshot between two
 * statements, so it holds no vacuum back.
 */
const HOLD = [
  'ROLLBACK',
  'BEGIN',
  ...CATALOGS.map((name) => `SELECT FROM pg_catalog.${name} LIMIT 0`),
  'SAVEPOINT held',
].join('; ');

// Functions, since the views join shared catalogs.
const LIST_HELD = `SELECT held.kind, held.pid, pg_get_userbyid(session.usesysid)::text AS role, held.locks,
    CASE WHEN pg_get_userbyid(session.usesysid) = current_user AND starts_with(session.application_name, 'postern')
      THEN session.application_name END AS work
  FROM (SELECT pid, CASE mode WHEN 'SIReadLock' THEN 'predicate_locks' ELSE 'locks' END AS kind, count(*)::int AS locks
      FROM pg_lock_status() WHERE NOT fastpath GROUP BY 1, 2) held
    LEFT JOIN pg_stat_get_activity(NULL) session ON session.pid = held.pid
  WHERE held.pid IS DISTINCT FROM pg_backend_pid()`;
const COUNT_LOCKED = `SELECT count(*)::int AS locked FROM (
    SELECT DISTINCT locktype, database, relation, page, tuple, virtualxid, transactionid::text, classid, objid, objsubid
    FROM pg_lock_status() WHERE NOT fastpath AND (mode = 'SIReadLock') = $1) things`;
// In a transaction that lasts, this would stay as it was at first.
const FORGET = 'SELECT pg_stat_clear_snapshot()';
const END = 'SELECT pg_terminate_backend($1::int)';
const CANCEL = 'SELECT pg_cancel_backend($1::int)';
const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_get_activity(NULL)
  WHERE pg_get_userbyid(usesysid) = ANY($1::text[]) AND pid <> pg_backend_pid()`;
// NOTE: the portal of a prepared statement keeps its snapshot until the next statement comes.
const DROP_PORTAL = 'SELECT';
const NOBODY = 0;

const TABLES = `SELECT current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int AS places,
  current_setting('max_locks_per_transaction')::int AS locks,
  current_setting('max_pred_locks_per_transaction')::int AS predicate_locks`;

/** Throws `host_away`. The caller closes it. */
export async function openLockReader(host: Pick<HostServer, 'connect'>): Promise<LockReader> {
  const client = await host.connect();
  try {
    const { rows } = await client.query<{ places: number } & Record<LockKind, number>>(TABLES);
    const [{ places, locks, predicate_locks } = { places: 0, locks: 0, predicate_locks: 0 }] = rows;
    const tableOf = (ownShare: number): LockTable => ({ ownShare, capacity: ownShare * places });
    await client.query(HOLD);
    const reader = lockReader(client, { locks: tableOf(locks), predicate_locks: tableOf(predicate_locks) });
    await prepareAll(reader);
    return reader;
  } catch (error) {
    await client.end();
    throw error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

function lockReader(client: pg.Client, tables: LockReader['tables']): LockReader {
  const state = { isOpen: true };
  client.once('end', () => {
    state.isOpen = false;
  });
  const ask = async <Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[] = []) => {
    try {
      const { rows } = await client.query<Row>({ name, text, values });
      await client.query(DROP_PORTAL);
      return rows;
    } catch (error) {
      if (error instanceof pg.DatabaseError) await client.query('ROLLBACK TO held');
      throw error;
    }
  };
  return {
    tables,
    isOpen: () => state.isOpen,
    listHeld: async () => {
      await ask('forget', FORGET);
      return await ask('list_held', LIST_HELD);
    },
    countLocked: async (kind) => {
      const [row] = await ask<{ locked: number }>('count_locked', COUNT_LOCKED, [kind === 'predicate_locks']);
      return row?.locked ?? 0;
    },
    end: async (pid) => void (await ask('end', END, [pid]).catch(unlessLeaving)),
    cancel: async (pid) => void (await ask('cancel', CANCEL, [pid]).catch(unlessLeaving)),
    endSessionsOf: async (roles) => {
      await ask('forget', FORGET);
      await ask('end_all', END_ALL, [[...roles]]);
    },
    renew: async () => void (await client.query(HOLD)),
    close: () => client.end(),
  };
}

/** A session that is about to be gone has no role any more; none but superusers end such. */
function unlessLeaving(error: unknown): void {
  if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
}

/** Postgres then has parsed and planned each, and knows the functions. */
async function prepareAll(reader: LockReader): Promise<void> {
  await reader.listHeld();
  for (const kind of LOCK_KINDS) await reader.countLocked(kind);
  await reader.end(NOBODY);
  await reader.cancel(NOBODY);
  await reader.endSessionsOf([]);
}
