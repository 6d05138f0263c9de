// The one answer to a form that a person can correct. A browser is redirected to the form's page,
// which says why and has what was typed: loading it again, and the back button after a later
// success, then meet a page and not a form to send once more. Programs, and browsers whose form is
// too long for an address, get the page itself with the status of the refusal.

import type { Request, Response } from 'express';
import type { PublicAddress } from '../../config/public-address.ts';
import { ensureVisitor } from '../request/cookies.ts';
import { pathWithRefusedForm } from './kept-form.ts';

const REFUSED = 'isFormRefused';

interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly address: PublicAddress;
}

interface Refusal {
  readonly status: number;
  /** What the page finds in its kept form. */
  readonly said: Readonly<Record<string, string>>;
}

export async function refuseForm(
  { request, response, address }: Exchange,
  { status, said }: Refusal,
  show: () => Promise<void> | void,
): Promise<void> {
  markRefused(response);
  const visitor = ensureVisitor(request, response, address);
  const path = isNavigation(request) ? pathWithRefusedForm(request, visitor, said) : null;
  if (path !== null) return response.redirect(303, path);
  response.status(status);
  await show();
}

/** Nothing was done, so the same form may be sent again at once (sent-once.ts). */
export function markRefused(response: Response): void {
  response.locals[REFUSED] = true;
}

export function isRefused(response: Response): boolean {
  return response.locals[REFUSED] === true;
}

/**
 * A browser shows the answer as its next page. Fetch metadata: Sec-Fetch-Mode, which is not sent
 * over plain http to other machines. Upgrade Insecure Requests, 3.2.1 is.
 */
export function isNavigation(request: Pick<Request, 'get'>): boolean {
  const mode = request.get('sec-fetch-mode');
  return mode === undefined ? request.get('upgrade-insecure-requests') === '1' : mode === 'navigate';
}
