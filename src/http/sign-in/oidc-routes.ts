// Sign-in with OpenID Connect providers: there by a button, and back with the answer.

import { Router as createRouter, type Router } from 'express';
import { z } from 'zod';
import { recordFailedSignIn, signInWithIdentity } from '../../actions/people/sign-in.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { nextOfArrival } from '../request/came-from.ts';
import { ownOrigin } from '../request/own-origin.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { admit } from './admit.ts';
import type { Issuer } from './issuers.ts';
import { offerPath } from './join-routes.ts';
import { type Exchange, leaveForIssuer } from './leave-for-issuer.ts';
import { providerCode } from './oidc/oidc-errors.ts';
import { groupsFrom } from './oidc/oidc-groups.ts';
import { finishLink, leaveToLink, PROFILE_PATH } from './oidc-linking.ts';
import { type AwayPerson, takePending } from './pending-oidc-sign-ins.ts';
import type { SignInParts } from './sign-in-steps.ts';

/** Without a configured provider there are no routes. */
export function oidcRoutes(parts: SignInParts): Router {
  const router = createRouter();
  const { issuers } = parts;
  if (issuers.all.length === 0) return router;
  router.get('/sign-in/oidc', (request, response) =>
    leave(parts, issuerOf(parts, request.query.issuer), { request, response }),
  );
  router.post('/sign-in/oidc/link', (request, response) => {
    const form = z.object({ issuer: z.string().max(64).optional() }).safeParse(request.body);
    return leaveToLink(parts, issuerOf(parts, form.data?.issuer), { request, response });
  });
  // Where the form of a person who is no longer signed in leads.
  router.get('/sign-in/oidc/link', (_request, response) => response.redirect(303, PROFILE_PATH));
  for (const issuer of issuers.all) {
    router.get(issuer.callbackPath, (request, response) => comeBack(parts, issuer, { request, response }));
  }
  return router;
}

/** Throws `not_found`. */
function issuerOf({ issuers }: SignInParts, key: unknown): Issuer {
  // Where all issuers have names, an address without one means the first of them.
  const issuer = issuers.find(key) ?? (key === undefined ? issuers.all[0] : undefined);
  if (issuer === undefined) throw new PosternError('not_found', { params: { thing: 'identity provider' } });
  return issuer;
}

/** Throws `identity_provider_away`. */
async function leave(parts: SignInParts, issuer: Issuer, exchange: Exchange): Promise<void> {
  const { deps, address } = parts;
  const { request, response } = exchange;
  const origin = ownOrigin(request, address);
  // Providers know one name of this machine; a forward is known by its port (RFC 8252, 7.3).
  if (origin !== address.url && new URL(origin).port === new URL(address.url).port) {
    return response.redirect(303, `${address.url}${request.originalUrl}`);
  }
  const { session } = contextOf(response);
  const isAgain = request.query.again === 'yes' && session !== null;
  const again = isAgain ? ({ to: 'sign_in', userId: session.user.id, since: deps.clock.now() } as const) : null;
  const next = nextOfArrival(request, address, request.query.next);
  const url = await leaveForIssuer(parts, exchange, { issuer, next, again });
  response.redirect(303, url.href);
}

async function comeBack(parts: SignInParts, issuer: Issuer, exchange: Exchange): Promise<void> {
  try {
    await finishSignIn(parts, issuer, exchange);
  } catch (error) {
    const failure = toPosternError(error);
    const context = contextOf(exchange.response);
    // Anybody can send an answer that nobody asked for: it deserves neither a line nor an event.
    if (failure.cause instanceof UnaskedAnswer) throw error;
    if (!recordFailedSignIn(parts.deps, context, failure.code)) throw error;
    parts.deps.log.warn(
      {
        event: 'signin.provider_failed',
        request_id: context.requestId,
        issuer: issuer.config.issuer,
        code: failure.code,
        provider_error: loggedCode(failure.cause),
        err: failure.cause,
      },
      'signing in with the identity provider failed',
    );
    throw error;
  }
}

class UnaskedAnswer extends Error {}

function loggedCode(cause: unknown): string | null {
  const code = providerCode(cause);
  return code === null ? null : cleanForLog(code);
}

/** Throws `identity_refused` for an answer that this browser did not request or that fails. */
async function finishSignIn(parts: SignInParts, issuer: Issuer, { request, response }: Exchange): Promise<void> {
  const { deps, address } = parts;
  const away = findPending(parts, issuer, { request, response });
  if (away === null) {
    // The answer was used already: loaded again, or reached by the back button.
    if (contextOf(response).session !== null) return response.redirect(303, '/');
    throw new PosternError('identity_refused', { cause: new UnaskedAnswer() });
  }
  const callbackUrl = new URL(request.originalUrl, ownOrigin(request, address));
  const identity = await issuer.signIn.finish(callbackUrl, away);
  if (away.again?.to === 'link') return await finishLink(parts, response, { userId: away.again.userId, identity });
  const proven = { ...identity, groups: groupsFrom(identity.groups) };
  const user = await signInWithIdentity(deps, auditContextOfVisitor(response), proven);
  // Another person's identity does not prove that this person signed in again.
  if (away.again !== null && away.again.userId !== user.id) throw new PosternError('identity_refused');
  const { authenticatedAt, issuer: iss, subject, sid } = identity;
  const next = await offerPath(parts, user.id, away.next);
  const kind = identity.vouchesSecondFactor ? 'identity+mfa' : 'identity';
  const first = { kind, authenticatedAt, identity: { issuer: iss, subject, sid } } as const;
  await admit(parts, { request, response }, { user, next, first });
}

/** NOTE: null also for the answer to a question that another issuer was asked. */
function findPending(parts: SignInParts, issuer: Issuer, exchange: Exchange): AwayPerson | null {
  const state = z.string().safeParse(exchange.request.query.state);
  const away = state.success ? takePending(parts, exchange, state.data) : null;
  return away?.issuer === issuer.config.key ? away : null;
}
