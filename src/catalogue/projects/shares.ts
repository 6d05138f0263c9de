// Shares of single projects with guests, by e-mail, even before the person has an account. Members
// of the project's account cannot be its guests.

import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { PosternError } from '../../errors.ts';
import { type AccountId, newShareId, type ProjectId, type ShareId, type UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { findVerifiedPerson } from '../accounts/find-person.ts';
import { INVITATION_LIFE_MS } from '../accounts/invitations.ts';
import { linkDelivery } from '../accounts/link-delivery.ts';
import { isMember } from '../accounts/memberships.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type EmailAddress, parseEmail } from '../store/email-address.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { LinkDelivery } from '../tables/people-and-accounts.ts';
import type { ProjectSharesTable } from '../tables/projects-and-computes.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { getProject, onProject, type Project } from './projects.ts';

export type Share = ReturnType<typeof shareFrom>;

/** Tells the guest, who may need an account. The token is returned only here. */
export interface GuestLink {
  readonly token: Secret;
  readonly delivery: LinkDelivery;
  readonly expiresAt: Date;
}

export type ShareOutcome =
  | { readonly kind: 'shared' | 'already_shared'; readonly share: Share; readonly link: GuestLink }
  | { readonly kind: 'has_access_already'; readonly email: string };

/** All or none. Each guest gets a new link, which voids the old one. */
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
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'project.share'));
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
): Promise<EndedShare> {
  const project = await getProject(catalogue, context, { projectId, action: 'project.unshare' });
  const unknown = missing(`permission "${shareId}"`);
  return await endShare(catalogue, context, { project, column: 'id', value: shareId, unknown });
}

/** As a guest of it. */
export async function leaveProject(
  catalogue: Catalogue,
  context: AuditContext,
  { projectId }: { readonly projectId: ProjectId },
): Promise<EndedShare> {
  const project = await getProject(catalogue, context, { projectId, action: 'project.leave' });
  const unknown = missing(`project "${projectId}"`);
  const userId = context.actor.kind === 'person' ? context.actor.userId : '';
  return await endShare(catalogue, context, { project, column: 'user_id', value: userId, unknown });
}

type EndedShare = Share & { readonly revokedAt: Date };

interface SharedBy {
  readonly project: Project;
  readonly column: 'id' | 'user_id';
  readonly value: string;
  readonly unknown: PosternError;
}

function endShare(catalogue: Catalogue, context: AuditContext, by: SharedBy): Promise<EndedShare> {
  const { id: projectId, accountId } = by.project;
  return catalogue.transaction(async (tx) => {
    const row = await tx
      .deleteFrom('project_shares')
      .where(sql.ref(by.column), '=', by.value)
      .where('project_id', '=', projectId)
      .returningAll()
      .executeTakeFirstOrThrow(() => by.unknown);
    if (row.user_id !== null) await recordEndedAccess(tx, { kind: 'end', owners: { userId: row.user_id, projectId } });
    const facts = { projectId, accountId, subject: row.email };
    await recordChange(tx, { catalogue, context }, { event: 'share.removed', ...facts });
    return { ...shareFrom(row), revokedAt: catalogue.clock.now() };
  });
}

async function shareWithOne(
  tx: Transaction<Schema>,
  wanted: { catalogue: Catalogue; context: AuditContext; project: Project; email: EmailAddress },
): Promise<ShareOutcome> {
  const { catalogue, context, project, email } = wanted;
  const user = await findVerifiedPerson(tx, email.text);
  if (user !== null && (await belongsTo(tx, { accountId: project.accountId, userId: user.id }))) {
    return { kind: 'has_access_already', email: email.text };
  }
  const existing = await tx
    .selectFrom('project_shares')
    .selectAll()
    .where('project_id', '=', project.id)
    .where('email_key', '=', email.key)
    .executeTakeFirst();
  const link = newLink(catalogue, context);
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

// Also for people with an account, so that nothing tells the two apart.
function newLink(catalogue: Catalogue, context: AuditContext): GuestLink {
  const expiresAt = new Date(catalogue.clock.now().getTime() + INVITATION_LIFE_MS);
  return { token: newRandomSecret(), expiresAt, delivery: linkDelivery(catalogue, context) };
}

function linkColumns({ token, expiresAt, delivery }: GuestLink) {
  return { link_hash: hashOfSecret(token.reveal()), link_expires_at: expiresAt, link_delivery: delivery };
}

async function belongsTo(db: Kysely<Schema>, place: { accountId: AccountId; userId: UserId }): Promise<boolean> {
  return (place.accountId as string) === place.userId || (await isMember(db, place));
}

export function shareFrom(row: Selectable<ProjectSharesTable>) {
  const { email_key, link_hash, link_expires_at, link_delivery, ...share } = row;
  // NOTE: not by `user_id`, which would tell whose address has an account.
  return { ...camelRow(share), isLinkUsed: link_hash === null };
}
