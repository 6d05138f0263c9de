// One change of a project at a time over all nodes: Postgres refuses two at once, and two new
// passwords must not mix. The lock ends with its connection when the node dies.

import pg from 'pg';
import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { adminConnection } from './host-address.ts';
import { reaching } from './host-connection.ts';

/** Nobody else works on the same thing meanwhile. Throws `busy` after waiting too long. */
export type RunAlone = <Result>(thing: string, work: () => Promise<Result>) => Promise<Result>;

const LONGEST_WAIT_MS = 20_000;
// PostgreSQL Error Codes: lock_not_available
const LOCK_NOT_AVAILABLE = '55P03';

// People may enter this database where the operator left it open, and take locks of any number.
const END_OTHERS = `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::int8 << 32 | l.objid::int8) = hashtextextended($1, 0) AND l.objsubid = 1
    AND a.usename <> session_user`;

/** A queue in this process keeps it to one waiting connection per thing. */
export function createHostLocks(url: Secret, { longestWaitMs = LONGEST_WAIT_MS } = {}): RunAlone {
  const queues = new Map<string, Promise<void>>();
  return async (thing, work) => {
    const until = performance.now() + longestWaitMs;
    const turn = (queues.get(thing) ?? Promise.resolve()).then(() => runLocked(url, { thing, until }, work));
    const end = turn.then(
      () => {},
      () => {},
    );
    queues.set(thing, end);
    try {
      return await turn;
    } finally {
      if (queues.get(thing) === end) queues.delete(thing);
    }
  };
}

async function runLocked<Result>(
  url: Secret,
  { thing, until }: { thing: string; until: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const waitMs = Math.round(until - performance.now());
  if (waitMs <= 0) throw busy(thing);
  const client = new pg.Client({ ...adminConnection(url), lock_timeout: waitMs });
  // A connection that is cut; the server has then ended the lock.
  client.on('error', () => {});
  await reaching(() => client.connect());
  try {
    const key = [`postern ${thing}`];
    await client.query(END_OTHERS, key).catch(() => {});
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', key);
    return await work();
  } catch (error) {
    const isTaken = error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;
    throw isTaken ? busy(thing, error) : error;
  } finally {
    await client.end();
  }
}

function busy(thing: string, cause?: unknown): PosternError {
  return new PosternError('busy', { params: { thing }, cause });
}
