// The way to a new organization, and the operators' inbox for requests.

import { Router as createRouter, type Router } from 'express';
import { approveRequest, declineRequest, showRequests } from '../../operations/request-inbox.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { formRoute, pageRoute } from '../shell/form-route.ts';
import { openVisit } from '../shell/visit.ts';
import { createOwnOrganization, sendRequest, showNewOrganization } from './new-organization.ts';

export function organizationRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  const again = { show: showNewOrganization };
  router.get('/app/organizations/new', pageRoute(parts, openVisit, showNewOrganization));
  router.post('/app/organizations/new', formRoute(parts, openVisit, { act: createOwnOrganization, ...again }));
  router.post('/app/organizations/request', formRoute(parts, openVisit, { act: sendRequest, ...again }));
  const inbox = { show: showRequests };
  router.get('/ops/requests', pageRoute(parts, openVisit, showRequests));
  router.post('/ops/requests/:requestId/approve', formRoute(parts, openVisit, { act: approveRequest, ...inbox }));
  router.post('/ops/requests/:requestId/decline', formRoute(parts, openVisit, { act: declineRequest, ...inbox }));
  return router;
}
