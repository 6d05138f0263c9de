// Changing what an account allows of logins and connections.

import { changeAccountPolicy as change } from '../../catalogue/accounts/account-policy.ts';
import type { Account } from '../../catalogue/accounts/accounts.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { endWhatPolicyForbids, type PolicyEnforcers } from '../../login/grant/end-what-policy-forbids.ts';
import type { ActionParts } from '../action-parts.ts';

/**
 * Ends the account's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export async function changeAccountPolicy(
  parts: PolicyEnforcers & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  input: Parameters<typeof change>[2],
): Promise<Account> {
  const account = await change(parts.catalogue, context, input);
  await endWhatPolicyForbids(parts, { accountId: account.id });
  return account;
}
