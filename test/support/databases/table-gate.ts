// Stops whatever writes a table of a Postgres, one statement at a time, by a lock that reading does
// not notice: for tests that end a node in the middle of something.

import pg from 'pg';
import { waitUntil } from '../wait-until.ts';

export interface TableGate {
  /**
   * Resolves when a session of that application name waits at the gate; `%` stands for anything.
   */
  waitsFor(applicationName: string): Promise<void>;
  /** Lets the one that waits first through, and nobody after it. */
  letOneThrough(): Promise<void>;
  /** Lets everybody through. */
  open(): Promise<void>;
}

const WAITING = `SELECT application_name FROM pg_stat_activity a JOIN pg_locks l USING (pid)
  WHERE NOT l.granted AND l.relation = $1::regclass AND a.application_name LIKE $2`;

/** Closed at once. */
export async function closeTableGate(url: string, table: string): Promise<TableGate> {
  const watcher = await connect(url);
  let holder = await connect(url);
  await holder.query(lockOf(table));
  const waiting = async (name: string) => (await watcher.query(WAITING, [table, name])).rows.length;
  return {
    waitsFor: async (name) => {
      await waitUntil(async () => (await waiting(name)) > 0, `${name} waits for ${table}`);
    },
    letOneThrough: async () => {
      const next = await connect(url);
      // The server serves waiting locks in their order.
      const locked = next.query(lockOf(table));
      await waitUntil(async () => (await waiting('test gate')) > 0, 'the next lock is queued');
      await holder.end();
      holder = next;
      await locked;
    },
    open: async () => {
      await holder.end();
      await watcher.end();
    },
  };
}

const lockOf = (table: string) => `BEGIN; LOCK TABLE ${table} IN SHARE MODE`;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'test gate' });
  await client.connect();
  return client;
}
