// Sign-in with an OpenID Connect provider: redirects to it, and signs in the person of the verified
// identity that comes back.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { recordFailedSignIn, signInWithIdentity } from '../../actions/people/sign-in.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { ensureVisitor, findVisitor } from '../request/visitor.ts';
import { OidcSignIn } from './oidc-sign-in.ts';
import { PendingOidcSignIns } from './pending-oidc-sign-ins.ts';
import { startBrowserSession } from './start-browser-session.ts';

interface OidcParts {
  readonly deps: Pick<HttpDependencies, 'catalogue' | 'config' | 'redis' | 'limits' | 'auditTrail' | 'clock'>;
  readonly address: PublicAddress;
}

interface Provider {
  readonly signIn: OidcSignIn;
  readonly pending: PendingOidcSignIns;
}

const CALLBACK_PATH = '/sign-in/oidc/callback';

/** Without a configured provider there are no routes. */
export function oidcRoutes(parts: OidcParts): Router {
  const router = createRouter();
  const { oidc } = parts.deps.config;
  if (oidc === null) return router;
  const provider = { signIn: new OidcSignIn(oidc), pending: new PendingOidcSignIns(parts.deps.redis) };
  router.get('/sign-in/oidc', (request, response) => leave(parts, provider, { request, response }));
  router.get(CALLBACK_PATH, (request, response) => comeBack(parts, provider, { request, response }));
  return router;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

/** Throws `rate_limited` after too many attempts, `identity_provider_away`. */
async function leave({ deps, address }: OidcParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  if ((await deps.limits.identitySignIn(contextOf(response).address)) === 'limited') {
    throw new PosternError('rate_limited');
  }
  const visitor = ensureVisitor(request, response, address);
  const { session } = contextOf(response);
  const isAgain = request.query.again === 'yes' && session !== null;
  const again = isAgain ? { userId: session.user.id, since: deps.clock.now() } : null;
  const { url, pending } = await provider.signIn.start(`${address.url}${CALLBACK_PATH}`, again);
  await provider.pending.keep({ ...pending, visitor, next: safeNext(request.query.next) });
  response.redirect(303, url.href);
}

async function comeBack(parts: OidcParts, provider: Provider, exchange: Exchange): Promise<void> {
  try {
    await finishSignIn(parts, provider, exchange);
  } catch (error) {
    recordFailedSignIn(parts.deps, contextOf(exchange.response), toPosternError(error).code);
    throw error;
  }
}

/**
 * Throws `identity_refused` for an answer that this browser did not request or that does not
 * verify.
 */
async function finishSignIn(parts: OidcParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  const { deps, address } = parts;
  const visitor = findVisitor(request, address);
  const state = z.string().safeParse(request.query.state);
  const isOurs = visitor !== null && state.success;
  const away = isOurs ? await provider.pending.take({ state: state.data, visitor }) : null;
  if (away === null) throw new PosternError('identity_refused');
  const identity = await provider.signIn.finish(new URL(request.originalUrl, address.url), away);
  const user = await signInWithIdentity(deps, auditContextOfVisitor(response), identity);
  // Another person's identity does not prove that this person signed in again.
  if (away.again !== null && away.again.userId !== user.id) throw new PosternError('identity_refused');
  const { authenticatedAt } = identity;
  await startBrowserSession(parts, response, { userId: user.id, method: 'identity', authenticatedAt });
  response.redirect(303, away.next);
}
