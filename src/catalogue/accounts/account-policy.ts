// Changes of an account's policy and of the switch that allows login by link for its computes.

import type { AccountId } from '../../ids.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { PolicySettings } from '../rights/policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { type Account, lockAccount } from './accounts.ts';

/** Ends all grants, made under the old policy, and connections that the new one forbids. */
export async function changeAccountPolicy(
  catalogue: Catalogue,
  context: AuditContext,
  change: {
    readonly accountId: AccountId;
    readonly policy?: PolicySettings;
    readonly passwordlessAccess?: boolean;
  },
): Promise<Account> {
  const { accountId } = change;
  requireMay(context.actor, 'account.change_policy', accountResource(accountId));
  return catalogue.transaction(async (tx) => {
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
    await recordAuditEvent(tx, changeEvent(catalogue, context, { event: 'policy.changed', accountId, reason }));
    return changed;
  });
}
