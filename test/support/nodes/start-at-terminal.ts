// Programs at a terminal of their own, as a person sees them: `postern serve`, psql.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from '../wait-until.ts';
import { BUILT_MAIN } from './postern-process.ts';

const CTRL_C = '\u0003';
const LAST_LINE = '╰──';
const START_LIMIT_MS = 90_000;

export interface Terminal {
  /** Everything shown so far. */
  text(): string;
  type(keys: string): void;
  /** Resolves with the first match in what is shown. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  readonly exit: Promise<unknown>;
  close(): Promise<void>;
}

export interface StartedAtTerminal extends Terminal {
  /** The value of a line that scripts read: `console`, `psql`, `set-up`. */
  printed(name: string): string;
}

/** Of a machine with nothing configured. */
export const bareEnvironment = () => ({
  PATH: process.env.PATH ?? '',
  POSTERN_TRUST_LOOPBACK: 'yes',
  TERM: 'dumb',
  NO_COLOR: '1',
});

/** Waits until the steps of a first start are shown. */
export async function startAtTerminal(
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedAtTerminal> {
  const env = { ...bareEnvironment(), ...environment };
  const terminal = openTerminal(`exec ${process.execPath} ${BUILT_MAIN} serve`, { cwd, env });
  let hasEnded = false;
  void terminal.exit.then(() => {
    hasEnded = true;
  });
  const isShown = () => terminal.text().includes(LAST_LINE) || hasEnded;
  await waitUntil(isShown, 'the steps are shown', START_LIMIT_MS);
  return { ...terminal, printed: (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(terminal.text())?.[1] ?? '' };
}

/** Runs a command line of the shell. */
export function openTerminal(
  command: string,
  where: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Terminal {
  // script(1) gives it a terminal of its own.
  const child = spawn('script', ['-qefc', `stty cols 120; ${command}`, '/dev/null'], where);
  const shown = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown.text += text.replaceAll('\r\n', '\n');
  });
  const exit = once(child, 'exit');
  return {
    text: () => shown.text,
    type: (keys) => void child.stdin.write(keys),
    shows: (pattern) => waitUntil(() => pattern.exec(shown.text), `${pattern} is shown in ${shown.text}`),
    exit,
    close: async () => {
      child.stdin.end(`${CTRL_C}${CTRL_C}`);
      if (child.exitCode === null) child.kill('SIGKILL');
      await exit;
    },
  };
}
