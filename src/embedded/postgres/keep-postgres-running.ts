// Keeps one Postgres running: starts it again when it dies, gives up when it keeps dying.

import pg from 'pg';
import { backoff, pause, retry } from '../../async/retry.ts';
import { freePort } from '../../config/ports.ts';
import type { Secret } from '../../secret.ts';
import { EmbeddedError } from '../data-folder/embedded-error.ts';
import { type PostgresLaunch, type PostgresProcess, startPostgresProcess } from './postgres-process.ts';

export interface KeptPostgres {
  readonly port: number;
  stop(): Promise<void>;
}

export interface KeepOptions {
  readonly launch: PostgresLaunch;
  /** Tried first; null: any free one. */
  readonly preferredPort: number | null;
  readonly urlAt: (port: number) => Secret;
}

// Recovery after a crash replays the WAL before the first answer.
const READY_LIMIT_MS = 120_000;
// A run that lasted this long was healthy: the count of deaths starts again.
const HEALTHY_RUN_MS = 30_000;
const PAUSES = backoff({ firstMs: 100, longestMs: 2_000 });
const QUESTION_PAUSES = backoff({ firstMs: 10, longestMs: 200 });
const CONNECT_LIMIT_MS = 2_000;

type DeathReason = 'port_taken' | 'still_held' | 'unknown';
// In a row; with the pauses between them, "still held" is waited for about a minute.
const MOST_DEATHS: Readonly<Record<DeathReason, number>> = { port_taken: 6, still_held: 32, unknown: 6 };

/** Resolves after the first answer. Throws EmbeddedError with Postgres' last words. */
export async function keepPostgresRunning(options: KeepOptions): Promise<KeptPostgres> {
  const stopping = new AbortController();
  const first = await startFirst(options);
  const current = { child: first.child };
  const watching = restartWhenItDies({ ...options, port: first.port, current, signal: stopping.signal });
  return {
    port: first.port,
    stop: async () => {
      stopping.abort();
      await current.child.stop();
      await watching;
    },
  };
}

/** The port may be taken, and what a killed Postgres held may be freed a moment later. */
async function startFirst(options: KeepOptions): Promise<{ child: PostgresProcess; port: number }> {
  const { launch, preferredPort, urlAt } = options;
  let port = preferredPort ?? (await freePort('127.0.0.1'));
  for (let deaths = 1; ; deaths += 1) {
    const child = startPostgresProcess(launch, port);
    if (await becomesReady(child, urlAt(port))) return { child, port };
    await child.stop();
    const lastWords = await child.lastWords();
    const reason = reasonIn(lastWords);
    if (reason === 'unknown' || deaths === MOST_DEATHS[reason]) {
      throw new EmbeddedError(`the embedded Postgres does not start: ${lastWords}`);
    }
    if (reason === 'port_taken') port = await freePort('127.0.0.1');
    await pause(PAUSES(deaths));
  }
}

interface Watch extends KeepOptions {
  readonly port: number;
  readonly current: { child: PostgresProcess };
  readonly signal: AbortSignal;
}

async function restartWhenItDies({ launch, port, urlAt, current, signal }: Watch): Promise<void> {
  let deaths = 0;
  let readyAt: number | null = performance.now();
  for (;;) {
    await current.child.exited;
    if (signal.aborted) return;
    deaths = readyAt !== null && performance.now() - readyAt > HEALTHY_RUN_MS ? 1 : deaths + 1;
    readyAt = null;
    const lastWords = await current.child.lastWords();
    const facts = { deaths, last_words: lastWords };
    if (deaths > MOST_DEATHS[reasonIn(lastWords)]) {
      launch.log.fatal(
        { event: 'embedded.postgres_given_up', ...facts },
        'embedded Postgres keeps dying and is not started again: restart Postern',
      );
      return;
    }
    launch.log.error({ event: 'embedded.postgres_died', ...facts }, 'embedded Postgres died and is started again');
    await pause(PAUSES(deaths), signal);
    if (signal.aborted) return;
    current.child = startPostgresProcess(launch, port);
    if (await becomesReady(current.child, urlAt(port))) {
      readyAt = performance.now();
      launch.log.info({ event: 'embedded.postgres_back', port }, 'embedded Postgres is back');
    } else {
      await current.child.stop();
    }
  }
}

async function becomesReady(child: PostgresProcess, url: Secret): Promise<boolean> {
  const waiting = new AbortController();
  const limit = setTimeout(() => waiting.abort(), READY_LIMIT_MS);
  void child.exited.then(() => waiting.abort());
  try {
    return (await awaitPostgres(url, waiting.signal)) === 'ready' && !child.hasExited();
  } finally {
    clearTimeout(limit);
  }
}

/** A killed Postgres leaves its lock file and, until its last backend ends, its shared memory. */
function reasonIn(lastWords: string): DeathReason {
  if (lastWords.includes('could not bind')) return 'port_taken';
  return /lock file|shared memory/.test(lastWords) ? 'still_held' : 'unknown';
}

/** `gave_up` when the signal aborts; any failure means "not yet". */
export async function awaitPostgres(url: Secret, signal: AbortSignal): Promise<'ready' | 'gave_up'> {
  try {
    await retry(() => ask(url), { pauses: QUESTION_PAUSES, signal });
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
