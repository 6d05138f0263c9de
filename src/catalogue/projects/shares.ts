// Shares of single projects with guests, by e-mail, even before the person has an account; and the
// guests of an account. Members of the project's account cannot be its guests.

import type { Kysely, Selectable, Transaction } from 'kysely';
import { type AccountId, newShareId, type ProjectId, type ShareId, type UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { INVITATION_LIFE_MS } from '../accounts/invitations.ts';
import { type InvitationOutcome, inviteMembers } from '../accounts/invite-members.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type EmailAddress, emailKey, parseEmail } from '../store/email-address.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';
import type { ProjectSharesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { getProject, type Project } from './projects.ts';

export type Share = ReturnType<typeof shareFrom>;

/** A link by which a guest creates an account. Only here is the token returned, to be mailed. */
export interface GuestLink {
  readonly token: Secret;
  readonly expiresAt: Date;
}

export type ShareOutcome =
  | { readonly kind: 'shared' | 'already_shared'; readonly share: Share; readonly link: GuestLink | null }
  | { readonly kind: 'has_access_already'; readonly email: string };

/** All or none. A guest without an account gets a new link, which voids the old one. */
export async function shareProject(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly projectId: ProjectId; readonly emails: readonly string[] },
): Promise<ShareOutcome[]> {
  const project = await getProject(catalogue, context, { projectId: input.projectId, action: 'project.share' });
  const emails = new Map(input.emails.map(parseEmail).map((email) => [email.key, email]));
  return catalogue.transaction(async (tx) => {
    // A person who becomes a member at the same time waits for this lock, and then loses the share.
    await lockAccount(tx, project.accountId);
    const outcomes: ShareOutcome[] = [];
    for (const email of emails.values()) outcomes.push(await shareWithOne(tx, { catalogue, context, project, email }));
    return outcomes;
  });
}

export async function listShares(catalogue: Catalogue, context: AuditContext, projectId: ProjectId): Promise<Share[]> {
  await getProject(catalogue, context, { projectId, action: 'project.read_shares' });
  const rows = await catalogue.db
    .selectFrom('project_shares')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('granted_at')
    .orderBy('id')
    .execute();
  return rows.map(shareFrom);
}

/** Deletes a share and ends the access that depended on it. */
export async function unshareProject(
  catalogue: Catalogue,
  context: AuditContext,
  { projectId, shareId }: { readonly projectId: ProjectId; readonly shareId: ShareId },
): Promise<Share & { readonly revokedAt: Date }> {
  const project = await getProject(catalogue, context, { projectId, action: 'project.unshare' });
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .deleteFrom('project_shares')
      .where('id', '=', shareId)
      .where('project_id', '=', projectId)
      .returningAll()
      .executeTakeFirstOrThrow(() => missing(`permission "${shareId}"`));
    if (row.user_id !== null) await recordEndedAccess(tx, { kind: 'end', owners: { userId: row.user_id, projectId } });
    const facts = { projectId, accountId: project.accountId, subject: row.email };
    await recordChange(tx, { catalogue, context }, { event: 'share.removed', ...facts });
    return { ...shareFrom(row), revokedAt: catalogue.clock.now() };
  });
}

