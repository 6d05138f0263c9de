// The version is that of package.json, and the changelog has an entry for it.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { VERSION } from '../src/version.ts';
import { readDocument } from './docs/read-document.ts';

const packageSchema = z.object({ version: z.string() });

it('the version of a build is the one in package.json', () => {
  const json = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(packageSchema.parse(JSON.parse(json)).version).toBe(VERSION);
});

it('the changelog has an entry for the version', () => {
  expect(readDocument('CHANGELOG.md').some((line) => line.startsWith(`## ${VERSION}`))).toBe(true);
});
