// What a logout at the identity provider ends in an organization besides approvals.

import type { AccountId } from '../../ids.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { LogoutRulesTable } from '../tables/issuers.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

export const LOGOUT_ENDS = ['approvals', 'connections', 'connections_and_tokens'] as const;
export type LogoutEnds = 'approvals' | LogoutRulesTable['ends'];

export async function findLogoutEnds({ db }: Pick<Catalogue, 'db'>, accountId: AccountId): Promise<LogoutEnds> {
  const rule = db.selectFrom('logout_rules').select('ends').where('account_id', '=', accountId);
  return (await rule.executeTakeFirst())?.ends ?? 'approvals';
}

export async function setLogoutEnds(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, ends }: { readonly accountId: AccountId; readonly ends: LogoutEnds },
): Promise<void> {
  const asked = { action: 'joining.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await tx.deleteFrom('logout_rules').where('account_id', '=', accountId).execute();
    if (ends !== 'approvals') await tx.insertInto('logout_rules').values({ account_id: accountId, ends }).execute();
    const reason = `a logout at the identity provider ends ${ends.replaceAll('_', ' ')}`;
    await recordChange(tx, { catalogue, context }, { event: 'policy.changed', accountId, reason });
  });
}
