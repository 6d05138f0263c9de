// Sign-in with an OpenID Connect provider, and linking an identity to a signed-in person.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { MessagePage } from '../../../web/pages/message-page.tsx';
import { linkIdentity } from '../../actions/people/change-profile.ts';
import { recordFailedSignIn, signInWithIdentity } from '../../actions/people/sign-in.ts';
import { isSignInFresh } from '../../catalogue/rights/policy.ts';
import { OutgoingAgent } from '../../config/outgoing-agent.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { cleanForLog, cleanForPage } from '../../untrusted-text.ts';
import { ensureVisitor, findVisitor } from '../request/cookies.ts';
import { ownOrigin } from '../request/own-origin.ts';
import { auditContextOfPerson, auditContextOfVisitor, contextOf, requireSession } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { providerCode } from './oidc-errors.ts';
import { OidcSignIn, type ProvenIdentity } from './oidc-sign-in.ts';
import { type AwayPerson, FLOODED_LIFE_MS, LIFE_MS, PendingOidcSignIns } from './pending-oidc-sign-ins.ts';
import { signInAgainPath } from './sign-in-routes.ts';
import { type SignInParts, startBrowserSession } from './sign-in-steps.ts';

interface Provider {
  readonly signIn: OidcSignIn;
  readonly pending: PendingOidcSignIns;
}

const CALLBACK_PATH = '/sign-in/oidc/callback';

