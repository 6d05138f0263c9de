// Bundles the browser's files: islands and styles, minified, named by their content, listed in a
// manifest. Knows nothing of pages; the server reads the manifest and links what a page needs.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const WEB = fileURLToPath(new URL('.', import.meta.url));
const OUT = join(WEB, '..', 'dist', 'web', 'assets');

/** Writes dist/web/assets and its manifest.json: `{ "main.css": "main-5XK2QW7A.css", … }`. */
export async function buildWeb() {
  const entryPoints = [...(await filesOf('islands', /\.tsx?$/)), ...(await filesOf('styles', /\.css$/))];
  const { metafile } = await build({
    entryPoints,
    outdir: OUT,
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint === undefined) continue;
    const name = basename(output.entryPoint, extname(output.entryPoint));
    manifest[`${name}${extname(path)}`] = basename(path);
  }
  for (const source of await filesOf('static', /\.(svg|ico|png)$/))
    manifest[basename(source)] = await copyByContent(source);
  await writeFile(join(OUT, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const names = new Set([...Object.keys(metafile.outputs).map((path) => basename(path)), ...Object.values(manifest)]);
  const compressed = await Promise.all([...names].filter((name) => /\.(js|css|svg)$/.test(name)).map(compress));
  await removeStale(new Set([...names, ...compressed.flat()]));
}

async function filesOf(folder, pattern) {
  const names = await readdir(join(WEB, folder));
  return names.filter((name) => pattern.test(name)).map((name) => join(WEB, folder, name));
}

async function copyByContent(source) {
  const content = await readFile(source);
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 8).toUpperCase();
  const name = `${basename(source, extname(source))}-${digest}${extname(source)}`;
  await writeFile(join(OUT, name), content);
  return name;
}

/** The same file as br and gz beside it, which the server prefers. */
async function compress(name) {
  const content = await readFile(join(OUT, name));
  const made = { [`${name}.br`]: brotliCompressSync(content), [`${name}.gz`]: gzipSync(content, { level: 9 }) };
  await Promise.all(Object.entries(made).map(([path, bytes]) => writeFile(join(OUT, path), bytes)));
  return Object.keys(made);
}

async function removeStale(kept) {
  const names = await readdir(OUT);
  const stale = names.filter((name) => name !== 'manifest.json' && !kept.has(name));
  await Promise.all(stale.map((name) => rm(join(OUT, name), { force: true })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedAt = performance.now();
  await buildWeb();
  console.log(`${relative(process.cwd(), OUT)} built in ${Math.round(performance.now() - startedAt)} ms`);
}
