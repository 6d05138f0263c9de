// The pages of the person: sessions, name and password.

import { Router as createRouter, type Router } from 'express';
import type { ConsoleParts } from '../shell/console-parts.ts';
import { type Acting, formRoute, pageRoute, type Showing } from '../shell/form-route.ts';
import { openVisit, type Visit } from '../shell/visit.ts';
import { saveName, savePassword, showProfile } from './my-profile.ts';
import { endOwnConnection, revokeGrant, showSessions, signOutBrowser, signOutEverywhere } from './my-sessions.ts';

/** Path, handler of the form, and the page shown again when it is refused. */
const FORMS: ReadonlyArray<readonly [string, Acting<Visit>, Showing<Visit>]> = [
  ['/app/me/sessions/connections/:connectionId/end', endOwnConnection, showSessions],
  ['/app/me/sessions/grants/:grantId/revoke', revokeGrant, showSessions],
  ['/app/me/sessions/browsers/:sessionId/sign-out', signOutBrowser, showSessions],
  ['/app/me/sign-out-everywhere', signOutEverywhere, showSessions],
  ['/app/me/profile', saveName, showProfile],
  ['/app/me/profile/password', savePassword, showProfile],
];

export function meRoutes(parts: ConsoleParts): Router {
  const router = createRouter();
  router.get('/app/me/sessions', pageRoute(parts, openVisit, showSessions));
  router.get('/app/me/profile', pageRoute(parts, openVisit, showProfile));
  for (const [path, act, show] of FORMS) router.post(path, formRoute(parts, openVisit, { act, show }));
  return router;
}
