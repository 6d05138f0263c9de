// Routes of the lists of projects and of the forms for new ones.

import { Router as createRouter, type Router } from 'express';
import { openAccount } from '../shell/console-call.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { formRoute, pageRoute } from '../shell/form-route.ts';
import { attachProject, createProject, showAttach, showNewProject } from './create-project-page.ts';
import { showProjects, showShared } from './list-projects-page.ts';

export function projectListRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.get('/app/:accountId/projects', pageRoute(parts, openAccount, showProjects));
  router.get('/app/:accountId/shared', pageRoute(parts, openAccount, showShared));
  router.get('/app/:accountId/projects/new', pageRoute(parts, openAccount, showNewProject));
  router.post(
    '/app/:accountId/projects/new',
    formRoute(parts, openAccount, { act: createProject, show: showNewProject }),
  );
  router.get('/app/:accountId/projects/attach', pageRoute(parts, openAccount, showAttach));
  router.post(
    '/app/:accountId/projects/attach',
    formRoute(parts, openAccount, { act: attachProject, show: showAttach }),
  );
  return router;
}
