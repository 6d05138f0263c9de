// Waits until a Postgres answers queries by really asking it.

import pg from 'pg';
import { backoff, retry } from '../../async/retry.ts';
import type { Secret } from '../../secret.ts';

const PAUSES = backoff({ firstMs: 10, longestMs: 200 });
const CONNECT_LIMIT_MS = 2_000;

/** `gave_up` when the signal aborts; any failure means "not yet". */
export async function awaitPostgres(url: Secret, signal: AbortSignal): Promise<'ready' | 'gave_up'> {
  try {
    await retry(() => ask(url), { pauses: PAUSES, signal });
    return 'ready';
  } catch {
    return 'gave_up';
  }
}

async function ask(url: Secret): Promise<void> {
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: CONNECT_LIMIT_MS });
  // A connection that the server cuts reports twice: to the promise and as an event.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => {});
  }
}
