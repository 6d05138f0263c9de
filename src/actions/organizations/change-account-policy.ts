// Changing what an account allows of logins and connections.

import { changeAccountPolicy as change } from '../../catalogue/accounts/account-policy.ts';
import { endingAction } from '../catalogue-action.ts';

/**
 * Ends the account's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export const changeAccountPolicy = endingAction(change);
