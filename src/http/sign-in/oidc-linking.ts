// Linking an identity to a signed-in person, who proves both sides within the last minutes.

import type { Response } from 'express';
import { linkIdentity } from '../../actions/people/change-profile.ts';
import { isSignInFresh, PROOF_FRESH_MS } from '../../catalogue/rights/policy.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { auditContextOfPerson, requireSession } from '../request/request-context.ts';
import type { Issuer } from './issuers.ts';
import { type Exchange, leaveForIssuer, sendLeavingPage } from './leave-for-issuer.ts';
import type { ProvenIdentity } from './oidc-sign-in.ts';
import { signInAgainPath } from './sign-in-routes.ts';
import type { SignInParts } from './sign-in-steps.ts';

export const PROFILE_PATH = '/app/me/profile';

/** Whether the sign-in is recent enough to prove who changes a way of signing in. */
export function provesPerson(response: Response, now: Date): boolean {
  const { signIn } = requireSession(response);
  return isSignInFresh({ freshSignInMs: PROOF_FRESH_MS }, { signIn, now });
}

/**
 * NOTE: a form with its token, and the provider asks anew: or a link in a mail could bind the
 * identity of whoever signed the browser in there, who would then sign in as this person.
 */
export async function leaveToLink(parts: SignInParts, issuer: Issuer, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  const { user } = requireSession(response);
  const now = parts.deps.clock.now();
  if (!provesPerson(response, now)) return response.redirect(303, signInAgainPath(PROFILE_PATH));
  const again = { to: 'link', userId: user.id, since: now } as const;
  const url = await leaveForIssuer(parts, exchange, { issuer, next: PROFILE_PATH, again });
  const text = `Sign in there as the person whom you want to link to ${cleanForPage(user.email)}.`;
  sendLeavingPage(parts, exchange, { name: issuer.config.name, url, text, how: 'by_click' });
}

/** Throws `identity_refused` when somebody else is signed in by now. */
export async function finishLink(
  { deps }: SignInParts,
  response: Response,
  { userId, identity }: { readonly userId: UserId; readonly identity: ProvenIdentity },
): Promise<void> {
  const context = await auditContextOfPerson(deps.catalogue, response);
  const { actor } = context;
  if (actor.kind !== 'person' || actor.userId !== userId) throw new PosternError('identity_refused');
  await linkIdentity(deps, { ...context, actor }, identity);
  response.redirect(303, `${PROFILE_PATH}?done=identity_linked`);
}
