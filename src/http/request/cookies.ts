// The two cookies: browser session; visitor, which binds forms before sign-in to one browser.

import { createHmac, randomBytes } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';

export type CookieName = 'session' | 'visitor';

/** `__Host-` binds a cookie to this host and to TLS; plain http on localhost cannot use it. */
export function cookieName(name: CookieName, { isHttps }: Pick<PublicAddress, 'isHttps'>): string {
  return isHttps ? `__Host-postern_${name}` : `postern_${name}`;
}

export function setCookie(
  response: Response,
  address: PublicAddress,
  cookie: { readonly name: CookieName; readonly value: string; readonly expiresAt?: Date },
): void {
  const options = attributes(address);
  const lasting = cookie.expiresAt === undefined ? options : { ...options, expires: cookie.expiresAt };
  response.cookie(cookieName(cookie.name, address), cookie.value, lasting);
}

export function clearCookie(response: Response, address: PublicAddress, name: CookieName): void {
  response.clearCookie(cookieName(name, address), attributes(address));
}

export function readCookie(request: Request, address: PublicAddress, name: CookieName): string | null {
  return cookieValue(request, cookieName(name, address));
}

/** Of any name, even one that Postern did not set; null when it is missing. */
export function cookieValue(request: Request, wanted: string): string | null {
  return parseCookie(request.headers.cookie ?? '')[wanted] ?? null;
}

function attributes({ isHttps }: PublicAddress): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: isHttps };
}

const VALUE_SHAPE = /^[A-Za-z0-9_-]{22}$/;

export function findVisitor(request: Request, address: PublicAddress): string | null {
  const value = readCookie(request, address, 'visitor');
  return value !== null && VALUE_SHAPE.test(value) ? value : null;
}

export function ensureVisitor(request: Request, response: Response, address: PublicAddress): string {
  const known = findVisitor(request, address);
  if (known !== null) return known;
  const value = randomBytes(16).toString('base64url');
  setCookie(response, address, { name: 'visitor', value });
  return value;
}

export function csrfTokenOfVisitor(visitor: string): string {
  return createHmac('sha256', visitor).update('postern:v1:visitor-csrf').digest('base64url');
}
