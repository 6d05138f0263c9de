// Where identity providers tell of logouts (OpenID Connect Back-Channel Logout 1.0). A token that
// is not right does nothing; why is in the log alone.

import { createHash } from 'node:crypto';
import {
  Router as createRouter,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
  urlencoded,
} from 'express';
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { logOutAtProvider } from '../../actions/people/sign-in.ts';
import { RememberedFailure } from '../../async/kept-answer.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore } from '../../redis/redis-script.ts';
import { auditContextOfVisitor, contextOf } from '../request/request-context.ts';
import { type Issuer, isSameIssuer } from './issuers.ts';
import { CLOCK_TOLERANCE_S, LONGEST_AGE_S, verifyLogoutToken } from './logout-token.ts';
import { AWAY_KEPT_MS } from './oidc-sign-in.ts';
import type { SignInParts } from './sign-in-steps.ts';

export const LOGOUT_PATH = '/sign-in/oidc/logout';
const MAX_FORM_BYTES = 32 * 1024;
const KEYS_LIMIT_MS = 5_000;
/** From a little before it was made to the end of its acceptance. */
const REMEMBERED_MS = (LONGEST_AGE_S + 2 * CLOCK_TOLERANCE_S) * 1_000;

const formSchema = z.object({ logout_token: z.string().min(1).max(16_384) });

/** Comes before the checks of forms: a provider's server sends no cookie and no form token. */
export function logoutRoutes(parts: SignInParts, turns: RequestHandler): Router {
  const router = createRouter();
  if (parts.issuers.all.length === 0) return router;
  const keys = new Map<Issuer, JWTVerifyGetKey>();
  const form = urlencoded({ extended: false, limit: MAX_FORM_BYTES, parameterLimit: 20 });
  router.post(LOGOUT_PATH, form, turns, (request, response) => takeLogout(parts, keys, { request, response }));
  return router;
}

async function takeLogout(
  parts: SignInParts,
  keys: Map<Issuer, JWTVerifyGetKey>,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const { deps } = parts;
  const { log } = deps;
  const request_id = contextOf(response).requestId;
  const form = formSchema.safeParse(request.body);
  const issuer = form.success ? issuerOf(parts, form.data.logout_token) : null;
  try {
    if (!form.success || issuer === null) throw new Error('no logout token of a configured issuer');
    const { server, fetch } = await issuer.signIn.describe();
    if (server.jwks_uri === undefined) throw new Error('the issuer names no keys');
    const own = keys.get(issuer) ?? remoteKeys(new URL(server.jwks_uri), fetch);
    keys.set(issuer, own);
    const logout = await verifyLogoutToken(form.data.logout_token, {
      issuer: server.issuer,
      clientId: issuer.config.clientId,
      keys: own,
      offeredAlgorithms: server.id_token_signing_alg_values_supported ?? null,
      now: deps.clock.now(),
    });
    await once(parts, logout, async () => {
      const ended = await logOutAtProvider(deps, auditContextOfVisitor(response), logout);
      const facts = { event: 'signin.logout', request_id, issuer: logout.issuer, ...ended };
      log.info(facts, 'the identity provider told of a logout');
    });
  } catch (err) {
    const facts = { event: 'signin.logout_refused', request_id, issuer: issuer?.config.issuer ?? null, err };
    const isRecorded = deps.limits.failures.take(contextOf(response).address, 'logout_refused');
    if (isRecorded) log.warn(facts, 'a logout token was refused');
    response.status(400).json({ error: 'invalid_request' });
    return;
  }
  response.status(200).end();
}

/** Anybody can send a token: keys that cannot be had are not asked for with each. */
function remoteKeys(url: URL, fetch: typeof globalThis.fetch): JWTVerifyGetKey {
  const failure = new RememberedFailure({ failureKeptMs: AWAY_KEPT_MS });
  const ask: typeof fetch = (...call) =>
    failure.run(async () => {
      const answer = await fetch(...call);
      if (!answer.ok) throw new Error(`the keys of the issuer were answered with ${answer.status}`);
      return answer;
    });
  return createRemoteJWKSet(url, { [customFetch]: ask, timeoutDuration: KEYS_LIMIT_MS });
}

/** NOTE: unverified, so it only says whose keys to ask. */
function issuerOf({ issuers }: SignInParts, token: string): Issuer | null {
  try {
    const { iss = '', aud = [] } = decodeJwt(token);
    const named = issuers.all.filter(({ config }) => isSameIssuer(config.issuer, iss));
    return named.find(({ config }) => [aud].flat().includes(config.clientId)) ?? null;
  } catch {
    return null;
  }
}

/** Throws for a token that came before. One that could not be carried out may come again. */
async function once(
  { deps: { redis } }: SignInParts,
  { issuer, jti }: { readonly issuer: string; readonly jti: string },
  work: () => Promise<void>,
): Promise<void> {
  const key = redisKeys.logoutToken(createHash('sha256').update(`${issuer} ${jti}`).digest('hex'));
  const isNew = await askStore(() => redis.set(key, '', 'PX', REMEMBERED_MS, 'NX'));
  if (isNew === null) throw new Error('the logout token came before');
  try {
    await work();
  } catch (error) {
    await askStore(() => redis.del(key));
    throw error;
  }
}
