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
import { claimByLink } from './claim-by-email.ts';
import { findPersonByEmail } from './find-person.ts';
import { findInvitationByToken } from './invitations.ts';
import { provesMailbox } from './link-delivery.ts';
import { getUser, insertUser, type User } from './users.ts';
import { verifyEmail } from './verified-email.ts';

/** Throws `not_found` for a link that is not open, `conflict` when the e-mail has a person. */
export async function signUpWithInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly token: string; readonly name: string; readonly password: Secret },
): Promise<User> {
  const passwordHash = await hashPassword(catalogue, input.password);
  return catalogue.transaction(async (tx) => {
    const { email, emailKey: email_key, delivery, to } = await getOpenInvitation(catalogue, tx, input.token);
    if ((await findPersonByEmail(tx, email)).kind !== 'unknown')
      throw new PosternError('email_taken', { params: { email } });
    const newUser = { email, name: input.name, password: input.password, emailVerified: provesMailbox(delivery) };
    const user = await insertUser(tx, { catalogue, context, input: newUser, passwordHash, by: 'themselves' });
    const claim = { catalogue, context: { ...context, actor: newPersonActor(user) } };
    await claimByLink(tx, { ...claim, user: { id: user.id, email, email_key } }, to);
    return user;
  });
}

/** Throws `forbidden` for another person's invitation, `not_found` for a link that is not open. */
export async function acceptInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly token: string; readonly userId: UserId },
): Promise<void> {
  const user = await getUser(catalogue, input.userId);
  const email_key = emailKey(user.email);
  await catalogue.transaction(async (tx) => {
    const open = await getOpenInvitation(catalogue, tx, input.token);
    if (open.emailKey !== email_key) throw new PosternError('invitation_of_another', { params: { email: open.email } });
    const claim = { catalogue, context, user: { id: user.id, email: user.email, email_key } };
    if (provesMailbox(open.delivery)) await verifyEmail(tx, claim);
    await claimByLink(tx, claim, open.to);
  });
}

async function getOpenInvitation(catalogue: Catalogue, tx: Transaction<Schema>, token: string) {
  const open = await findInvitationByToken(catalogue, token, tx);
  if (open === null) throw missing('invitation');
  return open;
}
