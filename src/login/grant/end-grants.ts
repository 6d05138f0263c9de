// Ends the grants that rested on what a change took away. Where access rules changed, those that
// they still allow stay.

import { NO_SIGN_IN } from '../../catalogue/access/reach.ts';
import { judgeTarget } from '../../catalogue/access/resolve-target.ts';
import type { RecordedEnding } from '../../catalogue/endings/ended-access.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { Grant } from './grant.ts';
import type { Grants } from './grants.ts';

/** Throws `store_unavailable`; what was not ended then is ended by the next call. */
export async function endGrantsBy(
  ending: RecordedEnding,
  { grants, catalogue }: { readonly grants: Grants; readonly catalogue: Catalogue },
): Promise<void> {
  if (ending.kind === 'rules') await grants.endBy(ending, (grant) => isStillAllowed(catalogue, grant));
  else await grants.endBy(ending);
}

async function isStillAllowed(catalogue: Catalogue, grant: Grant): Promise<boolean> {
  const { address, signIn = NO_SIGN_IN } = grant;
  try {
    await judgeTarget(catalogue, grant, { door: 'link', address, signIn });
    return true;
  } catch (error) {
    if (!(error instanceof PosternError) || isPosternError(error, 'store_unavailable')) throw error;
    return false;
  }
}
