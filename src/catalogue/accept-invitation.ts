// Accepting an invitation by its link, to an organization or to a project: a new person signs up with it, a known one
// joins. Holding the token shows that the mailbox is theirs.

import type { Transaction } from 'kysely';
import { PosternError } from '../errors.ts';
import type { UserId } from '../ids.ts';
import type { Secret } from '../secret.ts';
import type { AuditContext } from './audit-context.ts';
import type { Catalogue } from './catalogue.ts';
import { claimByEmail } from './claim-by-email.ts';
import { emailKey } from './email-address.ts';
import { findInvitationByToken, type OpenInvitation } from './open-invitations.ts';
import { hashPassword } from './password-hash.ts';
import type { Schema } from './schema.ts';
import { getUser, insertUser, type User } from './users.ts';

/**
 * Makes the person whom the invitation is for, verified by the link, and accepts it with every other invitation and
 * share for that e-mail. Throws `not_found` for a link that is not open, `conflict` when the e-mail has a person.
 */
export async function signUpWithInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly token: string; readonly name: string; readonly password: Secret },
): Promise<User> {
  const passwordHash = await hashPassword(input.password);
  return catalogue.transaction(async (tx) => {
    const { email } = await getOpenInvitation(catalogue, tx, input.token);
    const newUser = { email, name: input.name, password: input.password };
    return insertUser(tx, { catalogue, context, input: newUser, passwordHash });
  });
}

/**
 * Accepts for the signed-in person; the link verifies the e-mail, so that all else that waited for it is theirs too.
 * Throws `forbidden` when the invitation is for another e-mail, `not_found` for a link that is not open.
 */
export async function acceptInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly token: string; readonly userId: UserId },
): Promise<void> {
  const user = await getUser(catalogue, input.userId);
  const email_key = emailKey(user.email);
  await catalogue.transaction(async (tx) => {
    const open = await getOpenInvitation(catalogue, tx, input.token);
    if (open.emailKey !== email_key) {
      throw new PosternError('forbidden', { params: { problem: `this invitation is for ${open.email}` } });
    }
    await tx.updateTable('users').set({ email_verified: true }).where('id', '=', user.id).execute();
    await claimByEmail(tx, { catalogue, context, user: { id: user.id, email: user.email, email_key } });
  });
}

async function getOpenInvitation(
  catalogue: Catalogue,
  tx: Transaction<Schema>,
  token: string,
): Promise<OpenInvitation> {
  const open = await findInvitationByToken(catalogue, token, tx);
  if (open === null) throw new PosternError('not_found', { params: { thing: 'invitation' } });
  return open;
}
