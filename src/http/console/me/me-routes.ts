// The pages of the person: sessions, name and password.

import { Router as createRouter, type Router } from 'express';
import { type ConsoleCall, openCall } from '../shell/console-call.ts';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { type Acting, formRoute, pageRoute, type Showing } from '../shell/form-route.ts';
import { saveName, savePassword, showProfile } from './my-profile.ts';
import { endOwnConnection, revokeGrant, showSessions, signOutBrowser, signOutEverywhere } from './my-sessions.ts';

/** Path, handler of the form, and the page shown again when it is refused. */
const FORMS: ReadonlyArray<readonly [string, Acting<ConsoleCall>, Showing<ConsoleCall>]> = [
  ['/app/me/sessions/connections/:connectionId/end', endOwnConnection, showSessions],
  ['/app/me/sessions/grants/:grantId/revoke', revokeGrant, showSessions],
  ['/app/me/sessions/browsers/:sessionId/sign-out', signOutBrowser, showSessions],
  ['/app/me/sign-out-everywhere', signOutEverywhere, showSessions],
  ['/app/me/profile', saveName, showProfile],
  ['/app/me/profile/password', savePassword, showProfile],
];

export function meRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.get('/app/me/sessions', pageRoute(parts, openCall, showSessions));
  router.get('/app/me/profile', pageRoute(parts, openCall, showProfile));
  for (const [path, act, show] of FORMS) router.post(path, formRoute(parts, openCall, { act, show }));
  return router;
}
