// Turns the TypeScript of src/ and web/ into what Node runs, file by file, under dist/, and copies
// the documents there, which `/docs` shows. Checks no types: that is `npm run types`, and takes as
// long as a start may.

import { cp, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Browsers get theirs from web/build.mjs. */
const FOR_BROWSERS = join(ROOT, 'web', 'islands');

/**
 * Every module stays a module of its own; what imports a `.ts` file imports the `.js` beside it
 * afterwards.
 */
const keepImports = {
  name: 'keep-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ path }) => ({ path: path.replace(/\.tsx?$/, '.js'), external: true }));
  },
};

const folders = ['src', 'web'].map((folder) => join(ROOT, folder));
const entryPoints = (await Promise.all(folders.map(modulesUnder))).flat();
const startedAt = performance.now();
await build({
  entryPoints,
  outbase: ROOT,
  outdir: join(ROOT, 'dist'),
  bundle: true,
  packages: 'external',
  plugins: [keepImports],
  platform: 'node',
  format: 'esm',
  target: 'node20',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  sourcemap: true,
  logLevel: 'warning',
});
await rm(join(ROOT, 'dist', 'docs'), { recursive: true, force: true });
await cp(join(ROOT, 'docs'), join(ROOT, 'dist', 'docs'), { recursive: true });
console.log(`${relative(process.cwd(), join(ROOT, 'dist'))} built in ${Math.round(performance.now() - startedAt)} ms`);

async function modulesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.startsWith(FOR_BROWSERS));
}
