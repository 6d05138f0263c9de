// One run of the postgres program: how it is started, what it says, how it is stopped.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { PostgresAccount } from './postgres-account.ts';
import { stopPostgres } from './stop-postgres.ts';

export interface PostgresLaunch {
  readonly postgres: string;
  readonly cluster: string;
  readonly account: PostgresAccount;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: Log;
}

export interface PostgresProcess {
  /** Resolves when the process is gone, to a few words on how; never rejects. */
  readonly exited: Promise<string>;
  hasExited(): boolean;
  /** How it ended and what it said last, for an error message; call it after the end. */
  lastWords(): Promise<string>;
  stop(): Promise<void>;
}

const KEPT_LINES = 12;
const LONGEST_LINE = 500;
const LAST_WORDS_LIMIT_MS = 300;

// Ours alone: only loopback, no socket file (its path could be too long), and no client's query or
// row text in a log.
const FIXED_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_destination: 'stderr',
  logging_collector: 'off',
};

export function startPostgresProcess(launch: PostgresLaunch, port: number): PostgresProcess {
  const settings = Object.entries({ ...launch.settings, ...FIXED_SETTINGS }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const child = spawn(launch.postgres, ['-D', launch.cluster, '-p', String(port), ...settings], {
    ...launch.account,
    cwd: '/',
    // NOTE: none of our environment: SQL could read its keys through COPY FROM PROGRAM.
    env: {},
    // A session of its own: Ctrl-C must reach Postern first, which then stops Postgres.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output = keepLastLines(child, launch.log);
  const state = { hasExited: false };
  // NOTE: however this process ends, short of being killed, it leaves no server behind.
  const quit = (): void => void child.kill('SIGQUIT');
  process.once('exit', quit);
  const exited = exitOf(child).finally(() => {
    state.hasExited = true;
    process.off('exit', quit);
  });
  return {
    exited,
    hasExited: () => state.hasExited,
    lastWords: async () => {
      // Its children may hold the pipe open longer than it lived itself.
      await Promise.race([output.ended, pause(LAST_WORDS_LIMIT_MS, undefined, { ref: false })]);
      return [await exited, ...output.lines].join('\n');
    },
    stop: async () => {
      // NOTE: a number whose process is gone may by now be anybody's.
      if (child.pid === undefined || state.hasExited) return;
      await stopPostgres({ pid: child.pid, exited, log: launch.log });
    },
  };
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}

function keepLastLines(child: ChildProcess, log: Log): { lines: readonly string[]; ended: Promise<void> } {
  const lines: string[] = [];
  if (child.stderr === null) return { lines, ended: Promise.resolve() };
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (line) => {
    const text = line.slice(0, LONGEST_LINE);
    lines.push(text);
    if (lines.length > KEPT_LINES) lines.shift();
    log.debug({ event: 'embedded.postgres_output', postgres: text }, 'embedded Postgres');
  });
  return { lines, ended: new Promise((resolve) => reader.once('close', resolve)) };
}
