// An installed Redis as a child process: started, started again when it dies, never left behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { backoff, pause, retry } from '../../async/retry.ts';
import { freePort } from '../../config/ports.ts';
import type { Log } from '../../log.ts';
import { Secret } from '../../secret.ts';
import { EmbeddedError } from '../data-folder/embedded-error.ts';
import type { RunningRedis } from './running-redis.ts';

const PASSWORD_BYTES = 24;
const MOST_STARTS = 3;
const READY_LIMIT_MS = 10_000;
const QUESTION_PAUSES = backoff({ firstMs: 10, longestMs: 200 });
const RESTART_PAUSES = backoff({ firstMs: 100, longestMs: 5_000 });
const HEALTHY_RUN_MS = 30_000;
const KEPT_CHARACTERS = 2_000;

// The server ends when the pipe to us does: also a killed Postern leaves none behind. The shell's
// standard input is the configuration first, then only that pipe.
const SERVE_WHILE_PIPED = `
  exec 3<&0
  printf '%s\\n' "$POSTERN_REDIS_SETTINGS" | env -u POSTERN_REDIS_SETTINGS "$0" - 3<&- & server=$!
  (cat <&3 >/dev/null; kill "$server" 2>/dev/null) &
  exec 3<&-
  wait "$server"
`;

interface RedisProcess {
  readonly exited: Promise<void>;
  hasExited(): boolean;
  lastWords(): string;
  end(): void;
}

interface RedisLaunch {
  readonly program: string;
  readonly port: number;
  readonly password: string;
}

/** Throws EmbeddedError with the server's last words. */
export async function startRedisProcess({ program, log }: { program: string; log: Log }): Promise<RunningRedis> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const first = await startFirst({ program, password });
  const current = { server: first.server };
  const stopping = new AbortController();
  const launch = { program, password, port: first.port };
  const watching = restartWhenItDies({ launch, current, log, signal: stopping.signal });
  return {
    kind: 'installed',
    url: new Secret(`redis://:${password}@127.0.0.1:${first.port}`),
    close: async () => {
      stopping.abort();
      current.server.end();
      await current.server.exited;
      await watching;
    },
  };
}

/** Another process may take the port that was free a moment ago. */
async function startFirst({ program, password }: Omit<RedisLaunch, 'port'>) {
  for (let starts = 1; ; starts += 1) {
    const port = await freePort('127.0.0.1');
    const server = spawnRedis({ program, port, password });
    if (await becomesReady(server, port)) return { server, port };
    server.end();
    await server.exited;
    if (starts === MOST_STARTS) throw new EmbeddedError(`${program} does not start: ${server.lastWords()}`);
  }
}

interface Watch {
  readonly launch: RedisLaunch;
  readonly current: { server: RedisProcess };
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What it held is gone, as at any restart of Redis: people who wait connect again. */
async function restartWhenItDies({ launch, current, log, signal }: Watch): Promise<void> {
  for (let deaths = 1; ; deaths += 1) {
    const startedAtMs = performance.now();
    await current.server.exited;
    if (signal.aborted) return;
    if (performance.now() - startedAtMs > HEALTHY_RUN_MS) deaths = 1;
    log.error(
      { event: 'embedded.redis_died', deaths, last_words: current.server.lastWords() },
      'embedded Redis died and is started again',
    );
    await pause(RESTART_PAUSES(deaths), signal);
    if (signal.aborted) return;
    current.server = spawnRedis(launch);
    if (await becomesReady(current.server, launch.port)) {
      log.info({ event: 'embedded.redis_back', port: launch.port }, 'embedded Redis is back');
    }
  }
}

function spawnRedis({ program, port, password }: RedisLaunch): RedisProcess {
  const settings = [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    'loglevel warning',
    'maxmemory-policy noeviction',
  ];
  const child = spawn('/bin/sh', ['-c', SERVE_WHILE_PIPED, program], {
    cwd: '/',
    // NOTE: not an argument, which everybody on the machine can read.
    env: { PATH: '/usr/bin:/bin', POSTERN_REDIS_SETTINGS: settings.join('\n') },
    // A session of its own: Ctrl-C must reach Postern first, which then stops it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = keepOutput(child);
  const state = { hasExited: false };
  const exited = once(child, 'exit').then(
    () => {},
    () => {},
  );
  child.stdin.on('error', () => {});
  void exited.then(() => {
    state.hasExited = true;
    child.stdin.destroy();
  });
  return {
    exited,
    hasExited: () => state.hasExited,
    lastWords: () => output.text.trim(),
    end: () => child.stdin.end(),
  };
}

function keepOutput({ stdout, stderr }: ChildProcess): { readonly text: string } {
  const output = { text: '' };
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output.text = (output.text + text).slice(-KEPT_CHARACTERS);
    });
  }
  return output;
}

async function becomesReady(server: RedisProcess, port: number): Promise<boolean> {
  const waiting = new AbortController();
  const limit = setTimeout(() => waiting.abort(), READY_LIMIT_MS);
  void server.exited.then(() => waiting.abort());
  try {
    await retry(() => reach(port), { pauses: QUESTION_PAUSES, signal: waiting.signal });
    return !server.hasExited();
  } catch {
    return false;
  } finally {
    clearTimeout(limit);
  }
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
