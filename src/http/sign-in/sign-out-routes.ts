// Signing out; a person with no way to sign in again is asked first.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SignOutPage } from '../../../web/pages/sign-out-page.tsx';
import * as people from '../../actions/people/sign-in.ts';
import { canSignInAgain } from '../../catalogue/people/ways-to-sign-in.ts';
import { clearCookie } from '../request/cookies.ts';
import { auditContextOfPerson, contextOf, requireSession } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import type { SignInParts } from './sign-in-steps.ts';

const PATH = '/sign-out';
const formSchema = z.object({ next: z.unknown().optional(), sure: z.string().optional() });

export function signOutRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get(PATH, (request, response) => askFirst(parts, request, response));
  router.post(PATH, (request, response) => signOut(parts, request, response));
  return router;
}

/** Also where a form of a person who is no longer signed in leads. */
async function askFirst(parts: SignInParts, request: Request, response: Response): Promise<void> {
  if (!(await wouldBeLockedOut(parts, response))) return response.redirect(303, '/');
  parts.renderer.send(request, response, SignOutPage, { next: safeNext(request.query.next) });
}

async function signOut(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { next: asked, sure } = formSchema.parse(request.body ?? {});
  // Somebody else's page, such as an invitation, leads on from here.
  const next = safeNext(asked);
  if (sure === undefined && (await wouldBeLockedOut(parts, response))) {
    return response.redirect(303, `${PATH}?next=${encodeURIComponent(next)}`);
  }
  if (contextOf(response).session !== null) await endSession(parts, response);
  clearCookie(response, parts.address, 'session');
  response.redirect(303, next === '/' ? '/sign-in' : next);
}

async function wouldBeLockedOut({ deps }: SignInParts, response: Response): Promise<boolean> {
  const { session } = contextOf(response);
  return session !== null && !(await canSignInAgain(deps.catalogue.db, session.user.id));
}

async function endSession({ deps }: SignInParts, response: Response): Promise<void> {
  const { user, sessionId } = requireSession(response);
  const context = await auditContextOfPerson(deps.catalogue, response);
  await people.signOut(deps, context, { userId: user.id, sessionId });
}
