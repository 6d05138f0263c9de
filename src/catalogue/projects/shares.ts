// Shares of single projects with guests, by e-mail, even before the person has an account. Members
// of the project's account have access anyway and cannot be its guests.

import type { Kysely, Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, newShareId, type ProjectId, type ShareId, type UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { INVITATION_LIFE_MS } from '../accounts/invitations.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type EmailAddress, parseEmail } from '../store/email-address.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { ProjectSharesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { getProject, type Project } from './projects.ts';

export interface Share {
  readonly id: ShareId;
  readonly projectId: ProjectId;
  readonly email: string;
  /** Null until a person with that e-mail has an account. */
  readonly userId: UserId | null;
  readonly grantedBy: UserId | null;
  readonly grantedAt: Date;
}

/** A link by which a guest creates an account. Only here is the token returned, to be mailed. */
export interface GuestLink {
  readonly token: Secret;
  readonly expiresAt: Date;
}

/** The outcome for one e-mail. */
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

/** The project's shares, oldest first. */
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
      .executeTakeFirst();
    if (row === undefined) throw new PosternError('not_found', { params: { thing: `permission "${shareId}"` } });
    if (row.user_id !== null) await recordEndedAccess(tx, { kind: 'end', owners: { userId: row.user_id, projectId } });
    const facts = { projectId, accountId: project.accountId, subject: row.email };
    await recordAuditEvent(tx, changeEvent(catalogue, context, { event: 'share.removed', ...facts }));
    return { ...shareFrom(row), revokedAt: catalogue.clock.now() };
  });
}

interface OneShare {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly project: Project;
  readonly email: EmailAddress;
}

async function shareWithOne(tx: Transaction<Schema>, wanted: OneShare): Promise<ShareOutcome> {
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
  const { actor } = context;
  const row: Selectable<ProjectSharesTable> = {
    id: newShareId(),
    project_id: project.id,
    email: email.text,
    email_key: email.key,
    user_id: user?.id ?? null,
    granted_by: actor.kind === 'person' ? actor.userId : null,
    granted_at: catalogue.clock.now(),
    ...linkColumns(link),
  };
  await tx.insertInto('project_shares').values(row).execute();
  const facts = { projectId: project.id, accountId: project.accountId, subject: email.text };
  await recordAuditEvent(tx, changeEvent(catalogue, context, { event: 'share.created', ...facts }));
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

async function belongsTo(
  db: Kysely<Schema>,
  { accountId, userId }: { accountId: AccountId; userId: UserId },
): Promise<boolean> {
  if ((accountId as string) === userId) return true;
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

export function shareFrom(row: Selectable<ProjectSharesTable>): Share {
  return {
    id: row.id,
    projectId: row.project_id,
    email: row.email,
    userId: row.user_id,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
  };
}
