// The README and the code agree.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { configurationRows, endingRows } from './readme-tables.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').split('\n');

describe('the README', () => {
  it.each(configurationRows())('has the configuration row %s', (row) => {
    expect(readme).toContain(row);
  });

  it('names no variable that does not exist', () => {
    const rows = new Set(configurationRows());
    const shown = readme.filter((line) => /^\| `(POSTERN_\w+|DATABASE_URL|REDIS_URL)` \|/.test(line));
    expect(shown.filter((line) => !rows.has(line))).toEqual([]);
  });

  it.each(endingRows())('has the ending %s', (row) => {
    expect(readme).toContain(row);
  });

  // A fence was closed too early once, and half of the commands stood in the text.
  it('has its commands in closed fences', () => {
    const inFences = linesInFences();
    expect(readme.filter((line) => line.startsWith('```'))).toHaveLength(inFences.fenceCount * 2);
    expect(readme.filter((line) => /^(npx|npm|printf) /.test(line))).toEqual(
      inFences.lines.filter((line) => /^(npx|npm|printf) /.test(line)),
    );
  });

  it.each(linesInFences().lines.filter((line) => line.includes('npx postern ')))(
    'shows a command that exists: %s',
    (line) => {
      const words =
        line
          .replace(/ +#.*$/, '')
          .split('npx postern ')[1]
          ?.split(' ') ?? [];
      const [group, name] = words;
      const command = program.commands
        .find((candidate) => candidate.name() === group)
        ?.commands.find((candidate) => candidate.name() === name);
      const options = command?.options.map(({ long }) => long);
      expect(options).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith('--'))));
    },
  );
});

const program = createProgram({
  serve: () => Promise.resolve(),
  io: { environment: {}, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
});

/** What stands between an opening and its closing fence. */
function linesInFences(): { readonly lines: string[]; readonly fenceCount: number } {
  const blocks = readme.join('\n').match(/^```\n[\s\S]*?^```$/gm) ?? [];
  return { lines: blocks.flatMap((block) => block.split('\n').slice(1, -1)), fenceCount: blocks.length };
}
