// What people change about themselves: their name, and their password.

import { noteSecondFactor } from '../../catalogue/accounts/identities.ts';
import { linkIdentity as link, unlinkIdentity as unlink } from '../../catalogue/accounts/own-identities.ts';
import { renameUser as rename, setPassword } from '../../catalogue/accounts/users.ts';
import { applyGroups } from '../../catalogue/joining/apply-groups.ts';
import { setFirstPassword as setFirst } from '../../catalogue/people/ways-to-sign-in.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';
import { type Browser, checkPassword, type ProvenIdentity } from './sign-in.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

export const renameUser = catalogueAction(rename);

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** After proof of the account and of the identity. Throws `conflict` for another's identity. */
export async function linkIdentity(
  parts: TellingParts,
  context: OwnContext,
  { vouchesSecondFactor, ...identity }: Parameters<typeof link>[2] & Pick<ProvenIdentity, 'vouchesSecondFactor'>,
): Promise<void> {
  await link(parts.catalogue, context, identity);
  await noteSecondFactor(parts.catalogue, { ...identity, vouchesSecondFactor });
  tellPerson(parts, context.actor, { kind: 'identity_linked', issuer: identity.issuer });
}

/**
 * What rested on the groups that the identity had ends, or nobody would take them away any more.
 * Throws `not_found`, `conflict` for the last way to sign in.
 */
export async function unlinkIdentity(
  parts: TellingParts & Pick<ActionParts, 'liveConnections'>,
  context: OwnContext,
  which: Parameters<typeof unlink>[2],
): Promise<void> {
  await unlink(parts.catalogue, context, which);
  const person = { id: context.actor.userId, email: context.actor.email };
  await applyGroups(parts.catalogue, context, { ...which, person, groups: [], verifiedEmail: null });
  await parts.liveConnections.endNow();
  tellPerson(parts, context.actor, { kind: 'identity_unlinked', issuer: which.issuer });
}

/** Of people who came by the set-up link; nothing ends. Throws `conflict`. */
export async function setFirstPassword(
  parts: TellingParts,
  context: OwnContext,
  input: Parameters<typeof setFirst>[2],
): Promise<void> {
  await setFirst(parts.catalogue, context, input);
  tellPerson(parts, context.actor, { kind: 'password_changed' });
}

/**
 * Ends other sessions and all access. Throws `current_password_wrong`, `rate_limited`,
 * `sign_in_outdated`.
 */
export async function changePassword(
  parts: TellingParts & Pick<ActionParts, 'auditTrail' | 'clock' | 'limits' | 'liveConnections'>,
  context: AuditContext & { readonly actor: PersonActor },
  input: {
    readonly browser: Browser;
    readonly currentPassword: Secret;
    readonly newPassword: Secret;
    readonly left: AbortSignal;
  },
): Promise<void> {
  const { email } = context.actor;
  const { browser, currentPassword, newPassword, left } = input;
  const checked = await checkPassword(parts, browser, { email, password: currentPassword, left });
  if (checked.kind === 'too_many_attempts') return requireAllowed(checked);
  if (checked.kind === 'wrong') throw new PosternError('current_password_wrong');
  const keepSessionId = browser.session?.sessionId;
  await setPassword(parts.catalogue, context, { person: checked.user, password: newPassword, keepSessionId });
  await parts.liveConnections.endNow();
  tellPerson(parts, { email }, { kind: 'password_changed' });
}
