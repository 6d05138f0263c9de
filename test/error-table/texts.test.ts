// The texts of errors, as people read them in a terminal or on a page.

import { describe, expect, it } from 'vitest';
import type { ErrorEntry } from '../../src/error-table/error-entry.ts';
import { ENDINGS, ERRORS } from '../../src/error-table/error-table.ts';

const LONGEST_MESSAGE = 120;
const LONGEST_HINT = 200;

const WORDS: ReadonlyMap<string, RegExp> = new Map([
  ['e-mail: say email', /\be-mails?\b/i],
  ['so that: make two sentences', /\bso that\b/],
  ['was made: say who does it, or that it is there', /\b(?:was|were) made\b/],
  ['a time for programs', /\d{4}-\d\d-\d\dT/],
]);

const entries: ReadonlyArray<readonly [code: string, entry: ErrorEntry]> = Object.entries({ ...ERRORS, ...ENDINGS });
const texts = entries.flatMap(([code, { message, hint }]) => [message, hint ?? ''].map((text) => `${code}: ${text}`));

describe('texts of errors', () => {
  it.each([...WORDS])('have no %s', (_advice, pattern) => {
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter((text) => pattern.test(text.slice(text.indexOf(':'))))).toEqual([]);
  });

  it(`have at most ${LONGEST_MESSAGE} characters, and hints ${LONGEST_HINT}`, () => {
    const long = entries.filter(
      ([, { message, hint }]) => message.length > LONGEST_MESSAGE || (hint ?? '').length > LONGEST_HINT,
    );
    expect(long.map(([code]) => code)).toEqual([]);
  });
});
