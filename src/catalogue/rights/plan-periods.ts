// The periods that an account spends on one plan. They are written by changes of the plan; see
// accounts.ts.

import type { AccountId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** The id of the current period. Does not check permissions. */
export async function currentPlanPeriodId({ db }: Catalogue, accountId: AccountId): Promise<string> {
  const { id } = await db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return id;
}
