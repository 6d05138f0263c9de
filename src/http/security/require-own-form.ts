// The CSRF check: every request that changes something by cookie must come from a page of this site
// and carry the token of its person at this browser, or of the visitor before sign-in.

import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { isLoopbackName } from '../../network-address.ts';
import { pathWithOutdatedForm } from '../forms/kept-form.ts';
import { markRefused } from '../forms/refused-form.ts';
import { wantsPage } from '../pages/error-handler.ts';
import { csrfToken, csrfTokenOf, ensureVisitor, findVisitor } from '../request/cookies.ts';
import { askSessionAgain, contextOf } from '../request/request-context.ts';
import { isSameText } from '../request/same-text.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** May be sent by a page that was loaded before another tab signed in. */
const SIGN_IN_PATHS: ReadonlySet<string> = new Set(['/sign-in', '/sign-in/passkey', '/sign-in/passkey/options']);
const formSchema = z.object({ csrf_token: z.string().max(128) });

/** `outdated`: from our own page, of another person or browser state than now. */
type FormOrigin = 'own' | 'outdated' | 'foreign';

/**
 * Lets a change pass when origin and token are right, for the session as it is after the body. An
 * outdated form is not carried out; its page comes back with what was typed, after a sign-in where
 * needed. Throws `forged_request` otherwise, `cookies_needed` for browsers that keep no cookie.
 */
export function requireOwnForm(parts: {
  readonly catalogue: Catalogue;
  readonly address: PublicAddress;
}): RequestHandler {
  const { address } = parts;
  return async (request, response, next) => {
    await askSessionAgain(parts, response);
    // A form on its way back to its page: the cookie that was set with the redirect is not here.
    if (request.query.kept !== undefined && findVisitor(request, address) === null) {
      throw new PosternError('cookies_needed');
    }
    const origin = formOrigin(request, response, address);
    if (origin === 'own') return next();
    if (origin === 'foreign' || !wantsPage(request)) throw forgedRequest(address);
    markRefused(response);
    response.redirect(303, pathWithOutdatedForm(request, ensureVisitor(request, response, address)));
  };
}

/** For programs, which get no form back. Throws `forged_request`. */
export function checkOwnRequest(request: Request, response: Response, address: PublicAddress): void {
  if (formOrigin(request, response, address) !== 'own') throw forgedRequest(address);
}

function forgedRequest({ url }: PublicAddress): PosternError {
  return new PosternError('forged_request', { params: { url } });
}

function formOrigin(request: Request, response: Response, address: PublicAddress): FormOrigin {
  if (SAFE_METHODS.has(request.method)) return 'own';
  if (!isOwnOrigin(request, address)) return 'foreign';
  const visitor = findVisitor(request, address);
  if (visitor === null) return 'outdated';
  const { session } = contextOf(response);
  const accepted = [csrfToken(visitor, session?.user.id ?? null)];
  if (SIGN_IN_PATHS.has(request.path)) accepted.push(csrfToken(visitor, null));
  const sent = csrfTokenOf(sentToken(request));
  return accepted.some((token) => isSameText(sent, token)) ? 'own' : 'outdated';
}

/**
 * Browsers set `Sec-Fetch-Site: same-origin` themselves, and no page can change it. It is checked
 * first because pages with `Referrer-Policy: no-referrer` send `Origin: null` even to their own
 * origin (Fetch, "append a request Origin header").
 */
function isOwnOrigin(request: Request, address: PublicAddress): boolean {
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined || origin === 'null') return site === 'same-origin';
  return address.origins.has(origin) || (address.reach === 'loopback' && isOwnLoopback(request, origin));
}

/** One's own machine has many names, and forwards to it any port. */
function isOwnLoopback(request: Request, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname, host } = new URL(origin);
  if (!isLoopbackName(hostname)) return false;
  return request.get('sec-fetch-site') === 'same-origin' || host === request.get('host');
}

function sentToken(request: Request): string {
  const form = formSchema.safeParse(request.body);
  return form.success ? form.data.csrf_token : (request.get('x-csrf-token') ?? '');
}
