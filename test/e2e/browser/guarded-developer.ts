// A person whose sign-in is too old for one of their computes.

import { rememberTarget } from '../../../src/catalogue/access/last-used-targets.ts';
import { changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { personalAccountId, type UserId } from '../../../src/ids.ts';
import { addPersonWithPassword, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';

export interface GuardedDeveloper {
  readonly userId: UserId;
  readonly authenticatedAt: Date;
}

/**
 * Signed in an hour ago; `payroll`, used last, asks for a sign-in of the last five minutes, `shop`
 * does not.
 */
export async function guardedDeveloper({ web }: { readonly web: WebForTests }): Promise<GuardedDeveloper> {
  const { userId } = await addPersonWithPassword(web);
  const accountId = personalAccountId(userId);
  const payroll = await addProject(web.catalogue, accountId, 'payroll');
  await addProject(web.catalogue, accountId, 'shop');
  const { id: computeId } = payroll.compute;
  await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId, policy: { freshSignInMs: 300_000 } });
  await rememberTarget(web.catalogue, { userId, computeId, database: null, databaseRole: null, access: 'read_write' });
  return { userId, authenticatedAt: new Date(Date.now() - 3_600_000) };
}
