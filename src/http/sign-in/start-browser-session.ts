// The last step of every way to sign in: a new browser session and its cookie.

import type { Response } from 'express';
import * as signIn from '../../actions/people/sign-in.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { clearCookie, setCookie } from '../request/cookies.ts';
import { contextOf } from '../request/request-context.ts';

/**
 * Sets the session cookie on the response, and removes the visitor cookie, whose CSRF token is no
 * longer needed.
 */
export async function startBrowserSession(
  parts: { readonly deps: { readonly catalogue: Catalogue }; readonly address: PublicAddress },
  response: Response,
  proof: Parameters<typeof signIn.startBrowserSession>[2],
): Promise<void> {
  const { cookie, expiresAt } = await signIn.startBrowserSession(parts.deps, contextOf(response), proof);
  setCookie(response, parts.address, { name: 'session', value: cookie.reveal(), expiresAt });
  clearCookie(response, parts.address, 'visitor');
}
