// Signing in, by a password or a provider's identity, begins a browser session; signing out.

import { pause } from '../../async/retry.ts';
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
  | { readonly kind: 'too_many_attempts'; readonly retryAfterMs: number };

/** Of an address with very many wrong passwords, whatever the account. */
const LATE_ANSWER_MS = 10_000;

type FailureParts = Pick<ActionParts, 'catalogue' | 'auditTrail' | 'clock'>;

/** Wrong ones are audited, and answered late. `rate_limited` when too many passwords wait. */
export async function checkPassword(
  parts: FailureParts & Pick<ActionParts, 'limits'>,
  browser: Browser,
  credentials: { readonly email: string; readonly password: Secret },
): Promise<PasswordCheck> {
  const { limits, catalogue } = parts;
  const { address } = browser;
  const user = await verifyPassword(catalogue, { ...credentials, address });
  if (user === null) recordFailedSignIn(parts, browser, 'password');
  const attempt = { secret: `person:${credentials.email.trim().toLowerCase()}`, address };
  const settled = await limits.proofs.settle(attempt, user === null ? 'wrong' : 'right');
  if (settled.kind === 'put_off') return { kind: 'too_many_attempts', retryAfterMs: settled.retryAfterMs };
  if (user !== null) return { kind: 'right', user };
  if ((await limits.failedSignIn(address)) !== 'allowed') await pause(LATE_ANSWER_MS);
  return { kind: 'wrong' };
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
