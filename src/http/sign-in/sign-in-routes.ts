// Signing in by email and password, and again where an action needs a recent sign-in.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { SignInAgainPage } from '../../../web/pages/sign-in-again-page.tsx';
import { NotSetUpPage, SignInPage } from '../../../web/pages/sign-in-page.tsx';
import { listIdentities } from '../../catalogue/accounts/own-identities.ts';
import { hasPeople } from '../../catalogue/accounts/setup-codes.ts';
import { findSecondFactors } from '../../catalogue/people/second-factors.ts';
import { emailKey } from '../../catalogue/store/email-address.ts';
import { Secret } from '../../secret.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { keptForm, NOT_DONE } from '../forms/kept-form.ts';
import { refuseForm } from '../forms/refused-form.ts';
import { nextOfArrival } from '../request/came-from.ts';
import { findPasskeyPlace } from '../request/passkey-place.ts';
import { contextOf, requireSession } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { admit } from './admit.ts';
import { type Issuer, isSameIssuer } from './issuers.ts';
import { type Exchange, type Leaving, leaveForIssuer, sendLeavingPage } from './leave-for-issuer.ts';
import { checkPassword, passwordField, type SignInParts } from './sign-in-steps.ts';

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
  return router;
}

async function showSignIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const kept = keptForm(request, parts.address);
  const next = nextOfArrival(request, parts.address, kept?.typed.next ?? request.query.next);
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
  return config.issuers.length > 0 || (await hasPeople(catalogue.db));
}

async function signIn(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const { session } = contextOf(response);
  const { email, password, next: asked } = formSchema.parse(request.body ?? {});
  const next = safeNext(asked);
  // Another tab has signed the same person in.
  if (session !== null && emailKey(session.user.email) === emailKey(email)) return response.redirect(303, next);
  const issuer = password === '' ? parts.issuers.findForEmail(email) : null;
  if (issuer !== null) return await leaveByEmail(parts, { request, response }, { issuer, next, loginHint: email });
  const checked = await checkPassword(parts.deps, response, { email, password: new Secret(password) });
  if (checked.kind === 'refused') {
    const { status, problem } = checked;
    return await refuseForm({ request, response, address: parts.address }, { status, said: { problem } }, () =>
      sendSignInPage(parts, response, { next, email, problem }),
    );
  }
  await admit(parts, { request, response }, { user: checked.user, next, first: { kind: 'password' } });
}

async function leaveByEmail(parts: SignInParts, exchange: Exchange, leaving: Leaving): Promise<void> {
  const url = await leaveForIssuer(parts, exchange, leaving);
  const { name } = leaving.issuer.config;
  const text = 'People with your email’s domain sign in there.';
  sendLeavingPage(parts, exchange, { name, url, text, how: 'at_once' });
}

function sendSignInPage(
  { renderer, issuers, address }: SignInParts,
  response: Response,
  form: { next: string; email: string; problem: string | null },
): void {
  renderer.send(response.req, response, SignInPage, {
    ...form,
    isForTerminal: form.next === '/link' || form.next.startsWith('/psql_session/'),
    singleSignOn: singleSignOn(issuers.all, '', form.next),
    chooseByEmail: issuers.chooseByEmail,
    passkeys: findPasskeyPlace(response.req, address),
  });
}

const AGAIN_PATH = '/sign-in/again';
const againSchema = z.object({ password: passwordField, next: z.unknown().optional() });

/** Where a page sends a person whose sign-in is too old, and how the person returns. */
export function signInAgainPath(next: string): string {
  return `${AGAIN_PATH}?next=${encodeURIComponent(next)}`;
}

async function showAgain(parts: SignInParts, request: Request, response: Response): Promise<void> {
  const kept = keptForm(request, parts.address);
  const next = nextOfArrival(request, parts.address, kept?.typed.next ?? request.query.next);
  // A person who is not signed in at all signs in as usual.
  const { session } = contextOf(response);
  if (session === null) response.redirect(303, `/sign-in?next=${encodeURIComponent(next)}`);
  else await sendAgainPage(parts, response, { next, problem: kept === null ? null : (kept.said?.problem ?? NOT_DONE) });
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
  await admit(parts, { request, response }, { user: checked.user, next, first: { kind: 'password' } });
}

async function sendAgainPage(
  { renderer, deps, issuers, address }: SignInParts,
  response: Response,
  form: { next: string; problem: string | null },
): Promise<void> {
  const { user } = requireSession(response);
  const { passkeys } = await findSecondFactors(deps.catalogue.db, user.id);
  const linked = await listIdentities(deps.catalogue, user.id);
  const own = issuers.all.filter(({ config }) => linked.some(({ issuer }) => isSameIssuer(issuer, config.issuer)));
  const offered = own.length === 0 && !user.hasPassword ? issuers.all : own;
  renderer.send(response.req, response, SignInAgainPage, {
    ...form,
    email: cleanForPage(user.email),
    hasPassword: user.hasPassword,
    passkeys: passkeys === 0 ? null : findPasskeyPlace(response.req, address),
    singleSignOn: singleSignOn(offered, 'again=yes&', form.next),
  });
}

function singleSignOn(issuers: readonly Issuer[], query: string, next: string) {
  return issuers.map(({ config, startPath }) => ({
    name: config.name,
    href: `${startPath}${query}next=${encodeURIComponent(next)}`,
  }));
}
