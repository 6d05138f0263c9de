// The built styles and scripts: cached for ever, since their names change with their content.

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
  router.use('/assets', compressedAsset(folder));
  router.use('/assets', express.static(folder, { immutable: true, maxAge: '365d', index: false, redirect: false }));
  return router;
}

const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** Leads to the file that the build compressed, where there is one that the browser reads. */
function compressedAsset(folder: string): RequestHandler {
  const names = new Set(readdirSync(folder));
  return (request, response, next) => {
    response.vary('Accept-Encoding');
    const name = request.path.slice(1);
    const encoding = acceptedEncoding(request);
    if (encoding !== null && names.has(name + ENDINGS[encoding])) {
      response.type(extname(name)).set('Content-Encoding', encoding);
      request.url = `/${name}${ENDINGS[encoding]}`;
    }
    next();
  };
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
