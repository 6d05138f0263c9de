// The start page, and the health checks: the process is alive; the process accepts new work.

import { Router as createRouter, type Router } from 'express';
import { HomePage } from '../../../web/pages/home-page.tsx';
import { listTargets } from '../../catalogue/access/targets.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Config } from '../../config/config.ts';
import { type PublicAddress, psqlCommand } from '../../config/public-address.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { requireSession } from '../request/request-context.ts';

export interface Readiness {
  isReady: boolean;
}

/** `/readyz` answers 503 until start-up is done and while draining. */
export function healthRoutes(readiness: Readiness): Router {
  const router = createRouter();
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').type('text/plain').send('ok\n');
  });
  router.get('/readyz', (_request, response) => {
    const { isReady } = readiness;
    response.status(isReady ? 200 : 503);
    response
      .set('Cache-Control', 'no-store')
      .type('text/plain')
      .send(isReady ? 'ready\n' : 'not ready\n');
  });
  return router;
}

export function homeRoutes(parts: {
  readonly catalogue: Catalogue;
  readonly config: Config;
  readonly address: PublicAddress;
  readonly renderer: PageRenderer;
}): Router {
  const router = createRouter();
  router.get('/', async (request, response) => {
    const { user } = requireSession(response);
    const actor = await loadPersonActor(parts.catalogue, user.id);
    const targets = actor === null ? [] : await listTargets(parts.catalogue, actor);
    const projectCount = targets.reduce((sum, account) => sum + account.projects.length, 0);
    parts.renderer.send(request, response, HomePage, {
      command: psqlCommand(parts.config, parts.address),
      projectCount,
    });
  });
  return router;
}
