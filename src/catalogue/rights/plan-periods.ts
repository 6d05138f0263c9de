// The stretches that an account spends on one plan. Changes of plan write them; see accounts.ts.

import type { AccountId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** The id of the stretch that goes on; asks nobody's permission. */
export async function currentPlanPeriodId({ db }: Catalogue, accountId: AccountId): Promise<string> {
  const { id } = await db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return id;
}
