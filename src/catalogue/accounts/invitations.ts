// Open invitations by e-mail, valid for 7 days, the token hashed at rest; and what a mailed link
// leads to. Invitations are created in invite-members.ts and accepted in accept-invitation.ts.

import type { Kysely, Selectable, Transaction } from 'kysely';
import type { AccountId, InvitationId, ProjectId, ShareId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { type ActionOn, accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { InvitationsTable, LinkDelivery, MemberRole } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { linkDelivery } from './link-delivery.ts';

// docs/security.md, "Secrets that people and programs hold"
export const INVITATION_LIFE_MS = 7 * 24 * 3_600_000;

export type Invitation = ReturnType<typeof invitationFrom>;

/** Open and expired invitations, newest first. */
export async function listInvitations(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
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
): Promise<{ readonly invitation: Invitation; readonly token: Secret; readonly delivery: LinkDelivery }> {
  const change = async (tx: Transaction<Schema>, row: InvitationRow) => {
    const token = newRandomSecret();
    const columns = tokenColumns(catalogue, context, token);
    const fresh = { ...row, ...columns };
    await tx.updateTable('invitations').set(columns).where('id', '=', row.id).execute();
    const event = { event: 'invitation.changed', accountId: row.account_id, subject: row.email } as const;
    await recordChange(tx, { catalogue, context }, event);
    return { invitation: invitationFrom(fresh, columns.invited_at), token, delivery: columns.link_delivery };
  };
  return changeInvitation(catalogue, context, { ...which, action: 'invitations.resend', change });
}

export async function cancelInvitation(
  catalogue: Catalogue,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly invitationId: InvitationId },
): Promise<Invitation> {
  const change = async (tx: Transaction<Schema>, row: InvitationRow) => {
    await tx.deleteFrom('invitations').where('id', '=', row.id).execute();
    const event = { event: 'invitation.removed', accountId: row.account_id, subject: row.email } as const;
    await recordChange(tx, { catalogue, context }, event);
    return invitationFrom(row, catalogue.clock.now());
  };
  return changeInvitation(catalogue, context, { ...which, action: 'invitations.cancel', change });
}

export function tokenColumns(catalogue: Catalogue, context: AuditContext, token: Secret) {
  const now = catalogue.clock.now();
  const expiresAt = new Date(now.getTime() + INVITATION_LIFE_MS);
  const link_delivery = linkDelivery(catalogue, context);
  return { token_hash: hashOfSecret(token.reveal()), link_delivery, invited_at: now, expires_at: expiresAt };
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
  const asked = { action: which.action, resource: accountResource(which.accountId) };
  requireMay(context.actor, asked.action, asked.resource);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const row = await tx
      .selectFrom('invitations')
      .selectAll()
      .where('id', '=', which.invitationId)
      .where('account_id', '=', which.accountId)
      .forUpdate()
      .executeTakeFirstOrThrow(() => missing(`invitation "${which.invitationId}"`));
    return which.change(tx, row);
  });
}

export function invitationFrom(
  { email_key, token_hash, link_delivery, ...row }: Selectable<InvitationsTable>,
  now: Date,
) {
  return { ...camelRow(row), status: row.expires_at > now ? ('pending' as const) : ('expired' as const) };
}

export interface OpenInvitation {
  readonly email: string;
  readonly emailKey: string;
  readonly to:
    | {
        readonly kind: 'organization';
        readonly accountId: AccountId;
        readonly name: string;
        readonly memberRole: MemberRole;
      }
    | {
        readonly kind: 'project';
        readonly shareId: ShareId;
        readonly projectId: ProjectId;
        readonly name: string;
        /** The account that owns it. */
        readonly from: string;
      };
  readonly delivery: LinkDelivery;
  readonly invitedAt: Date;
  /** Null when it was not a person, or one who is gone; the e-mail only where it is verified. */
  readonly inviter: { readonly name: string; readonly email: string | null } | null;
}

/** Null for a link that is unknown, withdrawn, used or expired. */
export async function findInvitationByToken(
  { clock, ...catalogue }: Catalogue,
  token: string,
  db: Kysely<Schema> = catalogue.db,
): Promise<OpenInvitation | null> {
  const link = { hash: hashOfSecret(token), now: clock.now() };
  return (await findMemberInvitation(db, link)) ?? (await findGuestInvitation(db, link));
}

interface Link {
  readonly hash: Buffer;
  readonly now: Date;
}

async function findMemberInvitation(db: Kysely<Schema>, { hash, now }: Link): Promise<OpenInvitation | null> {
  const row = await db
    .selectFrom('invitations')
    .innerJoin('accounts', 'accounts.id', 'invitations.account_id')
    .leftJoin('users as inviters', 'inviters.id', 'invited_by')
    .select(['invitations.email', 'invitations.email_key', 'member_role', 'account_id', 'accounts.name'])
    .select(['link_delivery', 'invited_at', ...INVITER])
    .where('token_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { account_id: accountId, name, member_role: memberRole } = row;
  const to = { kind: 'organization', accountId, name, memberRole } as const;
  return { ...openFrom(row), to, invitedAt: row.invited_at };
}

const INVITER = [
  'inviters.name as inviter_name',
  'inviters.email as inviter_email',
  'inviters.email_verified as inviter_verified',
] as const;

interface OpenRow {
  readonly email: string;
  readonly email_key: string;
  readonly link_delivery: LinkDelivery;
  readonly inviter_name: string | null;
  readonly inviter_email: string | null;
  readonly inviter_verified: boolean | null;
}

function openFrom(row: OpenRow): Pick<OpenInvitation, 'email' | 'emailKey' | 'delivery' | 'inviter'> {
  const { email, email_key: emailKey, link_delivery: delivery, inviter_name: name } = row;
  const inviter = name === null ? null : { name, email: row.inviter_verified === true ? row.inviter_email : null };
  return { email, emailKey, delivery, inviter };
}

async function findGuestInvitation(db: Kysely<Schema>, { hash, now }: Link): Promise<OpenInvitation | null> {
  const row = await db
    .selectFrom('project_shares')
    .innerJoin('projects', 'projects.id', 'project_shares.project_id')
    .innerJoin('accounts', 'accounts.id', 'projects.account_id')
    .leftJoin('users as inviters', 'inviters.id', 'granted_by')
    .select(['project_shares.id', 'project_shares.email', 'project_shares.email_key', 'project_id', 'projects.name'])
    .select(['accounts.name as from', 'link_delivery', 'granted_at', ...INVITER])
    .where('link_hash', '=', hash)
    .where('link_expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { id: shareId, project_id: projectId, name, from } = row;
  return { ...openFrom(row), to: { kind: 'project', shareId, projectId, name, from }, invitedAt: row.granted_at };
}
