// Checks who may read consumption, of which account, on which plan.

import { type Account, findAccount } from '../../../catalogue/accounts/accounts.ts';
import { accountResource, notFound, requireMay } from '../../../catalogue/rights/permissions.ts';
import { requireConsumptionHistory } from '../../../catalogue/rights/plans.ts';
import type { AccountId } from '../../../ids.ts';
import { type ApiCall, accountOfCall } from '../call/api-call.ts';

/** Of an account as a whole, or project by project: a project's key lists only its own. */
type Figures = 'account' | 'projects';

/** For the running billing period, which every plan includes. Throws `forbidden`, `not_found`. */
export async function readableAccount(call: ApiCall, orgId: string | undefined, figures: Figures): Promise<Account> {
  const accountId = accountOfCall(call, orgId);
  const { actor } = call.context;
  if (figures === 'projects' && actor.kind === 'project_key') {
    requireMay(actor, 'project.read_consumption', { kind: 'project', projectId: actor.projectId, accountId });
  } else {
    requireMay(actor, 'account.read_consumption', accountResource(accountId));
  }
  const account = await findAccount(call.catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  return account;
}

/** For earlier periods, too. Throws `plan_gate`, `forbidden`, `not_found`. */
export async function requireHistory(call: ApiCall, orgId: string | undefined, figures: Figures): Promise<AccountId> {
  const account = await readableAccount(call, orgId, figures);
  requireConsumptionHistory(account.plan);
  return account.id;
}
