// Open invitations to organizations: by e-mail, valid for 7 days, the token hashed at rest. New
// ones are created in invite-members.ts and accepted in accept-invitation.ts; mails are sent
// elsewhere.

import type { Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccountId, InvitationId, UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { type ActionOn, accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { InvitationsTable, MemberRole } from '../tables/people-and-accounts.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';

// docs/security.md, "Secrets that people and programs hold"
export const INVITATION_LIFE_MS = 7 * 24 * 3_600_000;

export interface Invitation {
  readonly id: InvitationId;
  readonly accountId: AccountId;
  readonly email: string;
  readonly memberRole: MemberRole;
  readonly invitedBy: UserId | null;
  readonly invitedAt: Date;
  readonly expiresAt: Date;
  readonly status: 'pending' | 'expired';
}

/** Open and expired invitations, newest first. */
export async function listInvitations(
  catalogue: Catalogue,
  context: AuditContext,
  accountId: AccountId,
): Promise<Invitation[]> {
  requireMay(context.actor, 'invitations.read', accountResource(accountId));
  const rows = await catalogue.db
    .selectFrom('invitations')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('invited_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map((row) => invitationFrom(row, catalogue.clock.now()));
}

/** Extends the invitation by 7 days with a new token; the old link stops working. */
export async function resendInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly invitationId: InvitationId },
): Promise<{ readonly invitation: Invitation; readonly token: Secret }> {
  const change = async (tx: Transaction<Schema>, row: InvitationRow) => {
    const token = newRandomSecret();
    const fresh = { ...row, ...tokenColumns(catalogue, token) };
    await tx.updateTable('invitations').set(tokenColumns(catalogue, token)).where('id', '=', row.id).execute();
    const event = { event: 'invitation.changed', accountId: row.account_id, subject: row.email } as const;
    await recordAuditEvent(tx, changeEvent(catalogue, context, event));
    return { invitation: invitationFrom(fresh, catalogue.clock.now()), token };
  };
  return changeInvitation(catalogue, context, { ...which, action: 'invitations.resend', change });
}

/** Withdraws the invitation; its link stops working. */
export async function cancelInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly invitationId: InvitationId },
): Promise<Invitation> {
  const change = async (tx: Transaction<Schema>, row: InvitationRow) => {
    await tx.deleteFrom('invitations').where('id', '=', row.id).execute();
    const event = { event: 'invitation.removed', accountId: row.account_id, subject: row.email } as const;
    await recordAuditEvent(tx, changeEvent(catalogue, context, event));
    return invitationFrom(row, catalogue.clock.now());
  };
  return changeInvitation(catalogue, context, { ...which, action: 'invitations.cancel', change });
}

/** The columns of an invitation with a new token, valid from now. */
export function tokenColumns(
  { clock }: Catalogue,
  token: Secret,
): Pick<InvitationsTable, 'token_hash' | 'invited_at' | 'expires_at'> {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + INVITATION_LIFE_MS);
  return { token_hash: hashOfSecret(token.reveal()), invited_at: now, expires_at: expiresAt };
}

type InvitationRow = Selectable<InvitationsTable>;

async function changeInvitation<Result>(
  catalogue: Catalogue,
  context: AuditContext,
  which: {
    readonly accountId: AccountId;
    readonly invitationId: InvitationId;
    readonly action: ActionOn<'account'>;
    readonly change: (tx: Transaction<Schema>, row: InvitationRow) => Promise<Result>;
  },
): Promise<Result> {
  requireMay(context.actor, which.action, accountResource(which.accountId));
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .selectFrom('invitations')
      .selectAll()
      .where('id', '=', which.invitationId)
      .where('account_id', '=', which.accountId)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) {
      throw new PosternError('not_found', { params: { thing: `invitation "${which.invitationId}"` } });
    }
    return which.change(tx, row);
  });
}

export function invitationFrom(row: Selectable<InvitationsTable>, now: Date): Invitation {
  return {
    id: row.id,
    accountId: row.account_id,
    email: row.email,
    memberRole: row.member_role,
    invitedBy: row.invited_by,
    invitedAt: row.invited_at,
    expiresAt: row.expires_at,
    status: row.expires_at > now ? 'pending' : 'expired',
  };
}
