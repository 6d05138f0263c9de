// What browsers ask for by a fixed name: the icon of sites that link none, and the manifest by
// which a phone puts the console on its home screen. Both are public and the same for everybody.

import { basename } from 'node:path';
import express, { type Router } from 'express';
import { GROUNDS } from '../../../web/layout/theme.ts';
import type { WebAssets } from '../request/static-assets.ts';

const ICON_SIZES = [192, 512] as const;
const CACHE_SECONDS = 24 * 3_600;

export function iconRoutes({ folder, paths }: WebAssets, brand: string): Router {
  const router = express.Router();
  const icon = basename(paths['icon.ico'] ?? '');
  // Web Application Manifest: the members in use.
  const manifest = {
    name: brand,
    short_name: brand,
    start_url: '/app',
    display: 'standalone',
    background_color: GROUNDS.light,
    theme_color: GROUNDS.light,
    icons: ICON_SIZES.map((size) => ({
      src: paths[`icon-${size}.png`],
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose: 'any maskable',
    })),
  };
  router.get('/favicon.ico', (_request, response) => {
    response.sendFile(icon, { root: folder, maxAge: CACHE_SECONDS * 1_000 });
  });
  router.get('/manifest.webmanifest', (_request, response) => {
    response.set('Cache-Control', `public, max-age=${CACHE_SECONDS}`).type('application/manifest+json').json(manifest);
  });
  return router;
}
