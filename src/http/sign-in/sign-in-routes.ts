// Signing in by email and password, again where an action needs a recent sign-in; signing out.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SignInAgainPage } from '../../../web/pages/sign-in-again-page.tsx';
import { NotSetUpPage, SignInPage } from '../../../web/pages/sign-in-page.tsx';
import * as people from '../../actions/people/sign-in.ts';
import { hasPeople } from '../../catalogue/accounts/setup-codes.ts';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm, NOT_DONE } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { clearCookie } from '../request/cookies.ts';
import { auditContextOfPerson, contextOf, requireSession } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { checkPassword, passwordField, type SignInParts, startBrowserSession } from './sign-in-steps.ts';

const MAX_EMAIL_CHARACTERS = 254;
/** What cannot be the e-mail or password of anybody is wrong like any other. */
const formSchema = z.object({
  email: z.string().max(MAX_EMAIL_CHARACTERS).catch(''),
  password: passwordField.catch(''),
  next: z.unknown().optional(),
});

export function signInRoutes(parts: SignInParts): Router {
  const router = createRouter();
  router.get('/sign-in', (request, response) => showSignIn(parts, request, response));
  router.post('/sign-in', (request, response) => signIn(parts, request, response));
  router.get(AGAIN_PATH, (request, response) => showAgain(parts, request, response));
  router.post(AGAIN_PATH, (request, response) => signInAgain(parts, request, response));
  router.post(SIGN_OUT_PATH, (request, response) => signOut(parts, request, response));
  // Where a form of a person who is no longer signed in leads.
  router.get(SIGN_OUT_PATH, (_request, response) => response.redirect(303, '/'));
  return router;
}

async function showSignIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const kept = keptForm(request, parts.address);
  const next = safeNext(kept?.typed.next ?? request.query.next);
  if (contextOf(response).session !== null) {
    response.redirect(303, next);
    return;
  }
  if (!(await canSignIn(parts.deps))) return parts.renderer.send(request, response, NotSetUpPage, {});
  const problem = kept === null ? null : (kept.said?.problem ?? 'This page was open for too long. Sign in now.');
  sendSignInPage(parts, response, { next, email: kept?.typed.email ?? '', problem });
}

/** An identity provider may know people before the installation does. */
async function canSignIn({ catalogue, config }: SignInParts['deps']): Promise<boolean> {
  return config.oidc !== null || (await hasPeople(catalogue.db));
}

async function signIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { session } = contextOf(response);
  const { email, password, next: asked } = formSchema.parse(request.body ?? {});
  const next = safeNext(asked);
  // Another tab has signed the same person in.
  if (session !== null && emailKey(session.user.email) === emailKey(email)) return response.redirect(303, next);
  const checked = await checkPassword(parts.deps, response, { email, password: new Secret(password) });
  if (checked.kind === 'refused') {
    const { status, problem } = checked;
    return await refuseForm({ request, response, address: parts.address }, { status, said: { problem } }, () =>
      sendSignInPage(parts, response, { next, email, problem }),
    );
  }
  if (session !== null) await endSession(parts, response);
  await startBrowserSession(parts, response, { userId: checked.user.id, method: 'password' });
  response.redirect(303, next);
}

const SIGN_OUT_PATH = '/sign-out';
const signOutSchema = z.object({ next: z.unknown().optional() });

async function endSession({ deps }: SignInParts, response: Response): Promise<void> {
  const { user, sessionId } = requireSession(response);
  const context = await auditContextOfPerson(deps.catalogue, response);
  await people.signOut(deps, context, { userId: user.id, sessionId });
}

async function signOut(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { address } = parts;
  if (contextOf(response).session !== null) await endSession(parts, response);
  clearCookie(response, address, 'session');
  // Somebody else's page, such as an invitation, leads on from here.
  const next = safeNext(signOutSchema.parse(request.body ?? {}).next);
  response.redirect(303, next === '/' ? '/sign-in' : next);
}

function sendSignInPage(
  { renderer, deps }: SignInParts,
  response: Response,
  form: { next: string; email: string; problem: string | null },
): void {
  renderer.send(response.req, response, SignInPage, {
    ...form,
    isForTerminal: form.next === '/link' || form.next.startsWith('/psql_session/'),
    singleSignOn: singleSignOn(deps, '/sign-in/oidc?', form.next),
  });
}

const AGAIN_PATH = '/sign-in/again';
const againSchema = z.object({ password: passwordField, next: z.unknown().optional() });

/** Where a page sends a person whose sign-in is too old, and how the person returns. */
export function signInAgainPath(next: string): string {
  return `${AGAIN_PATH}?next=${encodeURIComponent(next)}`;
}

function showAgain(parts: SignInParts, request: Request, response: Response): void {
  const kept = keptForm(request, parts.address);
  const next = safeNext(kept?.typed.next ?? request.query.next);
  // A person who is not signed in at all signs in as usual.
  const { session } = contextOf(response);
  if (session === null) response.redirect(303, `/sign-in?next=${encodeURIComponent(next)}`);
  else sendAgainPage(parts, response, { next, problem: kept === null ? null : (kept.said?.problem ?? NOT_DONE) });
}

async function signInAgain(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { user } = requireSession(response);
  const form = againSchema.safeParse(request.body);
  const next = safeNext(form.data?.next);
  const password = new Secret(form.data?.password ?? '');
  const checked = await checkPassword(parts.deps, response, { email: user.email, password });
  if (checked.kind === 'refused') {
    const { status, problem } = checked;
    return await refuseForm({ request, response, address: parts.address }, { status, said: { problem } }, () =>
      sendAgainPage(parts, response, { next, problem }),
    );
  }
  await startBrowserSession(parts, response, { userId: user.id, method: 'password' });
  response.redirect(303, next);
}

function sendAgainPage(
  { renderer, deps }: SignInParts,
  response: Response,
  form: { next: string; problem: string | null },
): void {
  const { user } = requireSession(response);
  renderer.send(response.req, response, SignInAgainPage, {
    ...form,
    email: cleanForPage(user.email),
    hasPassword: user.hasPassword,
    singleSignOn: singleSignOn(deps, '/sign-in/oidc?again=yes&', form.next),
  });
}

function singleSignOn({ config }: SignInParts['deps'], start: string, next: string) {
  return config.oidc === null ? null : { name: config.oidc.name, href: `${start}next=${encodeURIComponent(next)}` };
}
