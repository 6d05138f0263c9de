// Organizations: accounts that several people share. Members are in memberships.ts.

import type { Transaction } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import { type AccountId, newOrganizationId, personalAccountId, type UserId } from '../../ids.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireRoomFor } from '../rights/plans.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName, slugOf } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import type { JoinedBy, Plan } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type Account, accountFrom, countProjects, findAccount, insertAccount, lockAccount } from './accounts.ts';
import { insertMembership } from './memberships.ts';

export interface NewOrganization {
  readonly name: string;
  /** The person who becomes its admin. */
  readonly admin: { readonly id: UserId; readonly email: string; readonly joinedBy?: JoinedBy };
  /** Absent: the installation's default. */
  readonly plan?: Plan;
}

/** Where organizations are created on request, only Postern and operators may call this. */
export async function createOrganization(catalogue: Catalogue, context: AuditContext, input: NewOrganization) {
  const { actor } = context;
  requireMay(actor, 'organization.create', INSTALLATION);
  const isByOperator = actor.kind === 'system' || (actor.kind === 'person' && actor.isOperator);
  if (!isByOperator && catalogue.settings.organizationCreation === 'on_request') {
    throw new PosternError('organizations_on_request');
  }
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'organization.create', resource: INSTALLATION });
    if (!isByOperator) await requireRoomForAdmin(tx, input.admin.id);
    return await insertOrganization(tx, { catalogue, context, input });
  });
}

async function requireRoomForAdmin(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  // Locked, so that organizations made at the same time are counted one after the other.
  const personal = await lockAccount(tx, personalAccountId(userId));
  const { count } = await tx
    .selectFrom('memberships')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('member_role', '=', 'admin')
    .executeTakeFirstOrThrow();
  requireRoomFor('organizations', personal.plan, count + 1);
}

/** `createOrganization` within a transaction and without a permission check. */
export async function insertOrganization(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; input: NewOrganization },
): Promise<Account> {
  const { catalogue, context, input } = how;
  const id = newOrganizationId();
  const name = requireName(input.name, 'organization name');
  const plan = input.plan ?? catalogue.settings.defaultPlan;
  const handle = `${slugOf(name, 'organization')}-${id}`;
  await insertAccount(tx, { id, user_id: null, name, handle, plan }, catalogue.clock.now());
  await recordChange(tx, { catalogue, context }, { event: 'account.created', accountId: id, subject: name });
  const { joinedBy, ...user } = input.admin;
  await insertMembership(tx, { catalogue, context, accountId: id, user, memberRole: 'admin', joinedBy });
  const organization = await findAccount(tx, id);
  if (organization === null) throw new Error(`organization ${id} vanished within its own transaction`);
  return organization;
}

/** By name; not those where the person is only a guest. */
export async function listOrganizationsOf(catalogue: Catalogue, userId: UserId): Promise<Account[]> {
  const rows = await catalogue.db
    .selectFrom('memberships')
    .innerJoin('accounts', 'accounts.id', 'memberships.account_id')
    .selectAll('accounts')
    .where('memberships.user_id', '=', userId)
    .orderBy('accounts.name')
    .orderBy('accounts.id')
    .execute();
  return rows.map(accountFrom);
}

/** The organizations that the actor belongs to; a key belongs to the one that owns it. */
export async function listOwnOrganizations(catalogue: Catalogue, { actor }: AuditContext): Promise<Account[]> {
  requireMay(actor, 'self.list_organizations', INSTALLATION);
  switch (actor.kind) {
    case 'person':
      return listOrganizationsOf(catalogue, actor.userId);
    case 'organization_key':
    case 'project_key': {
      const account = await findAccount(catalogue.db, actor.accountId);
      return account === null ? [] : [account];
    }
    case 'scim_key':
    case 'on_call_key':
    case 'system':
      return [];
    default:
      return assertNever(actor);
  }
}

/** Renames an organization; its handle stays. */
export async function renameOrganization(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly name: string },
): Promise<Account> {
  const { accountId } = change;
  const asked = { action: 'account.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const name = requireName(change.name, 'organization name');
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const account = await lockAccount(tx, accountId);
    const updatedAt = catalogue.clock.now();
    await tx.updateTable('accounts').set({ name, updated_at: updatedAt }).where('id', '=', accountId).execute();
    await recordChange(tx, { catalogue, context }, { event: 'account.changed', accountId, subject: name });
    return { ...account, name, updatedAt };
  });
}

/** With its members, invitations and keys. Throws `conflict` while it owns projects. */
export async function deleteOrganization(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  const asked = { action: 'account.delete', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const account = await lockAccount(tx, accountId);
    if ((await countProjects(tx, accountId)) > 0) {
      throw new PosternError('owns_projects', { params: { account: account.name } });
    }
    await tx.deleteFrom('accounts').where('id', '=', accountId).execute();
    await recordEndedAccess(tx, { kind: 'end', owners: { accountId } });
    await recordChange(tx, { catalogue, context }, { event: 'account.removed', accountId, subject: account.name });
  });
}
