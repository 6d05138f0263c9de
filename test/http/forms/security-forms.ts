// Forms of the security page and of keys, and the second step of a sign-in.

import { rememberKey } from '../../../src/catalogue/people/terminal-keys.ts';
import type { UserId } from '../../../src/ids.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { addPersonWithPassword, newIdentity, PASSWORD, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { begunCodes, withOneTimeCodes, withPasskey } from '../../support/second-factors-for-tests.ts';
import { personAtBrowser } from '../console/console-for-tests.ts';
import { type Fill, filled, signInElsewhere } from './filled-form.ts';

const PATH = '/app/me/security';

/** Signed in after what was set up, since that signs out other browsers. */
function after<T>(
  setUp: (web: WebForTests, userId: UserId) => Promise<T>,
  formOf: (made: T) => { readonly path: string; readonly fields?: Readonly<Record<string, string>> },
): Fill {
  return async (web) => {
    const person = await personAtBrowser(web, 'owner');
    const { path, fields = {} } = formOf(await setUp(web, person.userId));
    await signInElsewhere({ ...person, path, fields, csrfToken: '' }, person.userId);
    return await filled(person, path, fields);
  };
}

const withCodes = ({ catalogue }: WebForTests, userId: UserId) => withOneTimeCodes(catalogue, userId);

export const SECURITY_FORMS: Readonly<Record<string, Fill>> = {
  '/app/me/sessions/keys/:key/forget': async (web) => {
    const owner = await personAtBrowser(web, 'owner');
    const fingerprint = `SHA256:${'a+/'.repeat(14)}a`;
    await rememberKey(web.catalogue, owner.userId, { fingerprint, address: '192.0.2.1' });
    return await filled(owner, `/app/me/sessions/keys/${'a-_'.repeat(14)}a/forget`);
  },
  '/app/me/security/one-time-codes/begin': after(
    async () => null,
    () => ({ path: `${PATH}/one-time-codes/begin` }),
  ),
  '/app/me/security/one-time-codes': after(
    ({ catalogue }, userId) => begunCodes(catalogue, userId),
    (app) => ({ path: `${PATH}/one-time-codes`, fields: { code_secret: app() } }),
  ),
  '/app/me/security/one-time-codes/off': after(withCodes, () => ({ path: `${PATH}/one-time-codes/off` })),
  '/app/me/security/recovery-codes': after(withCodes, () => ({ path: `${PATH}/recovery-codes` })),
  '/app/me/security/passkeys/:passkeyId/remove': after(
    async ({ catalogue }, userId) => {
      // Nobody removes the only way in which they sign in.
      await catalogue.db.updateTable('users').set({ password_hash: 'a hash' }).where('id', '=', userId).execute();
      return await withPasskey(catalogue, userId);
    },
    (id) => ({ path: `${PATH}/passkeys/${id}/remove` }),
  ),
  '/sign-in/second-step': async (web) => {
    const { userId, email } = await addPersonWithPassword(web);
    const { app } = await withOneTimeCodes(web.catalogue, userId);
    const jar = new BrowserJar(web.url, { address: newIdentity().address });
    await jar.signIn(email, PASSWORD);
    const path = '/sign-in/second-step';
    return {
      web,
      jar,
      userId: null,
      path,
      fields: { second_step_secret: app() },
      csrfToken: await jar.csrfToken(path),
    };
  },
};

/** Sent by the pages' script, with what only an authenticator makes: passkeys.test.ts. */
export const SCRIPTED_FORMS = [
  '/app/me/security/passkeys',
  '/sign-in/passkey',
  '/sign-in/passkey/new',
  '/sign-in/passkey/options',
] as const;
