// Signing in with an OpenID Connect provider: away to it, and back with a verified identity that becomes a person's.

import { Router as createRouter, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { signInWithIdentity } from '../../catalogue/identities.ts';
import { PosternError } from '../../errors.ts';
import type { HttpDependencies } from '../http-dependencies.ts';
import type { PublicAddress } from '../public-address.ts';
import { auditContextOfVisitor } from '../request-context.ts';
import { safeNext } from '../safe-next.ts';
import { ensureVisitor, findVisitor } from '../security/visitor.ts';
import { OidcSignIn } from './oidc-sign-in.ts';
import { PendingOidcSignIns } from './pending-oidc-sign-ins.ts';
import { startBrowserSession } from './start-browser-session.ts';

interface OidcParts {
  readonly deps: Pick<HttpDependencies, 'catalogue' | 'config' | 'redis'>;
  readonly address: PublicAddress;
}

interface Provider {
  readonly signIn: OidcSignIn;
  readonly pending: PendingOidcSignIns;
}

const CALLBACK_PATH = '/sign-in/oidc/callback';

/** No route when no provider is configured. */
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

async function leave({ address }: OidcParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  const visitor = ensureVisitor(request, response, address);
  const { url, pending } = await provider.signIn.start(`${address.url}${CALLBACK_PATH}`);
  await provider.pending.keep({ ...pending, visitor, next: safeNext(request.query.next) });
  response.redirect(303, url.href);
}

/** Throws `identity_refused` for an answer that was not asked for by this browser, or does not verify. */
async function comeBack(parts: OidcParts, provider: Provider, { request, response }: Exchange): Promise<void> {
  const { deps, address } = parts;
  const visitor = findVisitor(request, address);
  const state = z.string().safeParse(request.query.state);
  const isOurs = visitor !== null && state.success;
  const away = isOurs ? await provider.pending.take({ state: state.data, visitor }) : null;
  if (away === null) throw new PosternError('identity_refused');
  const identity = await provider.signIn.finish(new URL(request.originalUrl, address.url), away);
  const user = await signInWithIdentity(deps.catalogue, auditContextOfVisitor(response), identity);
  await startBrowserSession(parts, response, { userId: user.id, method: 'identity' });
  response.redirect(303, away.next);
}