/** Without a configured provider there are no routes. */
export function oidcRoutes(parts: SignInParts): Router {
  const router = createRouter();
  const { oidc } = parts.deps.config;
  if (oidc === null) return router;
  const agent = new OutgoingAgent(parts.deps.config.outgoing);
  const provider = {
    signIn: new OidcSignIn(oidc, { log: parts.deps.log, agent }),
    pending: new PendingOidcSignIns(parts.deps.redis),
  };
  router.get('/sign-in/oidc', (request, response) => leave(parts, provider, { request, response }));
  router.post('/sign-in/oidc/link', (request, response) => leaveToLink(parts, provider, { request, response }));
  // Where the form of a person who is no longer signed in leads.
  router.get('/sign-in/oidc/link', (_request, response) => response.redirect(303, PROFILE_PATH));
  router.get(CALLBACK_PATH, (request, response) => comeBack(parts, provider, { request, response }));
  return router;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** Throws `identity_provider_away`. */
async function leave(
  { deps, address }: SignInParts,
  provider: Provider,
  { request, response }: Exchange,
): Promise<void> {
  const origin = ownOrigin(request, address);
  // Providers know one name of this machine; a forward is known by its port (RFC 8252, 7.3).
  if (origin !== address.url && new URL(origin).port === new URL(address.url).port) {
    return response.redirect(303, `${address.url}${request.originalUrl}`);
  }
  const visitor = ensureVisitor(request, response, address);
  const { session } = contextOf(response);
  const isAgain = request.query.again === 'yes' && session !== null;
  const again = isAgain ? ({ to: 'sign_in', userId: session.user.id, since: deps.clock.now() } as const) : null;
  const { url, pending } = await provider.signIn.start(`${origin}${CALLBACK_PATH}`, again);
  await keepPending(deps, provider, { response, away: { ...pending, visitor, next: safeNext(request.query.next) } });
  response.redirect(303, url.href);
}

async function comeBack(parts: SignInParts, provider: Provider, exchange: Exchange): Promise<void> {
  try {
    await finishSignIn(parts, provider, exchange);
  } catch (error) {
    const failure = toPosternError(error);
    const context = contextOf(exchange.response);
    parts.deps.log.warn(
      {
        event: 'signin.provider_failed',
        request_id: context.requestId,
        code: failure.code,
        provider_error: loggedCode(failure.cause),
        err: failure.cause,
      },
      'signing in with the identity provider failed',
    );
    recordFailedSignIn(parts.deps, context, failure.code);
    throw error;
  }
}

function loggedCode(cause: unknown): string | null {
  const code = providerCode(cause);
  return code === null ? null : cleanForLog(code);
}

/** Throws `identity_refused` for an answer that this browser did not request or that fails. */
async function finishSignIn(parts: SignInParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  const { deps, address } = parts;
  const visitor = findVisitor(request, address);
  const state = z.string().safeParse(request.query.state);
  const isOurs = visitor !== null && state.success;
  const away = isOurs ? await provider.pending.take({ state: state.data, visitor }) : null;
  if (away === null) {
    // The answer was used already: loaded again, or reached by the back button.
    if (contextOf(response).session !== null) return response.redirect(303, '/');
    throw new PosternError('identity_refused');
  }
  const callbackUrl = new URL(request.originalUrl, ownOrigin(request, address));
  const identity = await provider.signIn.finish(callbackUrl, away);
  if (away.again?.to === 'link') return await finishLink(parts, response, { userId: away.again.userId, identity });
  const user = await signInWithIdentity(deps, auditContextOfVisitor(response), identity);
  // Another person's identity does not prove that this person signed in again.
  if (away.again !== null && away.again.userId !== user.id) throw new PosternError('identity_refused');
  const { authenticatedAt } = identity;
  await startBrowserSession(parts, response, { userId: user.id, method: 'identity', authenticatedAt });
  response.redirect(303, away.next);
}

/** Where one address begins very many nobody is refused, and Redis does not fill up. */
async function keepPending(
  { limits }: SignInParts['deps'],
  { pending }: Provider,
  { response, away }: { readonly response: Response; readonly away: AwayPerson },
): Promise<void> {
  const verdict = await limits.identitySignIn(contextOf(response).address);
  await pending.keep(away, verdict === 'allowed' ? LIFE_MS : FLOODED_LIFE_MS);
}

const LINKING_FRESH_MS = 15 * 60_000;

/** Whether the sign-in is recent enough to prove who changes a way of signing in. */
export function provesPerson(response: Response, now: Date): boolean {
  const { authenticatedAt } = requireSession(response);
  return isSignInFresh({ freshSignInMs: LINKING_FRESH_MS }, { authenticatedAt, now });
}

const PROFILE_PATH = '/app/me/profile';

/**
 * NOTE: a form with its token, and the provider asks anew: or a link in a mail could bind the
 * identity of whoever signed the browser in there, who would then sign in as this person.
 */
async function leaveToLink(parts: SignInParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  const { deps, address, renderer } = parts;
  const { user } = requireSession(response);
  if (!provesPerson(response, deps.clock.now())) {
    return response.redirect(303, signInAgainPath(PROFILE_PATH));
  }
  const visitor = ensureVisitor(request, response, address);
  const again = { to: 'link', userId: user.id, since: deps.clock.now() } as const;
  const { url, pending } = await provider.signIn.start(`${ownOrigin(request, address)}${CALLBACK_PATH}`, again);
  await keepPending(deps, provider, { response, away: { ...pending, visitor, next: PROFILE_PATH } });
  const name = deps.config.oidc?.name ?? '';
  // Not a redirect: `form-action` lets no form lead to another site.
  renderer.send(request, response, MessagePage, {
    tone: 'plain',
    title: `Sign in at ${name}`,
    text: `Sign in there as the person whom you want to link to ${cleanForPage(user.email)}.`,
    reference: null,
    link: { label: `Continue to ${name}`, href: url.href },
  });
}

/** Throws `identity_refused` when somebody else is signed in by now. */
async function finishLink(
  parts: SignInParts,
  response: Response,
  { userId, identity }: { readonly userId: UserId; readonly identity: ProvenIdentity },
): Promise<void> {
  const context = await auditContextOfPerson(parts.deps.catalogue, response);
  const { actor } = context;
  if (actor.kind !== 'person' || actor.userId !== userId) throw new PosternError('identity_refused');
  await linkIdentity(parts.deps, { ...context, actor }, identity);
  response.redirect(303, `${PROFILE_PATH}?done=identity_linked`);
}
