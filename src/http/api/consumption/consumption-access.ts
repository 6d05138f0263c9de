// Checks who may read consumption, of which account, on which plan.

import { type Account, findAccount } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, notFound, requireMay } from '../../../catalogue/rights/permissions.ts';
import { requireConsumptionHistory } from '../../../catalogue/rights/plans.ts';
import type { AccountId } from '../../../ids.ts';
import { type ApiCall, accountOfCall } from '../call/api-call.ts';

/** For the figures of an account as a whole. Throws `plan_gate`, `forbidden`, `not_found`. */
export async function requireAccountHistory(call: ApiCall, orgId: string | undefined): Promise<AccountId> {
  const account = await readableAccount(call, orgId);
  requireConsumptionHistory(account.plan);
  return account.id;
}

/** For the figures of projects; a project's key lists only its own. Throws as above. */
export async function requireProjectsHistory(call: ApiCall, orgId: string | undefined): Promise<AccountId> {
  const account = await accountOfProjects(call, orgId);
  requireConsumptionHistory(account.plan);
  return account.id;
}

/** For the running billing period, which every plan includes. Throws `forbidden`, `not_found`. */
export async function accountOfProjects(call: ApiCall, orgId: string | undefined): Promise<Account> {
  const { actor } = call.context;
  if (actor.kind !== 'project_key') return readableAccount(call, orgId);
  const accountId = accountOfCall(call, orgId);
  const { projectId } = actor;
  requireMay(actor, 'project.read_consumption', { kind: 'project', projectId, accountId });
  return existing(call, accountId);
}

async function readableAccount(call: ApiCall, orgId: string | undefined): Promise<Account> {
  const accountId = accountOfCall(call, orgId);
  requireMay(call.context.actor, 'account.read_consumption', accountResource(accountId));
  return existing(call, accountId);
}

async function existing({ catalogue }: ApiCall, accountId: AccountId): Promise<Account> {
  const account = await findAccount(catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  return account;
}
