// Accepts an invitation by its link: a new person signs up with it, a known one joins.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { newPersonActor } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import { hashPassword } from '../store/password-hash.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { claimByEmail, claimByLink } from './claim-by-email.ts';
import { findInvitationByToken, type OpenInvitation } from './invitations.ts';
import { getUser, insertUser, type User } from './users.ts';

export interface FollowedLink {
  readonly token: string;
  /** Links are sent only to mailboxes, so following one proves that the mailbox is the person's. */
  readonly wasMailed: boolean;
}

/** Throws `not_found` for a link that is not open, `conflict` when the e-mail has a person. */
export async function signUpWithInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: FollowedLink & { readonly name: string; readonly password: Secret },
): Promise<User> {
  const passwordHash = await hashPassword(catalogue, input.password);
  return catalogue.transaction(async (tx) => {
    const open = await getOpenInvitation(catalogue, tx, input.token);
    const { email, emailKey: email_key } = open;
    const emailVerified = verifiesEmail(open, input);
    const newUser = { email, name: input.name, password: input.password, emailVerified };
    const user = await insertUser(tx, { catalogue, context, input: newUser, passwordHash, by: 'themselves' });
    const claim = { catalogue, context: { ...context, actor: newPersonActor(user) } };
    if (!emailVerified) await claimByLink(tx, { ...claim, user: { id: user.id, email, email_key } }, open.to);
    return user;
  });
}

/** Throws `forbidden` for another person's invitation, `not_found` for a link that is not open. */
export async function acceptInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: FollowedLink & { readonly userId: UserId },
): Promise<void> {
  const user = await getUser(catalogue, input.userId);
  const email_key = emailKey(user.email);
  await catalogue.transaction(async (tx) => {
    const open = await getOpenInvitation(catalogue, tx, input.token);
    if (open.emailKey !== email_key) throw new PosternError('invitation_of_another', { params: { email: open.email } });
    const claim = { catalogue, context, user: { id: user.id, email: user.email, email_key } };
    if (!verifiesEmail(open, input)) return await claimByLink(tx, claim, open.to);
    await tx.updateTable('users').set({ email_verified: true }).where('id', '=', user.id).execute();
    await claimByEmail(tx, claim);
  });
}

// NOTE: without a mail server the inviting person sees the link. If it verified the address even
// then, that person would get every invitation and share that others meant for it.
function verifiesEmail({ isVouchedFor }: OpenInvitation, { wasMailed }: FollowedLink): boolean {
  return wasMailed || isVouchedFor;
}

async function getOpenInvitation(catalogue: Catalogue, tx: Transaction<Schema>, token: string) {
  const open = await findInvitationByToken(catalogue, token, tx);
  if (open === null) throw missing('invitation');
  return open;
}
