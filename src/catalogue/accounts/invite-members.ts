// Invites people to an organization by e-mail; people who are known by it join at once.

import type { Transaction } from 'kysely';
import { type AccountId, newInvitationId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type EmailAddress, parseEmail } from '../store/email-address.ts';
import { newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { InvitationsTable, MemberRole } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { lockAccount } from './accounts.ts';
import { type Invitation, invitationFrom, tokenColumns } from './invitations.ts';
import { insertMembership, type Membership } from './memberships.ts';

/** The outcome for one e-mail; the token is returned only here, to be mailed. */
export type InvitationOutcome =
  | { readonly kind: 'invited'; readonly invitation: Invitation; readonly token: Secret }
  | { readonly kind: 'joined'; readonly email: string; readonly membership: Membership }
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
  requireMay(context.actor, 'invitations.create', accountResource(accountId));
  const parsed = input.invitations.map(({ email, memberRole }) => ({ email: parseEmail(email), memberRole }));
  const wanted = new Map(parsed.map((invitation) => [invitation.email.key, invitation]));
  return catalogue.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const outcomes: InvitationOutcome[] = [];
    for (const { email, memberRole } of wanted.values()) {
      outcomes.push(await inviteOne(tx, { catalogue, context, accountId, email, memberRole }));
    }
    return outcomes;
  });
}

interface OneInvitation {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly accountId: AccountId;
  readonly email: EmailAddress;
  readonly memberRole: MemberRole;
}

async function inviteOne(tx: Transaction<Schema>, wanted: OneInvitation): Promise<InvitationOutcome> {
  const { catalogue, context, accountId, email, memberRole } = wanted;
  const user = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('email_key', '=', email.key)
    .where('email_verified', '=', true)
    .executeTakeFirst();
  if (user !== undefined) {
    await tx.deleteFrom('invitations').where('account_id', '=', accountId).where('email_key', '=', email.key).execute();
    const membership = await insertMembership(tx, { catalogue, context, accountId, user, memberRole });
    if (membership === null) return { kind: 'already_member', email: user.email };
    return { kind: 'joined', email: user.email, membership };
  }
  const token = newRandomSecret();
  const row = await tx
    .insertInto('invitations')
    .values(invitationRow(wanted, token))
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'email_key'])
        .doUpdateSet({ member_role: memberRole, ...tokenColumns(catalogue, token) }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  const event = { event: 'invitation.created', accountId, subject: email.text, reason: memberRole } as const;
  await recordChange(tx, { catalogue, context }, event);
  return { kind: 'invited', invitation: invitationFrom(row, catalogue.clock.now()), token };
}

function invitationRow(wanted: OneInvitation, token: Secret): InvitationsTable {
  const { actor } = wanted.context;
  return {
    id: newInvitationId(),
    account_id: wanted.accountId,
    email: wanted.email.text,
    email_key: wanted.email.key,
    member_role: wanted.memberRole,
    invited_by: actor.kind === 'person' ? actor.userId : null,
    ...tokenColumns(wanted.catalogue, token),
  };
}
