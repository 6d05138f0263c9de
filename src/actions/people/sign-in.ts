// Signing in, by a password or a provider's identity, begins a browser session; signing out.

import { pause } from '../../async/retry.ts';
import {
  createBrowserSession,
  endAllBrowserSessions,
  endBrowserSession,
  type NewBrowserSession,
} from '../../catalogue/accounts/browser-sessions.ts';
import { type Identity, noteSecondFactor, signInWithIdentity as signIn } from '../../catalogue/accounts/identities.ts';
import { type User, verifyPassword } from '../../catalogue/accounts/users.ts';
import { applyGroups } from '../../catalogue/joining/apply-groups.ts';
import { endByLogout } from '../../catalogue/people/end-by-logout.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { type ProofAttempt, secretOfPerson } from '../../limits/proof-pace.ts';
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

/** To an address with very many wrong passwords, whatever the account. */
const LATE_ANSWER_MS = 10_000;

type FailureParts = Pick<ActionParts, 'catalogue' | 'auditTrail' | 'clock' | 'limits'>;

export interface TypedPassword {
  readonly email: string;
  readonly password: Secret;
  /** Aborts when nobody waits for the answer any more. */
  readonly left: AbortSignal;
}

/** Wrong ones are audited, and answered late. `rate_limited` when too many passwords wait. */
export async function checkPassword(
  parts: FailureParts,
  browser: Browser,
  { left, ...credentials }: TypedPassword,
): Promise<PasswordCheck> {
  const { limits, catalogue } = parts;
  const { address } = browser;
  const user = await verifyPassword(catalogue, { ...credentials, address });
  if (user === null) recordFailedSignIn(parts, browser, 'password');
  const attempt = { secret: secretOfPerson(credentials.email), address };
  const isLate = user === null ? (await limits.failedSignIn(address)) !== 'allowed' : await isHeldBack(parts, attempt);
  if (isLate && user !== null) await pause(LATE_ANSWER_MS, left);
  // NOTE: nothing is proved for a client that hung up: its next try would be answered at once, and
  // tell a guesser who never waits that the password is right.
  if (isLate && user !== null && left.aborted) return { kind: 'too_many_attempts', retryAfterMs: LATE_ANSWER_MS };
  const settled = await limits.proofs.settle(attempt, user === null ? 'wrong' : 'right');
  if (settled.kind === 'put_off') return { kind: 'too_many_attempts', retryAfterMs: settled.retryAfterMs };
  if (user !== null) return { kind: 'right', user };
  if (isLate) await pause(LATE_ANSWER_MS, left);
  return { kind: 'wrong' };
}

/** A right one as wrong ones are, or silence tells them apart; not where its person is known. */
async function isHeldBack({ limits }: FailureParts, attempt: ProofAttempt): Promise<boolean> {
  return (await limits.hasManyFailedSignIns(attempt.address)) && !(await limits.proofs.isProved(attempt));
}

export interface ProvenIdentity extends Identity {
  /** Null: groups are not read. `unknown`: the issuer does not say all of them. */
  readonly groups: readonly string[] | 'unknown' | null;
  readonly vouchesSecondFactor: boolean;
}

/**
 * Linked by verified e-mail, or makes a person; then teams and memberships follow its groups. What
 * fell away ends. Throws `conflict` for another's e-mail.
 */
export async function signInWithIdentity(
  parts: Pick<ActionParts, 'catalogue' | 'liveConnections'>,
  context: AuditContext,
  { groups, vouchesSecondFactor, ...identity }: ProvenIdentity,
): Promise<User> {
  const { catalogue } = parts;
  const user = await signIn(catalogue, context, identity);
  await noteSecondFactor(catalogue, { ...identity, vouchesSecondFactor });
  const { issuer, subject } = identity;
  const verifiedEmail = identity.emailVerified ? identity.email : null;
  const signedIn = { person: user, issuer, subject, groups: groups ?? ('unknown' as const), verifiedEmail };
  const lost = await applyGroups(catalogue, context, signedIn);
  if (lost.teamsLeft + lost.membershipsEnded > 0) await parts.liveConnections.endNow();
  return user;
}

/** Takes the place of the browser's old session; the cookie's value is returned this once. */
export function startBrowserSession(
  { catalogue }: Pick<ActionParts, 'catalogue'>,
  { requestId, address: ip, userAgent, session }: Browser,
  proof: Required<Pick<NewBrowserSession, 'person' | 'method'>> &
    Pick<NewBrowserSession, 'authenticatedAt' | 'identity'>,
): ReturnType<typeof createBrowserSession> {
  const replaces = session?.sessionId ?? null;
  return createBrowserSession(catalogue, { ...proof, ip, userAgent, requestId, replaces });
}

/**
 * False where its network had too many, and it was only counted. The e-mail is not written, since
 * people type passwords into the wrong field.
 */
export function recordFailedSignIn(
  { catalogue, auditTrail, clock, limits }: FailureParts,
  { requestId, address, userAgent, session }: Browser,
  reason: string,
): boolean {
  if (!limits.failures.take(address, reason)) return false;
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
  return true;
}

/** A verified logout at the identity provider; on all nodes. */
export const logOutAtProvider = ending(catalogueAction(endByLogout));

/** Ends one browser session of the person; false when the person has no such session. */
export const signOut = catalogueAction(endBrowserSession);

/** Ends all browser sessions of the person, with every grant and live connection. */
export const signOutEverywhere = ending(catalogueAction(endAllBrowserSessions));
