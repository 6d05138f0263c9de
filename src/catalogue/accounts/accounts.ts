// Accounts: the personal one of each person, and the organizations. Their rows, plan periods and
// billing details. Memberships are in memberships.ts, policies in policy.ts.

import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { AccountId, UserId } from '../../ids.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { type PolicySettings, parsePolicySettings } from '../rights/policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { AccountsTable, Plan } from '../tables/people-and-accounts.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';

export interface Account {
  readonly id: AccountId;
  readonly kind: 'personal' | 'organization';
  readonly name: string;
  /** Organizations: `<slug>-<id>`. */
  readonly handle: string;
  readonly plan: Plan;
  /** Whether login by link is allowed for its computes at all. */
  readonly passwordlessAccess: boolean;
  readonly policy: PolicySettings;
  readonly billing: BillingDetails;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const billingText = z.string().trim().max(256).default('');

/** Invoice details. Postern charges nothing. */
export const billingDetailsSchema = z.object({
  company: billingText,
  email: billingText,
  address: billingText,
  country: billingText,
  taxId: billingText,
});
export type BillingDetails = z.infer<typeof billingDetailsSchema>;

export interface NewAccount {
  readonly id: AccountId;
  readonly userId: UserId | null;
  readonly name: string;
  readonly handle: string;
  readonly plan: Plan;
}

/** Also opens its first plan period; the caller audits. With a `userId` it is personal. */
export async function insertAccount(tx: Transaction<Schema>, account: NewAccount, now: Date): Promise<void> {
  await tx
    .insertInto('accounts')
    .values({
      id: account.id,
      kind: account.userId === null ? 'organization' : 'personal',
      user_id: account.userId,
      name: account.name,
      handle: account.handle,
      plan: account.plan,
      passwordless_access: true,
      policy: '{}',
      billing: '{}',
      created_at: now,
      updated_at: now,
    })
    .execute();
  await openPlanPeriod(tx, { accountId: account.id, plan: account.plan, now });
}

/** Null when there is no such account. Does not check permissions. */
export async function findAccount(db: Kysely<Schema>, accountId: AccountId): Promise<Account | null> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirst();
  return row === undefined ? null : accountFrom(row);
}

/** The account if the actor may see it. */
export async function getAccount(catalogue: Catalogue, context: AuditContext, accountId: AccountId): Promise<Account> {
  requireMay(context.actor, 'account.read', accountResource(accountId));
  const account = await findAccount(catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  return account;
}

/** Locks the account and its members against changes until the transaction ends. */
export async function lockAccount(tx: Transaction<Schema>, accountId: AccountId): Promise<Account> {
  const row = await tx
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', accountId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound(accountResource(accountId));
  return accountFrom(row);
}

/** Replaces the billing details. */
export async function changeBilling(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly billing: BillingDetails },
): Promise<Account> {
  const { accountId } = change;
  requireMay(context.actor, 'account.change_billing', accountResource(accountId));
  return catalogue.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    const updatedAt = catalogue.clock.now();
    await tx
      .updateTable('accounts')
      .set({ billing: JSON.stringify(change.billing), updated_at: updatedAt })
      .where('id', '=', accountId)
      .execute();
    await recordAuditEvent(
      tx,
      changeEvent(catalogue, context, { event: 'account.changed', accountId, reason: 'billing' }),
    );
    return { ...account, billing: change.billing, updatedAt };
  });
}

/** Starts a plan period, unless the account is on that plan already. */
export async function changePlan(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly plan: Plan },
): Promise<void> {
  requireMay(context.actor, 'account.change_plan', accountResource(change.accountId));
  await catalogue.transaction(async (tx) => {
    await movePlan(tx, { ...change, now: catalogue.clock.now() });
    const event = { event: 'plan.changed', accountId: change.accountId, reason: change.plan } as const;
    await recordAuditEvent(tx, changeEvent(catalogue, context, event));
  });
}

/** Changes only the rows of a plan change; the caller checks and audits. */
export async function movePlan(
  tx: Transaction<Schema>,
  { accountId, plan, now }: { accountId: AccountId; plan: Plan; now: Date },
): Promise<void> {
  const account = await lockAccount(tx, accountId);
  if (account.plan === plan) return;
  await tx.updateTable('accounts').set({ plan, updated_at: now }).where('id', '=', accountId).execute();
  await tx
    .updateTable('plan_periods')
    .set({ ended_at: now })
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute();
  await openPlanPeriod(tx, { accountId, plan, now });
}

async function openPlanPeriod(
  tx: Transaction<Schema>,
  { accountId, plan, now }: { accountId: AccountId; plan: Plan; now: Date },
): Promise<void> {
  await tx
    .insertInto('plan_periods')
    .values({ id: randomUUID(), account_id: accountId, plan, started_at: now, ended_at: null })
    .execute();
}

export function accountFrom(row: Selectable<AccountsTable>): Account {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    handle: row.handle,
    plan: row.plan,
    passwordlessAccess: row.passwordless_access,
    policy: parsePolicySettings(row.policy),
    billing: billingDetailsSchema.parse(row.billing),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export async function countProjects(db: Kysely<Schema>, accountId: AccountId): Promise<number> {
  const { count } = await db
    .selectFrom('projects')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  return count;
}
