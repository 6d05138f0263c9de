// The answers of CONTRIBUTING.md, "Where things are", are true.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readDocument } from './read-document.ts';

const rows = readDocument('CONTRIBUTING.md').flatMap((line) => {
  const [, question, path, text] = /^\| ([^`|]+) \| `(src\/[^`]+)` \| `([^`]+)` \|$/.exec(line) ?? [];
  return question === undefined || path === undefined || text === undefined ? [] : [{ question, path, text }];
});

it('there are twelve answers', () => {
  expect(rows).toHaveLength(12);
});

it.each(rows)('$question: $path', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toContain(text);
});
