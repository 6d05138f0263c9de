// The documents that are made from the code are up to date.

import { expect, it } from 'vitest';
import { generatedDocuments } from './documents.ts';
import { readDocument } from './read-document.ts';

it.each([...generatedDocuments()])('%s is what `npm run docs` writes', (path, text) => {
  expect(readDocument(path)).toEqual(text.split('\n'));
});
