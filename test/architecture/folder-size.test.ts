// A folder is small enough to be read at a glance.

import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';

const MOST_FILES = 20;
/** src/ holds the executable, the builder of a node, and leaves. */
const MOST_FILES_OF_ROOT = 16;
/** One file a migration, for ever. */
const EXEMPT: ReadonlySet<string> = new Set(['src/catalogue/migrations']);

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'web', 'test', 'bench'],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((path) => path !== '');

describe('folders', () => {
  it('hold at most 20 files, and src/ itself at most 16', () => {
    expect(files.length).toBeGreaterThan(500);
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    const large = [...counts].filter(([folder, count]) => count > mostFilesOf(folder) && !EXEMPT.has(folder));
    expect(large).toEqual([]);
  });
});

function mostFilesOf(folder: string): number {
  return folder === 'src' ? MOST_FILES_OF_ROOT : MOST_FILES;
}
