// Whether another site sent the browser here: such a page may have chosen the moment and the place
// of the person's next click.

import type { Request } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import { ownOrigin } from './own-origin.ts';
import { isLoginLink, safeNext } from './safe-next.ts';

/** Where a terminal's code is typed. */
export const LINK_CODE_PATH = '/link';

/**
 * By Fetch metadata, which covers all redirects on the way; `none` is an address that was typed or
 * that another program opened. By Referer where there is none: over plain http, in old browsers.
 */
export function isSentByAnotherSite(request: Request, address: PublicAddress): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site' || site === 'same-site';
  const referer = request.get('referer');
  if (referer === undefined) return false;
  if (!URL.canParse(referer)) return true;
  const { origin } = new URL(referer);
  return !address.origins.has(origin) && origin !== ownOrigin(request, address);
}

/**
 * `safeNext` for a page that a browser was led to. Signing in does not open a login link that
 * another site brought: its code is typed.
 */
export function nextOfArrival(request: Request, address: PublicAddress, asked: unknown): string {
  const next = safeNext(asked);
  return isLoginLink(next) && isSentByAnotherSite(request, address) ? LINK_CODE_PATH : next;
}
