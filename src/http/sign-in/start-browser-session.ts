// The end of every way to sign in: a fresh browser session and its cookie.

import type { Response } from 'express';
import { createBrowserSession, type NewBrowserSession } from '../../catalogue/accounts/browser-sessions.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { clearCookie, setCookie } from '../request/cookies.ts';
import { contextOf } from '../request/request-context.ts';

/** Sets the session cookie on the response; the visitor cookie goes, since its CSRF token has served. */
export async function startBrowserSession(
  parts: { readonly deps: { readonly catalogue: Catalogue }; readonly address: PublicAddress },
  response: Response,
  who: Required<Pick<NewBrowserSession, 'userId' | 'method'>> & Pick<NewBrowserSession, 'authenticatedAt'>,
): Promise<void> {
  const { requestId, address: ip, userAgent, session } = contextOf(response);
  const { cookie, expiresAt } = await createBrowserSession(parts.deps.catalogue, {
    ...who,
    ip,
    userAgent,
    requestId,
    replaces: session?.sessionId ?? null,
  });
  setCookie(response, parts.address, { name: 'session', value: cookie.reveal(), expiresAt });
  clearCookie(response, parts.address, 'visitor');
}
