// The built styles and scripts: cached for ever, since their names change with their content.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import express, { type Router } from 'express';
import { z } from 'zod';

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
  router.use('/assets', express.static(folder, { immutable: true, maxAge: '365d', index: false, redirect: false }));
  return router;
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
