// Every route of the console.

import { Router as createRouter, type Router } from 'express';
import { accountRoutes } from './account/account-routes.ts';
import { keyRoutes } from './keys/key-routes.ts';
import { meRoutes } from './me/me-routes.ts';
import { organizationRoutes } from './organizations/organization-routes.ts';
import { peopleRoutes } from './people/people-routes.ts';
import { projectRoutes } from './project/project-routes.ts';
import { projectListRoutes } from './projects/project-list-routes.ts';
import type { ConsoleParts } from './shell/console-parts.ts';
import { enterConsole } from './shell/enter-console.ts';

/** Routes with a fixed word come before those that would take it for an account's id. */
export function consoleRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.use(meRoutes(parts), organizationRoutes(parts), enterConsole(parts));
  router.use(projectListRoutes(parts), projectRoutes(parts), peopleRoutes(parts));
  router.use(keyRoutes(parts), accountRoutes(parts));
  return router;
}
