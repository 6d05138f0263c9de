// Sign-in with an OpenID Connect provider. Sign-ins under way are stored in Redis, so that any node
// handles the callback, and bound to the visitor cookie: no one else's answer signs a person in.

import { createHash } from 'node:crypto';
import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { recordFailedSignIn, signInWithIdentity } from '../../actions/people/sign-in.ts';
import { PosternError, toPosternError } from '../../errors.ts';
import { idSchema, type UserId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { ensureVisitor, findVisitor } from '../request/cookies.ts';
import { ownOrigin } from '../request/own-origin.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { safeNext } from '../request/safe-next.ts';
import { providerCode } from './oidc-errors.ts';
import { OidcSignIn, type PendingSignIn } from './oidc-sign-in.ts';
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
  const provider = { signIn: new OidcSignIn(oidc, parts.deps.log), pending: new PendingOidcSignIns(parts.deps.redis) };
  router.get('/sign-in/oidc', (request, response) => leave(parts, provider, { request, response }));
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
  const again = isAgain ? { userId: session.user.id, since: deps.clock.now() } : null;
  const { url, pending } = await provider.signIn.start(`${origin}${CALLBACK_PATH}`, again);
  const verdict = await deps.limits.identitySignIn(contextOf(response).address);
  const lifeMs = verdict === 'allowed' ? LIFE_MS : FLOODED_LIFE_MS;
  await provider.pending.keep({ ...pending, visitor, next: safeNext(request.query.next) }, lifeMs);
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
  const user = await signInWithIdentity(deps, auditContextOfVisitor(response), identity);
  // Another person's identity does not prove that this person signed in again.
  if (away.again !== null && away.again.userId !== user.id) throw new PosternError('identity_refused');
  const { authenticatedAt } = identity;
  await startBrowserSession(parts, response, { userId: user.id, method: 'identity', authenticatedAt });
  response.redirect(303, away.next);
}

/** Time to sign in at the provider, including a second factor. */
const LIFE_MS = 10 * 60_000;
/** Where one address begins very many: nobody is refused, and Redis does not fill up. */
const FLOODED_LIFE_MS = 2 * 60_000;

export interface AwayPerson extends PendingSignIn {
  readonly visitor: string;
  readonly next: string;
}

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  again: z.object({ userId: idSchema<UserId>(), since: z.coerce.date() }).nullable(),
  next: z.string(),
});

export class PendingOidcSignIns {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async keep({ visitor, ...away }: AwayPerson, lifeMs = LIFE_MS): Promise<void> {
    const key = redisKeys.oidcSignIn(digestOf({ visitor, state: away.state }));
    await this.#redis.set(key, JSON.stringify(away), 'PX', lifeMs);
  }

  /** Removes the entry; null when it is unknown, expired, or another visitor's. */
  async take(which: Pick<AwayPerson, 'state' | 'visitor'>): Promise<Omit<AwayPerson, 'visitor'> | null> {
    const kept = await this.#redis.getdel(redisKeys.oidcSignIn(digestOf(which)));
    return kept === null ? null : pendingSchema.parse(JSON.parse(kept));
  }
}

function digestOf({ state, visitor }: Pick<AwayPerson, 'state' | 'visitor'>): string {
  return createHash('sha256').update(`${visitor}:${state}`).digest('hex');
}
