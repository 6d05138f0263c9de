// The commands that the documents show exist, with the options that they show.

import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { documentPaths, readDocument } from './read-document.ts';

const program = createProgram({
  serve: () => Promise.resolve(),
  io: { environment: {}, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
});

const COMMAND = /^(npx|npm|printf) /;

describe.each(documentPaths())('%s', (path) => {
  const document = readDocument(path);
  const { lines, fenceCount } = linesInFences(document);
  const commands = lines.filter((line) => line.includes('npm run postern -- '));

  // A fence was closed too early once, and half of the commands stood in the text.
  it('has its commands in closed fences', () => {
    expect(document.filter((line) => line.startsWith('```'))).toHaveLength(fenceCount * 2);
    expect(document.filter((line) => COMMAND.test(line))).toEqual(lines.filter((line) => COMMAND.test(line)));
  });

  // Outside the installation it is a package of somebody else, which would get the password.
  it('runs nothing by npx that is not ours for certain', () => {
    expect(document.filter((line) => /\bnpx (?:--?\S+ )*postern [\w-]/.test(line))).toEqual([]);
  });

  it('shows only commands that exist', () => {
    for (const line of commands) {
      const words = wordsOf(line);
      expect(optionsOf(words), line).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith('--'))));
    }
  });
});

it('finds the commands that it checks', () => {
  expect(documentPaths().flatMap((path) => linesInFences(readDocument(path)).lines)).toContain(
    'npm run postern -- audit verify',
  );
});

/** `group name …`, without the comment behind it. */
function wordsOf(line: string): string[] {
  const [, command = ''] = line.replace(/ +#.*$/, '').split('npm run postern -- ');
  return command.split(' ');
}

/** Undefined for a command that does not exist. */
function optionsOf([group, name]: readonly string[]): Array<string | undefined> | undefined {
  return program.commands
    .find((candidate) => candidate.name() === group)
    ?.commands.find((candidate) => candidate.name() === name)
    ?.options.map(({ long }) => long);
}

/** What stands between an opening and its closing fence. */
function linesInFences(document: readonly string[]): { readonly lines: string[]; readonly fenceCount: number } {
  const blocks = document.join('\n').match(/^```\n[\s\S]*?^```$/gm) ?? [];
  return { lines: blocks.flatMap((block) => block.split('\n').slice(1, -1)), fenceCount: blocks.length };
}
