// The cookies: browser session; a password that waits for its second step; sign-ins under way at
// identity providers; visitor, which binds
// forms to one browser, and outlives sessions, so that tabs that were opened before a sign-in go on
// after it; the account used last; the theme.

import { createHmac, randomBytes } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import type { UserId } from '../../ids.ts';
import { ownOrigin } from './own-origin.ts';

export type CookieName = 'session' | 'visitor' | 'account' | 'theme' | 'second_step' | `oidc_${string}`;

const VISITOR_LIFE_MS = 365 * 24 * 3_600_000;

/**
 * `__Host-` binds a cookie to this host and to TLS; plain http on localhost cannot use it. A port
 * that is not the default is part of the name, since browsers keep the cookies of all ports of a
 * host together. `origin`: as the browser sees it.
 */
export function cookieName(name: CookieName, { isHttps }: Pick<PublicAddress, 'isHttps'>, origin: string): string {
  const { port } = new URL(origin);
  return `${isHttps ? '__Host-' : ''}postern_${name}${port === '' ? '' : `_${port}`}`;
}

export function setCookie(
  response: Response,
  address: PublicAddress,
  cookie: { readonly name: CookieName; readonly value: string; readonly expiresAt?: Date },
): void {
  const options = attributes(address);
  const lasting = cookie.expiresAt === undefined ? options : { ...options, expires: cookie.expiresAt };
  response.cookie(cookieName(cookie.name, address, ownOrigin(response.req, address)), cookie.value, lasting);
}

export function clearCookie(response: Response, address: PublicAddress, name: CookieName): void {
  response.clearCookie(cookieName(name, address, ownOrigin(response.req, address)), attributes(address));
}

export function readCookie(request: Request, address: PublicAddress, name: CookieName): string | null {
  return cookieValue(request, cookieName(name, address, ownOrigin(request, address)));
}

/** Of any name, even one that Postern did not set; null when it is missing. */
export function cookieValue(request: Request, wanted: string): string | null {
  const header = request.headers.cookie ?? '';
  // Only what is wanted is taken apart: other applications may have set thousands.
  for (let at = header.indexOf(`${wanted}=`); at !== -1; at = header.indexOf(`${wanted}=`, at + 1)) {
    if (!beginsCookie(header, at)) continue;
    const end = header.indexOf(';', at);
    const value = parseCookie(header.slice(at, end === -1 ? undefined : end))[wanted];
    if (value !== undefined) return value;
  }
  return null;
}

function beginsCookie(header: string, at: number): boolean {
  let before = at - 1;
  while (header[before] === ' ' || header[before] === '\t') before -= 1;
  return before < 0 || header[before] === ';';
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
  setCookie(response, address, { name: 'visitor', value, expiresAt: new Date(Date.now() + VISITOR_LIFE_MS) });
  return value;
}

/** Required in every form: of a person at this browser, whatever the session; of the visitor. */
export function csrfToken(visitor: string, userId: UserId | null): string {
  return createHmac('sha256', visitor)
    .update(`postern:v1:csrf:${userId ?? 'visitor'}`)
    .digest('base64url');
}

const MASK_BYTES = 32;

/**
 * Under a fresh mask, so that no two pages have bytes in common from which the size of a compressed
 * page could tell the token (BREACH), and with a mark behind a dot, by which forms of one rendering
 * of a page are told (sent-once.ts).
 */
export function markedCsrfToken(visitor: string, userId: UserId | null): string {
  const mask = randomBytes(MASK_BYTES);
  const masked = xor(mask, Buffer.from(csrfToken(visitor, userId), 'base64url'));
  return `${Buffer.concat([mask, masked]).toString('base64url')}.${randomBytes(9).toString('base64url')}`;
}

/** Empty where it is none. */
export function csrfTokenOf(marked: string): string {
  const bytes = Buffer.from(marked.split('.', 1)[0] ?? '', 'base64url');
  if (bytes.length !== 2 * MASK_BYTES) return '';
  return xor(bytes.subarray(0, MASK_BYTES), bytes.subarray(MASK_BYTES)).toString('base64url');
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
