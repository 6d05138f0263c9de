// Accounts: the personal one of each person, and the organizations. Their rows, plan periods and
// billing details. Memberships are in memberships.ts, policies in policy.ts.

import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import type { AccountId, UserId } from '../../ids.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { type PolicySettings, parsePolicySettings } from '../rights/policy.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { AccountsTable, Plan } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

export type Account = ReturnType<typeof accountFrom>;

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

/** Also opens its first plan period; the caller audits. With a `user_id` it is personal. */
export async function insertAccount(
  tx: Transaction<Schema>,
  account: Pick<AccountsTable, 'id' | 'user_id' | 'name' | 'handle' | 'plan'>,
  now: Date,
): Promise<void> {
  const kind = account.user_id === null ? 'organization' : 'personal';
  const defaults = { passwordless_access: true, policy: '{}', billing: '{}', created_at: now, updated_at: now };
  await tx
    .insertInto('accounts')
    .values({ ...account, kind, ...defaults })
    .execute();
  await openPlanPeriod(tx, { accountId: account.id, plan: account.plan, now });
}

/** Null when there is no such account. Does not check permissions. */
export async function findAccount(db: Kysely<Schema>, accountId: AccountId): Promise<Account | null> {
  const row = await db.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirst();
  return row === undefined ? null : accountFrom(row);
}

export async function getAccount(catalogue: Catalogue, context: AuditContext, accountId: AccountId): Promise<Account> {
  requireMay(context.actor, 'account.read', accountResource(accountId));
  const account = await findAccount(catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  return account;
}

/** The names of those that are there. Does not check permissions. */
export async function findAccountNames(db: Kysely<Schema>, ids: readonly AccountId[]): Promise<Map<AccountId, string>> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return new Map();
  const rows = await db.selectFrom('accounts').select(['id', 'name']).where('id', 'in', asked).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export async function findAccountIdsWithProjects(db: Kysely<Schema>, ids: readonly AccountId[]) {
  const projects = db.selectFrom('projects').select('account_id').distinct().where('account_id', 'in', ids);
  return new Set((await projects.execute()).map(({ account_id }) => account_id));
}

/** Locks the account and its members against changes until the transaction ends. */
export async function lockAccount(tx: Transaction<Schema>, accountId: AccountId): Promise<Account> {
  const row = await tx
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', accountId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow(() => notFound(accountResource(accountId)));
  return accountFrom(row);
}

export async function changeBilling(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly billing: BillingDetails },
): Promise<Account> {
  const { accountId } = change;
  const asked = { action: 'account.change_billing', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const account = await lockAccount(tx, accountId);
    const updatedAt = catalogue.clock.now();
    const billing = { billing: JSON.stringify(change.billing), updated_at: updatedAt };
    await tx.updateTable('accounts').set(billing).where('id', '=', accountId).execute();
    await recordChange(tx, { catalogue, context }, { event: 'account.changed', accountId, reason: 'billing' });
    return { ...account, billing: change.billing, updatedAt };
  });
}

/** Starts a plan period, unless the account is on that plan already. */
export async function changePlan(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly plan: Plan },
): Promise<void> {
  const asked = { action: 'account.change_plan', resource: accountResource(change.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await movePlan(tx, { ...change, now: catalogue.clock.now() });
    const facts = { accountId: change.accountId, reason: change.plan };
    await recordChange(tx, { catalogue, context }, { event: 'plan.changed', ...facts });
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
  const period = { id: randomUUID(), account_id: accountId, plan, started_at: now, ended_at: null };
  await tx.insertInto('plan_periods').values(period).execute();
}

export function accountFrom({ user_id, policy, billing, ...row }: Selectable<AccountsTable>) {
  return { ...camelRow(row), policy: parsePolicySettings(policy), billing: billingDetailsSchema.parse(billing) };
}

export async function countProjects(db: Kysely<Schema>, accountId: AccountId): Promise<number> {
  const { count } = await db
    .selectFrom('projects')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Does not check permissions. */
export async function listPeopleOfAccount(db: Kysely<Schema>, accountId: AccountId): Promise<UserId[]> {
  const [members, owners] = await Promise.all([
    db.selectFrom('memberships').select('user_id').where('account_id', '=', accountId).execute(),
    db.selectFrom('accounts').select('user_id').where('id', '=', accountId).execute(),
  ]);
  return [...members, ...owners].flatMap(({ user_id }) => (user_id === null ? [] : [user_id]));
}

/** Ends all grants, made under the old policy, and connections that the new one forbids. */
export async function changeAccountPolicy(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly accountId: AccountId; readonly policy?: PolicySettings; readonly passwordlessAccess?: boolean },
): Promise<Account> {
  const { accountId } = change;
  const asked = { action: 'account.change_policy', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const account = await lockAccount(tx, accountId);
    const changed: Account = {
      ...account,
      policy: change.policy ?? account.policy,
      passwordlessAccess: change.passwordlessAccess ?? account.passwordlessAccess,
      updatedAt: catalogue.clock.now(),
    };
    await tx
      .updateTable('accounts')
      .set({
        policy: JSON.stringify(changed.policy),
        passwordless_access: changed.passwordlessAccess,
        updated_at: changed.updatedAt,
      })
      .where('id', '=', accountId)
      .execute();
    await recordEndedAccess(tx, { kind: 'recheck', owners: { accountId } });
    const reason = JSON.stringify({ ...changed.policy, passwordlessAccess: changed.passwordlessAccess });
    await recordChange(tx, { catalogue, context }, { event: 'policy.changed', accountId, reason });
    return changed;
  });
}
