// Waits until a Postgres answers queries by really asking it.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Secret } from '../../secret.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;
const CONNECT_LIMIT_MS = 2_000;

/** Resolves to `ready` after the first answer, or to `gave_up` when the signal aborts; any failure means "not yet". */
export async function awaitPostgres(url: Secret, signal: AbortSignal): Promise<'ready' | 'gave_up'> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    if (await answers(url)) return 'ready';
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
  return 'gave_up';
}

async function answers(url: Secret): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.reveal(), connectionTimeoutMillis: CONNECT_LIMIT_MS });
  // A connection that the server cuts reports twice: to the promise and as an event.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
