// Browser sessions of people who need not type anything first.

import { createBrowserSession, type NewBrowserSession } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import type { UserId } from '../../../src/ids.ts';

/** As if the person had just proved who they are. */
export async function beginSession(
  catalogue: Catalogue,
  { userId, ...rest }: Omit<NewBrowserSession, 'person'> & { readonly userId: UserId },
) {
  return await createBrowserSession(catalogue, { ...rest, person: await getUser(catalogue, userId) });
}
