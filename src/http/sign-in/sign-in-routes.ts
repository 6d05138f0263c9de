// Signing in by email and password, and signing out.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SignInPage } from '../../../web/pages/sign-in-page.tsx';
import * as people from '../../actions/people/sign-in.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { clearCookie } from '../request/cookies.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { auditContextOfPerson, contextOf } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { checkPassword, passwordField } from './check-password.ts';
import { startBrowserSession } from './start-browser-session.ts';

export interface SignInParts {
  readonly deps: Pick<HttpDependencies, 'catalogue' | 'config' | 'limits' | 'auditTrail' | 'clock'>;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}

const MAX_EMAIL_CHARACTERS = 254;
const formSchema = z.object({
  email: z.string().max(MAX_EMAIL_CHARACTERS),
  password: passwordField,
  next: z.unknown().optional(),
});

export function signInRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/sign-in', (request, response) => showSignIn(parts, request, response));
  router.post('/sign-in', (request, response) => signIn(parts, request, response));
  router.post('/sign-out', (request, response) => signOut(parts, request, response));
  return router;
}

function showSignIn(parts: SignInParts, request: Request, response: Response): void {
  const next = safeNext(request.query.next);
  if (contextOf(response).session !== null) {
    response.redirect(303, next);
    return;
  }
  sendSignInPage(parts, { request, response }, { next, email: '', problem: null });
}

async function signIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const form = formSchema.safeParse(request.body);
  if (!form.success) throw new PosternError('sign_in_failed');
  const { email, password } = form.data;
  const next = safeNext(form.data.next);
  const checked = await checkPassword(parts.deps, response, { email, password: new Secret(password) });
  if (checked.kind === 'refused') {
    response.status(checked.status);
    return sendSignInPage(parts, { request, response }, { next, email, problem: checked.problem });
  }
  await startBrowserSession(parts, response, { userId: checked.user.id, method: 'password' });
  response.redirect(303, next);
}

async function signOut({ deps, address }: SignInParts, _request: Request, response: Response): Promise<void> {
  const { session } = contextOf(response);
  if (session !== null) {
    const context = await auditContextOfPerson(deps.catalogue, response);
    await people.signOut(deps, context, { userId: session.user.id, sessionId: session.sessionId });
  }
  clearCookie(response, address, 'session');
  response.redirect(303, '/sign-in');
}

function sendSignInPage(
  { renderer, deps }: SignInParts,
  { request, response }: { request: Request; response: Response },
  form: { next: string; email: string; problem: string | null },
): void {
  const { oidc } = deps.config;
  const href = `/sign-in/oidc?next=${encodeURIComponent(form.next)}`;
  renderer.send(request, response, SignInPage, {
    ...form,
    isForTerminal: form.next.startsWith('/psql_session/'),
    singleSignOn: oidc === null ? null : { name: oidc.name, href },
  });
}
