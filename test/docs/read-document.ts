// Reads the documents of the repository: those at its root and those under docs/.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Lines of a document, by its path in the repository. Throws where there is none. */
export function readDocument(path: string): string[] {
  return readFileSync(new URL(path, ROOT), 'utf8').split('\n');
}

/** Paths of all documents, such as `README.md` and `docs/decisions/010-embedded-postgres.md`. */
export function documentPaths(): string[] {
  const atRoot = readdirSync(fileURLToPath(ROOT));
  const inDocs = readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' });
  return [...atRoot, ...inDocs.map((path) => `docs/${path}`)].filter((path) => path.endsWith('.md')).sort();
}
