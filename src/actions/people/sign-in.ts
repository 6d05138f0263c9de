// Signing in: a password is checked, or an identity of a provider is taken, and a browser session
// begins. Signing out ends it.

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

/** The browser in which somebody signs in. */
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

/**
 * Compares a password, limits attempts, and audits the wrong ones. Throws `rate_limited` when too
 * many passwords wait to be compared.
 */
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

/**
 * The person of an identity. An unknown identity is linked to the person with its verified e-mail,
 * or makes a person. Throws `conflict` when its e-mail is another person's and not verified by the
 * provider, `invalid_input` without one.
 */
export const signInWithIdentity = catalogueAction(signIn);

/**
 * Begins a browser session, which takes the place of the browser's old one; the cookie's value is
 * returned this once.
 */
export function startBrowserSession(
  { catalogue }: Pick<ActionParts, 'catalogue'>,
  { requestId, address: ip, userAgent, session }: Browser,
  proof: Required<Pick<NewBrowserSession, 'userId' | 'method'>> & Pick<NewBrowserSession, 'authenticatedAt'>,
): ReturnType<typeof createBrowserSession> {
  const replaces = session?.sessionId ?? null;
  return createBrowserSession(catalogue, { ...proof, ip, userAgent, requestId, replaces });
}

/**
 * Audits a sign-in that failed. The e-mail that was tried is not written, since people type
 * passwords into the wrong field; the person who is signed in already, and is asked again, is.
 */
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
