// The members of an organization and their member roles. An organization keeps at least one admin:
// changes of members lock its row while they count.

import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, type MembershipId, newMembershipId, type UserId } from '../../ids.ts';
import { linkScimUsers } from '../links/scim-link.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { type CamelRow, camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { JoinedBy, MemberRole, MembershipsTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { lockAccount } from './accounts.ts';
import { endMembership } from './end-ways-in.ts';

export type Membership = Omit<CamelRow<Selectable<MembershipsTable>>, 'joinedBy'>;

export interface NewMembership {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly accountId: AccountId;
  readonly user: { readonly id: UserId; readonly email: string };
  readonly memberRole: MemberRole;
  /** Absent: the person acts, or another does. */
  readonly joinedBy?: JoinedBy;
}

/** Removes the person's shares, which a member does not need. Null for a member. */
export async function insertMembership(tx: Transaction<Schema>, membership: NewMembership): Promise<Membership | null> {
  const { catalogue, context, accountId, user, memberRole } = membership;
  // Sharing takes the same lock, so that no share is added beside the membership.
  await lockAccount(tx, accountId);
  const row = await tx
    .insertInto('memberships')
    .values({
      id: newMembershipId(),
      account_id: accountId,
      user_id: user.id,
      member_role: memberRole,
      joined_at: catalogue.clock.now(),
      joined_by: membership.joinedBy ?? joinedBy(context, user.id),
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  await tx
    .deleteFrom('project_shares')
    .where('user_id', '=', user.id)
    .where('project_id', 'in', tx.selectFrom('projects').select('id').where('account_id', '=', accountId))
    .execute();
  const event = { event: 'membership.created', accountId, subject: user.email, reason: memberRole } as const;
  await recordChange(tx, { catalogue, context }, event);
  await linkScimUsers(tx, { userId: user.id });
  return membershipFrom(row);
}

function joinedBy({ actor }: AuditContext, userId: UserId): JoinedBy {
  return actor.kind === 'person' && actor.userId === userId ? 'themselves' : 'others';
}

/** Does not check permissions. */
export async function isMember(
  db: Kysely<Schema>,
  { accountId, userId }: { readonly accountId: AccountId; readonly userId: UserId },
): Promise<boolean> {
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes an existing person a member at once. Throws `conflict` for a member. */
export async function addMember(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly user: NewMembership['user']; readonly memberRole: MemberRole },
): Promise<Membership> {
  const asked = { action: 'invitations.create', resource: accountResource(input.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const membership = await insertMembership(tx, { catalogue, context, ...input });
    if (membership === null) throw new PosternError('already_member', { params: { email: input.user.email } });
    return membership;
  });
}

/** Promotes or demotes. Throws `conflict` when no admin would be left. */
export async function setMemberRole(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly membershipId: MembershipId; readonly memberRole: MemberRole },
): Promise<Membership> {
  const { accountId, memberRole } = change;
  requireMay(context.actor, 'members.change_role', accountResource(accountId));
  return catalogue.transaction(async (tx) => {
    const member = await lockMember(tx, change);
    const resource = accountResource(accountId);
    await requireStillMay(tx, { catalogue, context }, { action: 'members.change_role', resource });
    if (member.member_role === memberRole) return membershipFrom(member);
    if (memberRole === 'member') await requireAnotherAdmin(tx, member, 'be demoted');
    await tx.updateTable('memberships').set({ member_role: memberRole }).where('id', '=', member.id).execute();
    const event = { event: 'membership.changed', accountId, subject: member.email, reason: memberRole } as const;
    await recordChange(tx, { catalogue, context }, event);
    return membershipFrom({ ...member, member_role: memberRole });
  });
}

/** Ends the access that depended on it. Throws `conflict` for the only admin. */
export async function removeMember(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, membershipId }: { readonly accountId: AccountId; readonly membershipId: MembershipId },
): Promise<Membership> {
  requireMay(context.actor, 'members.read', accountResource(accountId));
  return catalogue.transaction(async (tx) => {
    const member = await lockMember(tx, { accountId, membershipId });
    const isOwn = context.actor.kind === 'person' && context.actor.userId === member.user_id;
    const action = isOwn ? 'members.leave' : 'members.remove';
    await requireStillMay(tx, { catalogue, context }, { action, resource: accountResource(accountId) });
    await requireAnotherAdmin(tx, member, isOwn ? 'leave' : 'be removed');
    await endMembership(tx, { catalogue, context, member, reason: isOwn ? 'left' : 'removed' });
    return membershipFrom(member);
  });
}

type LockedMember = Selectable<MembershipsTable> & { readonly email: string };

// NOTE: lock the account's row first, or two admins could demote each other at the same time.
async function lockMember(
  tx: Transaction<Schema>,
  { accountId, membershipId }: { accountId: AccountId; membershipId: MembershipId },
): Promise<LockedMember> {
  await lockAccount(tx, accountId);
  const member = await tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .select('users.email')
    .where('memberships.id', '=', membershipId)
    .where('memberships.account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`member "${membershipId}"`));
  return member;
}

async function requireAnotherAdmin(
  tx: Transaction<Schema>,
  member: LockedMember,
  change: 'be demoted' | 'be removed' | 'leave',
): Promise<void> {
  if (member.member_role !== 'admin') return;
  const { count } = await tx
    .selectFrom('memberships')
    .select(sql<number>`count(*)`.as('count'))
    .where('account_id', '=', member.account_id)
    .where('member_role', '=', 'admin')
    .executeTakeFirstOrThrow();
  if (count > 1) return;
  throw new PosternError('last_admin', { params: { change } });
}

export function membershipFrom(row: Omit<Selectable<MembershipsTable>, 'joined_by'>): Membership {
  const { id, account_id, user_id, member_role, joined_at } = row;
  return camelRow({ id, account_id, user_id, member_role, joined_at });
}
