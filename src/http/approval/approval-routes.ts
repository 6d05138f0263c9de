// The pages of a login request.

import { Router as createRouter, type RequestHandler, type Router } from 'express';
import { keepUncompressed } from '../request/send-html.ts';
import { type ApprovalCall, type ApprovalParts, openApproval } from './approval-parts.ts';
import { showAsking, submitAsking } from './ask-others.ts';
import { followConnection } from './follow-connection.ts';
import { askForCode, openCode } from './link-code.ts';
import { findTargets } from './offered-targets.ts';
import { askToReport, openLink, showLoginRequest } from './show-login-request.ts';
import { decide } from './submit-decision.ts';

export function approvalRoutes(parts: ApprovalParts): Router {
  const router = createRouter();
  // RFC 4648: 16 bytes in base64url are 22 characters; a reference is `lr-` and 20.
  const isReference: RequestHandler<{ key: string }> = (request, _response, next) =>
    next(request.params.key.startsWith('lr-') ? undefined : 'route');
  const open =
    (handle: (call: ApprovalCall) => Promise<void> | void): RequestHandler<{ key: string }> =>
    async (request, response) =>
      handle(await openApproval(parts, request, response));
  // They show codes beside words that the terminal chose.
  router.use(['/psql_session', '/link'], (_request, response, next) => {
    keepUncompressed(response);
    next();
  });
  router.get('/link', (request, response) => askForCode(parts, request, response));
  router.post('/link', (request, response) => openCode(parts, request, response));
  router.get('/psql_session/:key', isReference, open(showLoginRequest));
  router.get('/psql_session/:key', (request, response) => openLink(parts, request, response));
  router.post('/psql_session/:key', open(decide));
  router.get('/psql_session/:key/report', open(askToReport));
  router.get('/psql_session/:key/ask', open(showAsking));
  router.post('/psql_session/:key/ask', open(submitAsking));
  router.get('/psql_session/:key/targets', open(findTargets));
  router.get('/psql_session/:key/events', open(followConnection));
  return router;
}
