// Ends a node's sessions on a host: PostgreSQL finishes the statement of a dead client.

import { setTimeout as delay } from 'node:timers/promises';
import { PosternError } from '../../errors.ts';
import type { HostPool } from './host-pool.ts';

const ASK_EVERY_MS = 50;
const LONGEST_WAIT_MS = 10_000;

/** Resolves when no session of that name is left. Throws `busy` when one does not end in time. */
export async function waitUntilSessionsEnd(pool: HostPool, name: string): Promise<void> {
  for (const until = performance.now() + LONGEST_WAIT_MS; ; await delay(ASK_EVERY_MS)) {
    const rows = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()
         AND usename = current_user`,
      [name],
    );
    if (rows.length === 0) return;
    if (performance.now() > until) throw new PosternError('busy', { params: { thing: `session "${name}"` } });
  }
}
