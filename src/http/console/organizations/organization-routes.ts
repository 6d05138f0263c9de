// Routes for creating or requesting an organization.

import { Router as createRouter, type Router } from 'express';
import { openCall } from '../shell/console-call.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { formRoute, pageRoute } from '../shell/form-route.ts';
import { createOwnOrganization, sendRequest, showNewOrganization } from './new-organization.ts';

export function organizationRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  const again = { show: showNewOrganization };
  router.get('/app/organizations/new', pageRoute(parts, openCall, showNewOrganization));
  router.post('/app/organizations/new', formRoute(parts, openCall, { act: createOwnOrganization, ...again }));
  router.post('/app/organizations/request', formRoute(parts, openCall, { act: sendRequest, ...again }));
  return router;
}
