// Each threat in docs/security.md names the tests that show the answer to it.

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDocument } from './read-document.ts';

const rows = readDocument('docs/security.md').filter((line) => /^\| \d+ \|/.test(line));

describe('the table of threats', () => {
  it('is numbered without a gap', () => {
    expect(rows.map((row) => Number(/^\| (\d+) \|/.exec(row)?.[1]))).toEqual(rows.map((_row, index) => index + 1));
  });

  it.each(rows)('names tests that exist: %s', (row) => {
    const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    expect(tests).not.toEqual([]);
    expect(tests.filter((path) => !existsSync(path))).toEqual([]);
  });
});
