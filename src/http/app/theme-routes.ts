// Switches this browser between light, dark, and as the system is set.

import { Router as createRouter, type Router } from 'express';
import { z } from 'zod';
import { THEMES } from '../../../web/layout/theme.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { clearCookie, setCookie } from '../request/cookies.ts';
import { safeNext } from '../request/safe-next.ts';

const KEPT_MS = 365 * 24 * 3_600_000;
/** An unknown theme is the system's. */
const formSchema = z.object({ theme: z.enum(THEMES).catch('system'), next: z.unknown().optional() });

export function themeRoutes(address: PublicAddress): Router {
  const router = createRouter();
  router.post('/theme', (request, response) => {
    const { theme, next } = formSchema.parse(request.body ?? {});
    if (theme === 'system') clearCookie(response, address, 'theme');
    else setCookie(response, address, { name: 'theme', value: theme, expiresAt: new Date(Date.now() + KEPT_MS) });
    response.redirect(303, safeNext(next));
  });
  router.get('/theme', (_request, response) => response.redirect(303, '/'));
  return router;
}
