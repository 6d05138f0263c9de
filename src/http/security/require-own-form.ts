// The CSRF check: every request that changes something by cookie must come from a page of this site
// and carry the token of its browser session, or of its visitor cookie before sign-in.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { PublicAddress } from '../../config/public-address.ts';
import { PosternError } from '../../errors.ts';
import { csrfTokenOfVisitor, findVisitor } from '../request/cookies.ts';
import { contextOf } from '../request/request-context.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const formSchema = z.object({ csrf_token: z.string().max(128) });

/** Throws `forged_request` for a change unless origin and token are right. */
export function requireOwnForm(address: PublicAddress): RequestHandler {
  return (request, response, next) => {
    if (SAFE_METHODS.has(request.method)) return next();
    if (!isOwnOrigin(request, address)) throw new PosternError('forged_request');
    const { session } = contextOf(response);
    const visitor = findVisitor(request, address);
    const expected = session?.csrfToken ?? (visitor === null ? null : csrfTokenOfVisitor(visitor));
    if (expected === null || !isSameText(sentToken(request), expected)) throw new PosternError('forged_request');
    next();
  };
}

/**
 * Browsers set `Sec-Fetch-Site: same-origin` themselves, and no page can change it. It is checked
 * first because pages with `Referrer-Policy: no-referrer` send `Origin: null` even to their own
 * origin (Fetch, "append a request Origin header").
 */
function isOwnOrigin(request: Request, { origins }: PublicAddress): boolean {
  const origin = request.get('origin');
  const isNamed = origin !== undefined && origin !== 'null';
  if (isNamed && !origins.has(origin)) return false;
  const site = request.get('sec-fetch-site');
  return site === undefined ? isNamed : site === 'same-origin';
}

function sentToken(request: Request): string {
  const form = formSchema.safeParse(request.body);
  return form.success ? form.data.csrf_token : (request.get('x-csrf-token') ?? '');
}

function isSameText(first: string, second: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(first), digest(second));
}
