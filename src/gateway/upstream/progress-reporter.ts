// Reports to the page that follows a login; a lost report changes nothing for the connection.

import { PosternError } from '../../errors.ts';
import type { LoginRequestId } from '../../ids.ts';
import type { Progress } from '../../login/request/login-request.ts';
import { applicationOf } from '../client/startup-parameters.ts';
import { type Ending, factsOfEnding } from '../session/endings.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Connected } from './connect-approved.ts';

/** Sends reports one after the other, so that the last one given is the last one seen. */
export function progressReporter(
  id: LoginRequestId,
  { loginRequests, log }: Pick<GatewayParts, 'log' | 'loginRequests'>,
): (progress: Progress) => void {
  let previous = Promise.resolve();
  return (progress) => {
    previous = previous
      .then(() => loginRequests.setProgress(id, progress))
      .catch((error: unknown) =>
        log.warn(
          { event: 'login.progress_lost', err: error, login_request_id: id },
          'could not report the progress of a login',
        ),
      );
  };
}

export function connectedProgress(
  { target, database }: Connected,
  { id: connectionId, client: { peer, startup } }: LiveSession,
): Progress {
  const { databaseRole, project } = target;
  const client = { application: applicationOf(startup), port: peer.port };
  return {
    kind: 'connected',
    database,
    databaseRole,
    projectName: project.name,
    projectLabel: project.label,
    connectionId,
    client,
  };
}

/** What the page shows; an upstream's own words stay with the terminal. */
export function failedProgress(ending: Ending): Progress {
  if (ending.kind === 'silent') return { kind: 'terminal_closed' };
  const error = ending.kind === 'upstream_refusal' ? new PosternError('upstream_refused') : ending.error;
  return { kind: 'failed', code: factsOfEnding(ending).reason, message: error.message };
}
