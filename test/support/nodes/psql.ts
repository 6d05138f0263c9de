// Runs the real psql and follows what it prints while it runs.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../wait-until.ts';

export type PsqlVersion = '15' | '17' | '18';

export interface PsqlOptions {
  readonly version?: PsqlVersion;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed; without it the input stays open. */
  readonly input?: string;
  /** Another program that takes libpq's environment: pg_dump, pgbench, pg_isready. */
  readonly program?: string;
}

export interface PsqlRun {
  readonly process: ChildProcessWithoutNullStreams;
  stdout(): string;
  stderr(): string;
  write(text: string): void;
  end(): void;
  /** Resolves with the first match in standard error. */
  waitForStderr(pattern: RegExp, limitMs?: number): Promise<RegExpExecArray>;
  waitForStdout(pattern: RegExp, limitMs?: number): Promise<RegExpExecArray>;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Starts psql with a clean environment: no password file, no service file, no PG… variable of the
 * machine.
 */
export function startPsql(options: PsqlOptions): PsqlRun {
  const child = spawn(programPath(options), [...options.args], { env: { ...cleanEnvironment(), ...options.env } });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.stdin.on('error', () => {
    // The program ended without reading its input; the test sees its exit code.
  });
  if (options.input !== undefined) child.stdin.end(options.input);
  const wait = (stream: 'stdout' | 'stderr') => (pattern: RegExp, limitMs?: number) =>
    waitUntil(() => pattern.exec(output[stream]), `${pattern} in ${stream}: ${output[stream]}`, limitMs).catch(
      (error) => {
        throw new Error(`no ${pattern} in ${stream}; stderr: ${output.stderr}; stdout: ${output.stdout}`, {
          cause: error,
        });
      },
    );
  return {
    process: child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    write: (text) => child.stdin.write(text),
    end: () => child.stdin.end(),
    waitForStderr: wait('stderr'),
    waitForStdout: wait('stdout'),
    exit: once(child, 'close').then(([code, signal]) => ({ code, signal })),
    kill: (signal = 'SIGTERM') => child.kill(signal),
  };
}

/** Runs it to the end. */
export async function runPsql(options: PsqlOptions): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const run = startPsql({ input: '', ...options });
  const { code } = await run.exit;
  return { code, stdout: run.stdout(), stderr: run.stderr() };
}

/** Where the program of that version is. */
export function programPath(options: PsqlOptions): string {
  const program = options.program ?? 'psql';
  if (options.version === undefined || options.version === '15') return program;
  const path = fileURLToPath(
    new URL(`../../../node_modules/.cache/postern-psql/${options.version}/${program}`, import.meta.url),
  );
  if (!existsSync(path)) throw new Error(`${program} ${options.version} is missing: run npm run pretest`);
  return path;
}

function cleanEnvironment(): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: tmpdir(),
    LANG: 'C.UTF-8',
    PGPASSFILE: '/nonexistent/pgpass',
    PGSERVICEFILE: '/nonexistent/service',
    PGSSLROOTCERT: '/nonexistent/root.crt',
  };
}
