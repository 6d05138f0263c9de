// The start page: the psql command line for signed-in people; others are sent to sign in.

import { Router as createRouter, type Router } from 'express';
import { HomePage } from '../../../web/pages/home-page.tsx';
import { listTargets } from '../../catalogue/access/targets.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Config } from '../../config/config.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { psqlCommand } from '../../config/public-address.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { requireSession } from '../request/request-context.ts';

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
