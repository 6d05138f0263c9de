// Each threat in docs/security.md, and each attack that was carried out, names the tests that show
// the answer to it.

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocument } from './read-document.ts';

const lines = readDocument('docs/security.md');
const rows = lines.filter((line) => /^\| \d+ \|/.test(line));
const tried = lines.filter((line) => /^\| [AF]\d+ \|/.test(line));

function expectTests(row: string): void {
  const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(tests).not.toEqual([]);
  expect(tests.filter((path) => !existsSync(path))).toEqual([]);
}

describe('the table of threats', () => {
  it('is numbered without a gap', () => {
    expect(rows.map((row) => Number(/^\| (\d+) \|/.exec(row)?.[1]))).toEqual(rows.map((_row, index) => index + 1));
  });

  it.each(rows)('names tests that exist: %s', expectTests);
});

describe('the table of what was tried', () => {
  it('has every attack and every kind of fault', () => {
    const numbered = (letter: string, count: number) =>
      Array.from({ length: count }, (_, index) => letter + (index + 1));
    const numbers = tried.map((row) => /^\| (\w+) \|/.exec(row)?.[1] ?? row);
    const attacks = numbers.filter((number) => number.startsWith('A')).length;
    expect(numbers).toEqual([...numbered('A', attacks), ...numbered('F', 14)]);
  });

  it.each(tried)('names tests that exist: %s', expectTests);
});
