// The README and the code agree.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
});
