// A terminal whose login was countersigned: the decision may not be committed yet.

import { PosternError } from '../../errors.ts';
import type { AccessRequestId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/**
 * Waits until the deciding transaction has ended. Throws `store_unavailable` where it came to
 * nothing, as when its node was killed.
 */
export async function confirmAgreement({ db }: Pick<Catalogue, 'db'>, id: AccessRequestId): Promise<void> {
  const row = db.selectFrom('access_requests').select('status').where('id', '=', id).forShare();
  const found = await row.executeTakeFirst();
  if (found?.status !== 'approved') throw new PosternError('store_unavailable');
}
