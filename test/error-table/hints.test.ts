// A person at a terminal has the error and nothing else: each refusal of the gateway says what to
// do next.

import { expect, it } from 'vitest';
import type { ErrorEntry } from '../../src/error-table/error-entry.ts';
import { ERRORS } from '../../src/error-table/error-table.ts';
import { sourceFiles } from '../architecture/source-files.ts';

/** Of the doors, and of the choice of a target that every door makes. */
const MAKERS = /^src\/(?:gateway\/|catalogue\/access\/choose-)/;
/** A health check, bytes that no client of Postgres sends, and what a page did not offer. */
const FOR_PROGRAMS: readonly string[] = ['gateway_is_up', 'invalid_startup', 'key_forgotten', 'not_found'];

it('every error that the gateway makes has a hint', () => {
  const entries: Readonly<Record<string, ErrorEntry>> = ERRORS;
  const made = sourceFiles()
    .filter(({ path }) => MAKERS.test(path))
    .flatMap(({ text }) => [...text.matchAll(/new PosternError\('([a-z_]+)'/g)].map(([, code = '']) => code));
  expect(made.length).toBeGreaterThan(30);
  const without = [...new Set(made)].filter(
    (code) => entries[code]?.hint === undefined && !FOR_PROGRAMS.includes(code),
  );
  expect(without).toEqual([]);
});
