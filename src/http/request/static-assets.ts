// The built styles and scripts: cached for ever, since their names change with their content.
// Served from memory, so that no request holds a file open for a browser that does not read.

import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import { z } from 'zod';
import { acceptedEncoding } from './send-html.ts';

export interface WebAssets {
  readonly folder: string;
  /** Public paths by source name: `main.css` → `/assets/main-5XK2QW7A.css`. */
  readonly paths: Readonly<Record<string, string>>;
}

const manifestSchema = z.record(z.string(), z.string());

/** Reads the manifest of web/build.mjs, next to the compiled program or in dist/. */
export function loadWebAssets(): WebAssets {
  const folders = ['../../../web/assets/', '../../../dist/web/assets/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  for (const folder of folders) {
    const manifest = readManifest(folder);
    if (manifest !== null) return { folder, paths: manifest };
  }
  throw new Error('the web assets are not built: run `node web/build.mjs`');
}

export function assetRoutes({ folder }: WebAssets): Router {
  const router = express.Router();
  router.use('/assets', sendAsset(readFiles(folder)));
  return router;
}

const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** What the build compressed, where there is that and the browser reads it, else the plain file. */
function sendAsset(files: ReadonlyMap<string, Buffer>): RequestHandler {
  return (request, response, next) => {
    const name = request.path.slice(1);
    const plain = files.get(name);
    if (plain === undefined || !['GET', 'HEAD'].includes(request.method)) return next();
    const encoding = acceptedEncoding(request);
    const packed = encoding === null ? undefined : files.get(name + ENDINGS[encoding]);
    response.vary('Accept-Encoding').type(extname(name)).set('Cache-Control', 'public, max-age=31536000, immutable');
    if (encoding !== null && packed !== undefined) response.set('Content-Encoding', encoding);
    response.send(packed ?? plain);
  };
}

function readFiles(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(folder + name)]));
}

function readManifest(folder: string): Record<string, string> | null {
  try {
    const names = manifestSchema.parse(JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')));
    return Object.fromEntries(Object.entries(names).map(([source, name]) => [source, `/assets/${name}`]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
