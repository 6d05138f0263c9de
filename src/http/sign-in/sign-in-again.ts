// Authenticating again within a browser session, where an action requires a recent sign-in: by
// password here, or at the identity provider.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SignInAgainPage } from '../../../web/pages/sign-in-again-page.tsx';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { contextOf, requireSession } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { checkPassword, passwordField } from './check-password.ts';
import type { SignInParts } from './sign-in-routes.ts';
import { startBrowserSession } from './start-browser-session.ts';

const PATH = '/sign-in/again';
const formSchema = z.object({ password: passwordField, next: z.unknown().optional() });

/** Where a page sends a person whose sign-in is too old, and how the person returns. */
export function signInAgainPath(next: string): string {
  return `${PATH}?next=${encodeURIComponent(next)}`;
}

export function signInAgainRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get(PATH, (request, response) => show(parts, request, response));
  router.post(PATH, (request, response) => signInAgain(parts, request, response));
  return router;
}

function show(parts: SignInParts, request: Request, response: Response): void {
  const next = safeNext(request.query.next);
  // A person who is not signed in at all signs in as usual.
  const { session } = contextOf(response);
  if (session === null) response.redirect(303, `/sign-in?next=${encodeURIComponent(next)}`);
  else sendPage(parts, { request, response }, { next, problem: null });
}

async function signInAgain(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { user } = requireSession(response);
  const form = formSchema.safeParse(request.body);
  const next = safeNext(form.data?.next);
  const password = new Secret(form.data?.password ?? '');
  const checked = await checkPassword(parts.deps, response, { email: user.email, password });
  if (checked.kind === 'refused') {
    response.status(checked.status);
    return sendPage(parts, { request, response }, { next, problem: checked.problem });
  }
  await startBrowserSession(parts, response, { userId: user.id, method: 'password' });
  response.redirect(303, next);
}

function sendPage(
  { renderer, deps }: SignInParts,
  { request, response }: { request: Request; response: Response },
  form: { next: string; problem: string | null },
): void {
  const { user } = requireSession(response);
  const { oidc } = deps.config;
  const href = `/sign-in/oidc?again=yes&next=${encodeURIComponent(form.next)}`;
  renderer.send(request, response, SignInAgainPage, {
    ...form,
    email: cleanForPage(user.email),
    hasPassword: user.hasPassword,
    singleSignOn: oidc === null ? null : { name: oidc.name, href },
  });
}
