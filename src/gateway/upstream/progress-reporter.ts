// Tells the page that follows a login how far the connection has come. The page is a comfort: a report that is lost changes
// nothing for the connection.

import { PosternError } from '../../errors.ts';
import type { LoginRequestId } from '../../ids.ts';
import type { Progress } from '../../login/request/login-request.ts';
import { type Ending, reasonOf } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Connected } from './connect-approved.ts';

/** Reports go out one after the other, so that the last one given is the last one seen. Never rejects. */
export function progressReporter(
  id: LoginRequestId,
  { loginRequests, log }: Pick<GatewayParts, 'loginRequests' | 'log'>,
): (progress: Progress) => void {
  let previous = Promise.resolve();
  return (progress) => {
    previous = previous
      .then(() => loginRequests.setProgress(id, progress))
      .catch((error: unknown) =>
        log.warn({ err: error, login_request_id: id }, 'progress of a login was not reported'),
      );
  };
}

export function connectedProgress({ target, database }: Connected, { id }: LiveSession): Progress {
  const { databaseRole, project } = target;
  return { kind: 'connected', database, databaseRole, projectName: project.name, connectionId: id };
}

/** How the page says that there will be no connection; an upstream's own words stay with the terminal. */
export function failedProgress(ending: Ending): Progress {
  if (ending.kind === 'silent') return { kind: 'terminal_closed' };
  if (ending.kind === 'upstream_refusal') {
    return { kind: 'failed', code: reasonOf(ending), message: new PosternError('upstream_refused').message };
  }
  return { kind: 'failed', code: ending.error.code, message: ending.error.message };
}
