// What people change about themselves: their name, and their password.

import { linkIdentity as link, unlinkIdentity as unlink } from '../../catalogue/accounts/own-identities.ts';
import { renameUser as rename, setPassword } from '../../catalogue/accounts/users.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { requireAllowed } from '../../limits/require-allowed.ts';
import type { Secret } from '../../secret.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../define-action.ts';
import { type Browser, checkPassword } from './sign-in.ts';
import { type TellingParts, tellPerson } from './tell-person.ts';

export const renameUser = catalogueAction(rename);

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** After proof of the account and of the identity. Throws `conflict` for another's identity. */
export async function linkIdentity(
  parts: TellingParts,
  context: OwnContext,
  identity: Parameters<typeof link>[2],
): Promise<void> {
  await link(parts.catalogue, context, identity);
  tellPerson(parts, context.actor, { kind: 'identity_linked', issuer: identity.issuer });
}

/** Throws `not_found`, `conflict` for the last way to sign in. */
export async function unlinkIdentity(
  parts: TellingParts,
  context: OwnContext,
  which: Parameters<typeof unlink>[2],
): Promise<void> {
  await unlink(parts.catalogue, context, which);
  tellPerson(parts, context.actor, { kind: 'identity_unlinked', issuer: which.issuer });
}

/** Ends other sessions and all access. Throws `current_password_wrong`, `rate_limited`. */
export async function changePassword(
  parts: TellingParts & Pick<ActionParts, 'auditTrail' | 'clock' | 'limits' | 'liveConnections'>,
  context: AuditContext & { readonly actor: PersonActor },
  input: { readonly browser: Browser; readonly currentPassword: Secret; readonly newPassword: Secret },
): Promise<void> {
  const { userId, email } = context.actor;
  const { browser, currentPassword, newPassword } = input;
  const checked = await checkPassword(parts, browser, { email, password: currentPassword });
  if (checked.kind === 'too_many_attempts') requireAllowed(checked);
  if (checked.kind === 'wrong') throw new PosternError('current_password_wrong');
  const keepSessionId = browser.session?.sessionId;
  await setPassword(parts.catalogue, context, { userId, password: newPassword, keepSessionId });
  await parts.liveConnections.endNow();
  tellPerson(parts, { email }, { kind: 'password_changed' });
}
