// The source files of the repository, as the architecture tests read them.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Every source file of src, web, test and bench, also those not yet added to git. */
export function sourceFiles(): SourceFile[] {
  const paths = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'web', 'test', 'bench'],
    { encoding: 'utf8' },
  );
  const files = paths.split('\n').filter((path) => /\.(ts|tsx|mjs)$/.test(path));
  return files.flatMap((path) => read(path));
}

/** Nothing for a file that is deleted and not yet removed from git. */
function read(path: string): SourceFile[] {
  try {
    const text = readFileSync(path, 'utf8');
    return [{ path, text, lines: text.replace(/\n$/, '').split('\n') }];
  } catch {
    return [];
  }
}

/** Lines that are comments, with their numbers. */
export function commentLines({ lines }: SourceFile): Array<{ readonly line: string; readonly number: number }> {
  return lines
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => /^\s*(\/\/|\/\*|\*)/.test(line));
}
