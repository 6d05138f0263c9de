// The pages of a login request: the link itself, the reference that it leads to, the search
// for a target, the decision, and the events that follow the connection.

import { Router as createRouter, type RequestHandler, type Router } from 'express';
import type { ApprovalParts } from './approval-parts.ts';
import { findTargets } from './find-targets.ts';
import { followConnection } from './follow-connection.ts';
import { openLink } from './open-link.ts';
import { showLoginRequest } from './show-login-request.ts';
import { decide } from './submit-decision.ts';

export function approvalRoutes(parts: ApprovalParts): Router {
  const router = createRouter();
  // RFC 4648: 16 bytes in base64url are 22 characters; a reference is `lr-` and 20.
  const isReference: RequestHandler<{ key: string }> = (request, _response, next) =>
    next(request.params.key.startsWith('lr-') ? undefined : 'route');
  router.get('/psql_session/:key', isReference, (request, response) => showLoginRequest(parts, request, response));
  router.get('/psql_session/:key', (request, response) => openLink(parts, request, response));
  router.post('/psql_session/:key', (request, response) => decide(parts, request, response));
  router.get('/psql_session/:key/targets', (request, response) => findTargets(parts, request, response));
  router.get('/psql_session/:key/events', (request, response) => followConnection(parts, request, response));
  return router;
}
