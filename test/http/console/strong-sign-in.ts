// A person who has a second factor, and whose browsers signed in with it.

import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { withOneTimeCodes } from '../../support/second-factors-for-tests.ts';
import type { PersonAtBrowser } from './console-for-tests.ts';

export async function withStrongSignIn(web: WebForTests, { userId }: PersonAtBrowser): Promise<void> {
  const sessions = await web.catalogue.db
    .selectFrom('browser_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .execute();
  // Adding a factor signs out every browser but the one where it is added.
  await withOneTimeCodes(web.catalogue, userId);
  for (const session of sessions) {
    await web.catalogue.db
      .insertInto('browser_sessions')
      .values({ ...session, sign_in_method: 'password+otp' })
      .execute();
  }
}