async function shareWithOne(
  tx: Transaction<Schema>,
  wanted: { catalogue: Catalogue; context: AuditContext; project: Project; email: EmailAddress },
): Promise<ShareOutcome> {
  const { catalogue, context, project, email } = wanted;
  const user = await tx
    .selectFrom('users')
    .select('id')
    .where('email_key', '=', email.key)
    .where('email_verified', '=', true)
    .executeTakeFirst();
  if (user !== undefined && (await belongsTo(tx, { accountId: project.accountId, userId: user.id }))) {
    return { kind: 'has_access_already', email: email.text };
  }
  const existing = await tx
    .selectFrom('project_shares')
    .selectAll()
    .where('project_id', '=', project.id)
    .where('email_key', '=', email.key)
    .executeTakeFirst();
  const link = user === undefined ? newLink(catalogue) : null;
  if (existing !== undefined) {
    await tx.updateTable('project_shares').set(linkColumns(link)).where('id', '=', existing.id).execute();
    return { kind: 'already_shared', share: shareFrom(existing), link };
  }
  const row: Selectable<ProjectSharesTable> = {
    id: newShareId(),
    project_id: project.id,
    email: email.text,
    email_key: email.key,
    user_id: user?.id ?? null,
    granted_by: context.actor.kind === 'person' ? context.actor.userId : null,
    granted_at: catalogue.clock.now(),
    ...linkColumns(link),
  };
  await tx.insertInto('project_shares').values(row).execute();
  const facts = { projectId: project.id, accountId: project.accountId, subject: email.text };
  await recordChange(tx, { catalogue, context }, { event: 'share.created', ...facts });
  return { kind: 'shared', share: shareFrom(row), link };
}

// Works as an invitation's link does: following it proves that the mailbox is the guest's.
function newLink({ clock }: Catalogue): GuestLink {
  return { token: newRandomSecret(), expiresAt: new Date(clock.now().getTime() + INVITATION_LIFE_MS) };
}

function linkColumns(link: GuestLink | null): Pick<Selectable<ProjectSharesTable>, 'link_hash' | 'link_expires_at'> {
  if (link === null) return { link_hash: null, link_expires_at: null };
  return { link_hash: hashOfSecret(link.token.reveal()), link_expires_at: link.expiresAt };
}

async function belongsTo(db: Kysely<Schema>, { accountId, userId }: { accountId: AccountId; userId: UserId }) {
  if ((accountId as string) === userId) return true;
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

export function shareFrom(row: Selectable<ProjectSharesTable>) {
  const { email_key, link_hash, link_expires_at, ...share } = row;
  return camelRow(share);
}

export interface Guest {
  readonly email: string;
  /** Null until a person with that e-mail has an account. */
  readonly name: string | null;
  readonly shares: ReadonlyArray<Share & { readonly projectName: string }>;
}

/** Guests sorted by e-mail, each with the projects shared. */
export async function listGuests(catalogue: Catalogue, context: AuditContext, accountId: AccountId): Promise<Guest[]> {
  requireMay(context.actor, 'guests.read', accountResource(accountId));
  const rows = await catalogue.db
    .selectFrom('projects')
    .innerJoin('project_shares', 'project_shares.project_id', 'projects.id')
    .leftJoin('users', 'users.id', 'project_shares.user_id')
    .selectAll('project_shares')
    .select(['projects.name as project_name', 'users.name as user_name'])
    .where('projects.account_id', '=', accountId)
    .orderBy('project_shares.email_key')
    .orderBy('projects.name')
    .execute();
  const guests = new Map<string, Guest>();
  for (const row of rows) {
    const shares = guests.get(row.email_key)?.shares ?? [];
    const share = { ...shareFrom(row), projectName: row.project_name };
    guests.set(row.email_key, { email: row.email, name: row.user_name, shares: [...shares, share] });
  }
  return [...guests.values()];
}

/** Removes the shares. A guest without an account is invited and stays a guest until then. */
export async function convertGuest(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly email: string; readonly memberRole?: MemberRole },
): Promise<InvitationOutcome> {
  const { accountId, email, memberRole = 'member' } = input;
  requireMay(context.actor, 'guests.convert', accountResource(accountId));
  const guests = await listGuests(catalogue, context, accountId);
  const isGuest = guests.some((guest) => emailKey(guest.email) === emailKey(email));
  if (!isGuest) throw missing(`guest "${email}"`);
  const [outcome] = await inviteMembers(catalogue, context, { accountId, invitations: [{ email, memberRole }] });
  if (outcome === undefined) throw new Error('an invitation had no outcome');
  return outcome;
}
