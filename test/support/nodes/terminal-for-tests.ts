// Runs programs at a terminal of their own: with prompts, and with both outputs on one screen.

import { type PsqlOptions, type PsqlRun, programPath, startPsql } from './psql.ts';

/** Runs it under util-linux's `script`; write to it to type, `stdout` is the screen. */
export function startAtTerminal(options: PsqlOptions): PsqlRun {
  const command = [programPath(options), ...options.args].map(quoted).join(' ');
  return startPsql({
    program: 'script',
    args: ['--quiet', '--return', '--flush', '--echo', 'never', '--command', command, '/dev/null'],
    env: { TERM: 'dumb', PAGER: 'cat', ...options.env },
  });
}

/** The lines on the screen. */
export function linesOf(run: PsqlRun): string[] {
  return run.stdout().replaceAll('\r', '').split('\n');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
