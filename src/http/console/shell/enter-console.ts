// Redirects `/app` and `/app/<account id>` to a page.

import { Router as createRouter, type Router } from 'express';
import { personalAccountId } from '../../../ids.ts';
import { requireSession } from '../../request/request-context.ts';
import { openAccount } from './console-call.ts';
import type { ConsoleParts } from './console-parts.ts';

export function enterConsole(parts: ConsoleParts): Router {
  const router = createRouter();
  router.get('/app', (_request, response) => {
    response.redirect(303, `/app/${personalAccountId(requireSession(response).user.id)}/projects`);
  });
  router.get('/app/:accountId', async (request, response) => {
    const { base } = await openAccount(parts, request, response);
    response.redirect(303, `${base}/projects`);
  });
  return router;
}
