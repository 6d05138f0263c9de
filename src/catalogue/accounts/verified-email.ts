// How a person's e-mail comes to be verified after the account was made, and is changed.

import type { Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import { linkScimUsers } from '../links/scim-link.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey, parseEmail } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { refuseTaken } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type Claim, claimShares } from './claim-by-email.ts';
import { endWaysIn } from './end-ways-in.ts';
import { getUser, type User } from './users.ts';

/** Gives the project shares that waited for it. NOTE: only when the mailbox is proved theirs. */
export async function verifyEmail(tx: Transaction<Schema>, claim: Claim): Promise<void> {
  const { catalogue, context, user } = claim;
  const { numUpdatedRows } = await tx
    .updateTable('users')
    .set({ email_verified: true, updated_at: catalogue.clock.now() })
    .where('id', '=', user.id)
    .where('email_verified', '=', false)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  const event = { event: 'identity.changed', subject: user.email, reason: 'e-mail verified' } as const;
  await recordChange(tx, { catalogue, context }, event);
  await linkScimUsers(tx, { userId: user.id });
  await claimShares(tx, claim);
}

/** An operator answers for the address. */
export async function vouchForEmail(
  catalogue: Catalogue,
  context: AuditContext,
  { userId }: { readonly userId: UserId },
): Promise<User> {
  requireMay(context.actor, 'ops.create_user', INSTALLATION);
  const { id, email } = await getUser(catalogue, userId);
  const user = { id, email, email_key: emailKey(email) };
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.create_user', resource: INSTALLATION });
    await verifyEmail(tx, { catalogue, context, user });
  });
  return getUser(catalogue, userId);
}

/** Another address, which the operator answers for; the old one is free. Throws `conflict`. */
export async function changeEmail(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly userId: UserId; readonly email: string },
): Promise<{ readonly before: User; readonly after: User }> {
  requireMay(context.actor, 'ops.create_user', INSTALLATION);
  const before = await getUser(catalogue, change.userId);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.create_user', resource: INSTALLATION });
    await replaceEmail(tx, { catalogue, context, user: before, email: change.email });
  });
  return { before, after: await getUser(catalogue, change.userId) };
}

interface Replacement {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly user: Pick<User, 'id' | 'email'>;
  /** Proved to be the person's, or answered for. */
  readonly email: string;
  /** Of the browser in which the person acts. */
  readonly keepSessionId?: string;
}

/** Ends other browser sessions and what was mailed to the old address. Throws `conflict`. */
export async function replaceEmail(tx: Transaction<Schema>, replacement: Replacement): Promise<void> {
  const { catalogue, context, user, keepSessionId } = replacement;
  const { text: email, key: email_key } = parseEmail(replacement.email);
  await tx
    .updateTable('users')
    .set({ email, email_key, email_verified: true, updated_at: catalogue.clock.now() })
    .where('id', '=', user.id)
    .execute()
    .catch(refuseTaken(`a person with e-mail "${email}"`));
  await tx.deleteFrom('email_changes').where('user_id', '=', user.id).execute();
  await endWaysIn(tx, { userId: user.id, keepSessionId });
  const event = { event: 'identity.changed', subject: email, reason: `e-mail changed from ${user.email}` } as const;
  await recordChange(tx, { catalogue, context }, event);
  await claimShares(tx, { catalogue, context, user: { id: user.id, email, email_key } });
}
