// Words that a stranger would not search for, or not understand at first reading, are not used.

import { describe, expect, it } from 'vitest';
import { commentLines, sourceFiles } from './source-files.ts';

/** This file, which names them. */
const OWN_PATH = 'test/architecture/words.test.ts';

/** In names, comments and texts alike. */
const WORDS: ReadonlyMap<string, RegExp> = new Map([
  ['deed: say action', /\bdeeds?\b|Deed\b/],
  ['goodbye: say ending', /goodbye/i],
  ['latecomer: say connection during the drain', /latecomer/i],
  ['stand at: say enter, or be in a phase', /\bstandAt\b|\bstands? at the\b/],
  ['distrust: say stale, or reread', /distrust/i],
  ['whereabouts: say addresses', /whereabouts/i],
  ['leave the silent: say close idle connections', /leave(s|Of)? ?the ?silent/i],
  ['dear: say expensive', /\bdear\b/],
  ['visit: say call', /\b(?:Visit|openVisit)\b/],
  ['the caller ends: record what must end with the change', /\bthe caller ends\b/i],
]);

/** In comments only. */
const IN_COMMENTS: ReadonlyMap<string, RegExp> = new Map([
  ['a sentence that begins with Who', /(?:^\s*(?:\/\/|\/?\*\*?) ?|[.:;] )(?:Who|Whoever|For who|For whoever)\s/],
]);

const files = sourceFiles().filter(({ path }) => path !== OWN_PATH);

describe('no place uses', () => {
  it.each([...WORDS])('%s', (_advice, pattern) => {
    const places = files.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(places).toEqual([]);
  });
});

describe('no comment has', () => {
  it.each([...IN_COMMENTS])('%s', (_advice, pattern) => {
    const places = files.flatMap((file) =>
      commentLines(file)
        .filter(({ line }) => pattern.test(line))
        .map(({ line, number }) => `${file.path}:${number} ${line.trim()}`),
    );
    expect(places).toEqual([]);
  });
});

it('a comment line is found wherever it stands', () => {
  const text = ['/** Who asks. */', 'const who = 1;', '  // For who asks.'];
  const found = commentLines({ path: 'a.ts', text: text.join('\n'), lines: text });
  expect(found.map(({ number }) => number)).toEqual([1, 3]);
});
