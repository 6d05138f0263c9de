// Postern as a process of its own, for tests that signal or kill it, or measure its memory.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../wait-until.ts';

const ROOT = new URL('../../../', import.meta.url);
/** Built by the global set-up; the same files that `npm start` runs. */
export const BUILT_MAIN = fileURLToPath(new URL('dist/src/main.js', ROOT));

export interface PosternProcess {
  readonly pid: number;
  readonly pgPort: number;
  /** Origin of the pages. */
  readonly baseUrl: string;
  /** Link for the first operator, where there is none yet. */
  readonly setUpUrl: string | null;
  stdout(): string;
  /** Log lines. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Memory in use, in bytes. */
  residentBytes(): Promise<number>;
  close(): Promise<void>;
}

export interface PosternProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it keeps certificates, and by default its data. */
  readonly cwd?: string;
  /** How long it may take to print `ready`. */
  readonly limitMs?: number;
  /** Arguments for node instead of the build. */
  readonly program?: readonly string[];
  /** The limit on open files, soft and hard; the system's unless given. */
  readonly openFiles?: number;
}

/** Resolves when it prints `ready`. */
export async function startPosternProcess(options: PosternProcessOptions = {}): Promise<PosternProcess> {
  const { environment = {}, cwd = fileURLToPath(ROOT), limitMs = 90_000, openFiles, program = [BUILT_MAIN] } = options;
  const output = { stdout: '', stderr: '' };
  const command = [process.execPath, ...program, 'serve'];
  const raise = openFiles === undefined ? '' : `ulimit -n ${openFiles};`;
  const child = spawn('sh', ['-c', `${raise} exec "$@"`, 'sh', ...command], {
    cwd,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      // Tests run in containers, too.
      POSTERN_TRUST_LOOPBACK: 'yes',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const isUp = () => /^ready$/m.test(output.stdout) || child.exitCode !== null;
  await waitUntil(isUp, 'Postern is ready', limitMs).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`Postern did not start: ${output.stdout}${output.stderr}`, { cause: error });
  });
  if (child.exitCode !== null) throw new Error(`Postern ended: ${output.stderr}`);
  const { pid = 0 } = child;
  return {
    pid,
    pgPort: Number(/^psql: psql -h \S+ -p (\d+)$/m.exec(output.stdout)?.[1]),
    baseUrl: /^console: (\S+)$/m.exec(output.stdout)?.[1] ?? '',
    setUpUrl: /^set-up: (\S+)$/m.exec(output.stdout)?.[1] ?? null,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => child.kill(signal),
    exit,
    residentBytes: () => residentBytes(pid),
    close: () => end(child, exit),
  };
}

// proc(5): VmRSS in kB.
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Ends in order where that works, so that its child processes end as well. */
async function end(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await exit;
}
