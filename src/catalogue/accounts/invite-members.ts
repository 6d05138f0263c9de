// Invites people to an organization by e-mail. Nobody joins without accepting, and the outcome does
// not tell whether the address has an account.

import type { Transaction } from 'kysely';
import { type AccountId, newInvitationId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type EmailAddress, parseEmail } from '../store/email-address.ts';
import { newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { InvitationsTable, LinkDelivery, MemberRole } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { lockAccount } from './accounts.ts';
import { findVerifiedPerson } from './find-person.ts';
import { type Invitation, invitationFrom, tokenColumns } from './invitations.ts';
import { isMember } from './memberships.ts';

/** The outcome for one e-mail; the token is returned only here, to be mailed or shown. */
export type InvitationOutcome =
  | {
      readonly kind: 'invited';
      readonly invitation: Invitation;
      readonly token: Secret;
      readonly delivery: LinkDelivery;
    }
  | { readonly kind: 'already_member'; readonly email: string };

/** All or none. Of repeated e-mails the last counts; a second invitation replaces the first. */
export async function inviteMembers(
  catalogue: Catalogue,
  context: AuditContext,
  input: {
    readonly accountId: AccountId;
    readonly invitations: ReadonlyArray<{ readonly email: string; readonly memberRole: MemberRole }>;
  },
): Promise<InvitationOutcome[]> {
  const { accountId } = input;
  const asked = { action: 'invitations.create', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const parsed = input.invitations.map(({ email, memberRole }) => ({ email: parseEmail(email), memberRole }));
  const wanted = new Map(parsed.map((invitation) => [invitation.email.key, invitation]));
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    const outcomes: InvitationOutcome[] = [];
    for (const { email, memberRole } of wanted.values()) {
      outcomes.push(await inviteOne(tx, { catalogue, context, accountId, email, memberRole }));
    }
    return outcomes;
  });
}

export interface OneInvitation {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly accountId: AccountId;
  readonly email: EmailAddress;
  readonly memberRole: MemberRole;
}

/** The caller has checked the permission and locked the account. */
export async function inviteOne(tx: Transaction<Schema>, wanted: OneInvitation): Promise<InvitationOutcome> {
  const { catalogue, context, accountId, email, memberRole } = wanted;
  const person = await findVerifiedPerson(tx, email.text);
  if (person !== null && (await isMember(tx, { accountId, userId: person.id }))) {
    await tx.deleteFrom('invitations').where('account_id', '=', accountId).where('email_key', '=', email.key).execute();
    return { kind: 'already_member', email: email.text };
  }
  const token = newRandomSecret();
  const columns = tokenColumns(catalogue, context, token);
  const row = await tx
    .insertInto('invitations')
    .values(invitationRow(wanted, columns))
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'email_key']).doUpdateSet({ member_role: memberRole, ...columns }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  const event = { event: 'invitation.created', accountId, subject: email.text, reason: memberRole } as const;
  await recordChange(tx, { catalogue, context }, event);
  const invitation = invitationFrom(row, catalogue.clock.now());
  return { kind: 'invited', invitation, token, delivery: columns.link_delivery };
}

function invitationRow(wanted: OneInvitation, columns: ReturnType<typeof tokenColumns>): InvitationsTable {
  const { actor } = wanted.context;
  return {
    id: newInvitationId(),
    account_id: wanted.accountId,
    email: wanted.email.text,
    email_key: wanted.email.key,
    member_role: wanted.memberRole,
    invited_by: actor.kind === 'person' ? actor.userId : null,
    ...columns,
  };
}
