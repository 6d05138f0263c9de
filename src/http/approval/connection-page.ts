// Sends the page that follows a decided login request.

import type { Request, Response } from 'express';
import { ConnectionPage } from '../../../web/pages/connection-page.tsx';
import type { LoginRequest } from '../../login/request/login-request.ts';
import type { ApprovalParts } from './approval-parts.ts';
import { connectionView } from './connection-view.ts';

/**
 * Answers 410 for an expired link, unless the route has set another status; every other state is a
 * normal page.
 */
export function sendConnectionPage(
  { renderer }: ApprovalParts,
  { request, response }: { request: Request; response: Response },
  loginRequest: LoginRequest,
): void {
  const view = connectionView(loginRequest);
  if (view === null) throw new Error(`login request ${loginRequest.id} is not decided`);
  if (loginRequest.status === 'expired' && response.statusCode === 200) response.status(410);
  const eventsPath = `/psql_session/${loginRequest.id}/events`;
  renderer.send(request, response, ConnectionPage, { view, eventsPath });
}
