// Accepting an invitation by its link: a new person signs up with it, a known one joins. Holding the token shows that
// the mailbox is theirs.

import type { Kysely, Selectable } from 'kysely';
import { PosternError } from '../errors.ts';
import type { AccountId, UserId } from '../ids.ts';
import type { Secret } from '../secret.ts';
import type { AuditContext } from './audit-context.ts';
import type { Catalogue } from './catalogue.ts';
import { claimByEmail } from './claim-by-email.ts';
import { emailKey } from './email-address.ts';
import { type Invitation, invitationFrom } from './invitations.ts';
import { hashPassword } from './password-hash.ts';
import { hashOfSecret } from './random-secrets.ts';
import type { Schema } from './schema.ts';
import type { InvitationsTable } from './tables/people-and-accounts.ts';
import { getUser, insertUser, type User } from './users.ts';

export interface OpenInvitation {
  readonly invitation: Invitation;
  readonly organizationName: string;
  /** The e-mail has a person already, who signs in instead of signing up. */
  readonly hasAccount: boolean;
}

/** The invitation behind a link; null for an unknown, withdrawn or expired one. */
export async function findInvitationByToken(catalogue: Catalogue, token: string): Promise<OpenInvitation | null> {
  const row = await findOpenRow(catalogue.db, token, catalogue.clock.now());
  if (row === null) return null;
  const [account, user] = await Promise.all([
    catalogue.db.selectFrom('accounts').select('name').where('id', '=', row.account_id).executeTakeFirstOrThrow(),
    catalogue.db.selectFrom('users').select('id').where('email_key', '=', row.email_key).executeTakeFirst(),
  ]);
  return {
    invitation: invitationFrom(row, catalogue.clock.now()),
    organizationName: account.name,
    hasAccount: user !== undefined,
  };
}

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
    const row = await getOpenRow(tx, input.token, catalogue.clock.now());
    const newUser = { email: row.email, name: input.name, password: input.password };
    return insertUser(tx, { catalogue, context, input: newUser, passwordHash });
  });
}

/**
 * Makes the signed-in person a member; the link verifies the e-mail, so that all else that waited for it is theirs too.
 * Throws `forbidden` when the invitation is for another e-mail, `not_found` for a link that is not open.
 */
export async function acceptInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly token: string; readonly userId: UserId },
): Promise<AccountId> {
  const user = await getUser(catalogue, input.userId);
  const email_key = emailKey(user.email);
  return catalogue.transaction(async (tx) => {
    const row = await getOpenRow(tx, input.token, catalogue.clock.now());
    if (row.email_key !== email_key) {
      throw new PosternError('forbidden', { params: { problem: `this invitation is for ${row.email}` } });
    }
    await tx.updateTable('users').set({ email_verified: true }).where('id', '=', user.id).execute();
    await claimByEmail(tx, { catalogue, context, user: { id: user.id, email: user.email, email_key } });
    return row.account_id;
  });
}

async function getOpenRow(db: Kysely<Schema>, token: string, now: Date): Promise<Selectable<InvitationsTable>> {
  const row = await findOpenRow(db, token, now);
  if (row === null) throw new PosternError('not_found', { params: { thing: 'invitation' } });
  return row;
}

async function findOpenRow(db: Kysely<Schema>, token: string, now: Date): Promise<Selectable<InvitationsTable> | null> {
  const row = await db
    .selectFrom('invitations')
    .selectAll()
    .where('token_hash', '=', hashOfSecret(token))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row ?? null;
}
