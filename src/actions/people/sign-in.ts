// Signing in, by a password or a provider's identity, begins a browser session; signing out.

import {
  createBrowserSession,
  endAllBrowserSessions,
  endBrowserSession,
  type NewBrowserSession,
} from '../../catalogue/accounts/browser-sessions.ts';
import { signInWithIdentity as signIn } from '../../catalogue/accounts/identities.ts';
import { type User, verifyPassword } from '../../catalogue/accounts/users.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending } from '../define-action.ts';

export interface Browser {
  readonly requestId: string;
  /** Normalised. */
  readonly address: string;
  readonly userAgent: string;
  readonly session: { readonly sessionId: string; readonly user: Pick<User, 'id' | 'email'> } | null;
}

export type PasswordCheck =
  | { readonly kind: 'right'; readonly user: User }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too_many_attempts' };

type FailureParts = Pick<ActionParts, 'catalogue' | 'auditTrail' | 'clock'>;

/** Limits attempts and audits wrong ones. `rate_limited` when too many passwords wait. */
export async function checkPassword(
  parts: FailureParts & Pick<ActionParts, 'limits'>,
  browser: Browser,
  credentials: { readonly email: string; readonly password: Secret },
): Promise<PasswordCheck> {
  const attempt = { email: credentials.email, address: browser.address };
  if ((await parts.limits.signInAttempt(attempt)) === 'limited') return { kind: 'too_many_attempts' };
  const user = await verifyPassword(parts.catalogue, credentials);
  if (user === null) {
    recordFailedSignIn(parts, browser, 'password');
    return { kind: 'wrong' };
  }
  await parts.limits.signInSucceeded(attempt);
  return { kind: 'right', user };
}

/** Linked by verified e-mail, or makes a person. `conflict` for another's unverified e-mail. */
export const signInWithIdentity = catalogueAction(signIn);

/** Takes the place of the browser's old session; the cookie's value is returned this once. */
export function startBrowserSession(
  { catalogue }: Pick<ActionParts, 'catalogue'>,
  { requestId, address: ip, userAgent, session }: Browser,
  proof: Required<Pick<NewBrowserSession, 'userId' | 'method'>> & Pick<NewBrowserSession, 'authenticatedAt'>,
): ReturnType<typeof createBrowserSession> {
  const replaces = session?.sessionId ?? null;
  return createBrowserSession(catalogue, { ...proof, ip, userAgent, requestId, replaces });
}

/** The e-mail is not written, since people type passwords into the wrong field. */
export function recordFailedSignIn(
  { catalogue, auditTrail, clock }: FailureParts,
  { requestId, address, userAgent, session }: Browser,
  reason: string,
): void {
  auditTrail.record({
    at: clock.now(),
    nodeId: catalogue.nodeId,
    event: 'signin.failed',
    outcome: 'refused',
    reason,
    actorType: 'person',
    actorId: session?.user.id ?? null,
    actorEmail: session?.user.email ?? null,
    requestId,
    browserIp: address,
    untrustedUserAgent: userAgent,
  });
}

/** Ends one browser session of the person; false when the person has no such session. */
export const signOut = catalogueAction(endBrowserSession);

/** Ends all browser sessions of the person, with every grant and live connection. */
export const signOutEverywhere = ending(catalogueAction(endAllBrowserSessions));
