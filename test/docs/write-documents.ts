// Writes the documents that are made from the code: `npm run docs`.

import { writeFileSync } from 'node:fs';
import { generatedDocuments } from './documents.ts';

for (const [path, text] of generatedDocuments()) writeFileSync(new URL(`../../${path}`, import.meta.url), text);
