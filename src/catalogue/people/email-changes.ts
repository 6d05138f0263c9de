// A person's change of e-mail, which waits for proof of the new address. Until then nothing about
// the account is different.

import { getUser, type User } from '../accounts/users.ts';
import { replaceEmail } from '../accounts/verified-email.ts';
import type { PersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { parseEmail } from '../store/email-address.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';

// docs/security.md, "Secrets that people and programs hold"
const EMAIL_CHANGE_LIFE_MS = 3_600_000;

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** Takes the place of an earlier one. Says nothing of whose the address is now. */
export async function requestEmailChange(
  catalogue: Catalogue,
  { actor }: OwnContext,
  change: { readonly email: string },
) {
  requireMay(actor, 'self.change', INSTALLATION);
  const { text: email, key: email_key } = parseEmail(change.email);
  const token = newRandomSecret();
  const now = catalogue.clock.now();
  const waiting = {
    token_hash: hashOfSecret(token.reveal()),
    email,
    email_key,
    created_at: now,
    expires_at: new Date(now.getTime() + EMAIL_CHANGE_LIFE_MS),
  };
  await catalogue.db
    .insertInto('email_changes')
    .values({ user_id: actor.userId, ...waiting })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(waiting))
    .execute();
  return { email, token };
}

/** The new address; null for a link that is not this person's, or not open. */
export async function findEmailChange(
  { db, clock }: Catalogue,
  { token, userId }: { readonly token: string; readonly userId: PersonActor['userId'] },
): Promise<{ readonly email: string } | null> {
  const row = await db
    .selectFrom('email_changes')
    .select('email')
    .where('token_hash', '=', hashOfSecret(token))
    .where('user_id', '=', userId)
    .where('expires_at', '>', clock.now())
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Ends the person's other browser sessions and voids reset links. NOTE: only for the person who
 * asked, signed in: a stranger who gets the mail of a mistyped address must not take the account.
 * Throws `not_found`, `conflict` when the address is taken.
 */
export async function confirmEmailChange(
  catalogue: Catalogue,
  context: OwnContext,
  { token, keepSessionId }: { readonly token: string; readonly keepSessionId: string },
): Promise<{ readonly before: User; readonly after: User }> {
  const { userId } = context.actor;
  requireMay(context.actor, 'self.change', INSTALLATION);
  const before = await getUser(catalogue, userId);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
    const row = await tx
      .deleteFrom('email_changes')
      .where('token_hash', '=', hashOfSecret(token))
      .where('user_id', '=', userId)
      .where('expires_at', '>', catalogue.clock.now())
      .returning('email')
      .executeTakeFirst();
    if (row === undefined) throw missing('link');
    await replaceEmail(tx, { catalogue, context, user: before, email: row.email, keepSessionId });
  });
  return { before, after: await getUser(catalogue, userId) };
}
