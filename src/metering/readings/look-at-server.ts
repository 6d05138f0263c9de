// Asks a Postgres server for counters and sizes, in statements that versions since 9.6 understand.

import pg from 'pg';
import { z } from 'zod';
import { listedPauses, retry } from '../../async/retry.ts';
import {
  type DatabaseReading,
  databaseSizesSchema,
  type KeptReading,
  type ServerCounters,
  type ServerLook,
  serverCountersSchema,
} from './server-reading.ts';

/** On an attached server only the project's databases are measured, and no WAL. */
type LookScope = { readonly kind: 'host' } | { readonly kind: 'attached'; readonly databases: readonly string[] };

interface LookQuestion {
  /** Runs a statement that returns one JSON value, and returns that value. */
  readonly ask: (sql: string) => Promise<unknown>;
  readonly scope: LookScope;
  readonly previous: KeptReading | null;
  readonly at: Date;
  /**
   * Backend processes of the looks of this round, which do not count as use. NOTE: a process id
   * cannot be chosen; by a name that anybody may set, a tenant would hide what it writes.
   */
  readonly ownProcesses: Set<number>;
}

const processIdSchema = z.int32();
const HOUR_MS = 3_600_000;
const SIZE_RETRY_PAUSES_MS = [0, 50];

/** Sizes cost reads on disk: asked for after use, and hourly. Throws as `ask`, and ZodError. */
export async function lookAtServer({ ask, scope, previous, at, ownProcesses }: LookQuestion): Promise<ServerLook> {
  ownProcesses.add(processIdSchema.parse(await ask('select to_json(pg_backend_pid()) as answer')));
  const counters = serverCountersSchema.parse(await ask(countersQuery(scope, ownProcesses)));
  const isSameHour = previous !== null && hourOf(previous.readAt) === hourOf(at);
  const known = new Map(isSameHour ? previous.reading?.databases.map((database) => [database.id, database]) : []);
  const changed = counters.databases.filter((database) => !isUnchanged(database, known.get(database.id)));
  // A database that is dropped while its size is read fails the whole statement.
  const sizes = await retry(async () => databaseSizesSchema.parse(await ask(sizesQuery(changed.map(({ id }) => id)))), {
    pauses: listedPauses(SIZE_RETRY_PAUSES_MS),
  });
  const asked = new Set(changed.map((database) => database.id));
  return {
    ...counters,
    databases: counters.databases.map((database) => {
      const size = asked.has(database.id) ? sizes[database.id] : known.get(database.id)?.sizeBytes;
      return { ...database, sizeBytes: size ?? null };
    }),
  };
}

function isUnchanged(now: ServerCounters['databases'][number], before: DatabaseReading | undefined): boolean {
  if (before === undefined || now.openSessions > 0 || before.openSessions > 0) return false;
  return now.changedRows === before.changedRows && now.sessionCount === before.sessionCount;
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / HOUR_MS);
}

// PostgreSQL documentation: pg_stat_database, as JSON, so that columns a version lacks are null.
// Client sessions have a role; autovacuum workers do not.
function countersQuery(scope: LookScope, ownProcesses: ReadonlySet<number>): string {
  return `
    select json_build_object(
      'startedAt', pg_postmaster_start_time(),
      'walPosition', ${scope.kind === 'host' ? "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')" : 'null'},
      'redoPosition', ${scope.kind === 'host' ? "pg_wal_lsn_diff((pg_control_checkpoint()).redo_lsn, '0/0')" : 'null'},
      'databases', coalesce(json_agg(json_build_object(
        'id', s.datid::bigint,
        'name', s.datname,
        'changedRows', s.tup_inserted + s.tup_updated + s.tup_deleted,
        'updatedRows', s.tup_updated,
        'busyMs', to_jsonb(s) -> 'active_time',
        'sessionCount', to_jsonb(s) -> 'sessions',
        'openSessions', coalesce(a.open_sessions, 0)
      )), '[]')
    ) as answer
    from pg_stat_database s
    left join (
      select datid, count(*) as open_sessions from pg_stat_activity
      where usesysid is not null and pid not in (pg_backend_pid(), ${[...ownProcesses].join(', ')}) group by datid
    ) a on a.datid = s.datid
    ${scope.kind === 'host' ? '' : `where s.datname in (${['', ...scope.databases].map(pg.escapeLiteral).join(', ')})`}`;
}

function sizesQuery(ids: readonly number[]): string {
  return `
    select coalesce(json_object_agg(oid, pg_database_size(oid)), '{}') as answer
    from pg_database where oid in (0, ${ids.join(', ') || '0'}) and has_database_privilege(oid, 'connect')`;
}
