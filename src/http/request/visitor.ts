// The anonymous-visitor cookie; CSRF tokens of the sign-in and set-up forms derive from it.

import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import { readCookie, setCookie } from './cookies.ts';

const VALUE_SHAPE = /^[A-Za-z0-9_-]{22}$/;

/** The visitor cookie's value, if the browser sent a valid one. */
export function findVisitor(request: Request, address: PublicAddress): string | null {
  const value = readCookie(request, address, 'visitor');
  return value !== null && VALUE_SHAPE.test(value) ? value : null;
}

/** The visitor cookie's value, which is set now if there was none. */
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
