// A proof was compared for a long time, and the session began whatever had happened meanwhile.

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createBrowserSession, endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { insertIdentity } from '../../../src/catalogue/accounts/identities.ts';
import { unlinkIdentity } from '../../../src/catalogue/accounts/own-identities.ts';
import { getUser, verifyPassword } from '../../../src/catalogue/accounts/users.ts';
import { changeEmail } from '../../../src/catalogue/accounts/verified-email.ts';
import { disablePerson, enablePerson, removePerson } from '../../../src/catalogue/people/manage-people.ts';
import { createResetLink, resetPassword } from '../../../src/catalogue/people/reset-links.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { ownContext, withOneTimeCodes, withPasskey } from '../../support/second-factors-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const OUTDATED = 'this account changed while you were signing in';
const NEW_PASSWORD = 'another sentence works too';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function resetBy(userId: UserId): Promise<void> {
  const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId });
  const reset = { token: token.reveal(), password: new Secret(NEW_PASSWORD) };
  await resetPassword(web.catalogue, SYSTEM_CONTEXT, reset);
}

async function unlinkOne(userId: UserId): Promise<void> {
  const identity = { issuer: 'https://issuer.example', subject: userId, email: null, emailVerified: false, name: 'A' };
  const user = await getUser(web.catalogue, userId);
  await web.catalogue.transaction((tx) =>
    insertIdentity(tx, { catalogue: web.catalogue, context: SYSTEM_CONTEXT, user, identity }),
  );
  await unlinkIdentity(web.catalogue, await ownContext(web.catalogue, userId), identity);
}

const CHANGES: ReadonlyArray<readonly [string, (userId: UserId) => Promise<unknown>, string]> = [
  [
    'the person is disabled',
    (userId) => disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId }),
    'this account is disabled',
  ],
  ['the person is removed', (userId) => removePerson(web.catalogue, SYSTEM_CONTEXT, { userId }), 'person not found'],
  ['the password is reset', resetBy, OUTDATED],
  ['one-time codes are turned on', (userId) => withOneTimeCodes(web.catalogue, userId), OUTDATED],
  ['a passkey is added', (userId) => withPasskey(web.catalogue, userId), OUTDATED],
  ['an identity is unlinked', unlinkOne, OUTDATED],
  [
    'the e-mail is changed',
    (userId) => changeEmail(web.catalogue, SYSTEM_CONTEXT, { userId, email: `${userId}@example.org` }),
    OUTDATED,
  ],
  [
    'the person signs out everywhere',
    async (userId) => endAllBrowserSessions(web.catalogue, await ownContext(web.catalogue, userId), userId),
    OUTDATED,
  ],
];

async function sessionsOf(userId: UserId): Promise<number> {
  const rows = web.catalogue.db.selectFrom('browser_sessions').select('id').where('user_id', '=', userId);
  return (await rows.execute()).length;
}

describe('a proof of who a person is', () => {
  it.each(CHANGES)('begins no session once %s', async (_when, change, message) => {
    const { userId, email } = await addPersonWithPassword(web);
    const person = await verifyPassword(web.catalogue, { email, password: new Secret(PASSWORD) });
    if (person === null) throw new Error('the password is right');
    await change(userId);
    const session = createBrowserSession(web.catalogue, { person, ip: '192.0.2.1', userAgent: 'test' });
    await expect(session).rejects.toThrow(message);
    expect(await sessionsOf(userId)).toBe(0);
  });

  it('begins nothing when the account changes while the password is compared', async () => {
    const { userId, email } = await addPersonWithPassword(web);
    const signedIn = new BrowserJar(web.url, { address: newIdentity().address });
    await signedIn.signIn(email, PASSWORD);
    const csrf_token = await signedIn.csrfToken('/app/me/profile');
    const other = new BrowserJar(web.url, { address: newIdentity().address });
    const token = await other.csrfToken('/sign-in');
    const work = vi.spyOn(web.catalogue.passwordWork, 'run');
    onTestFinished(() => work.mockRestore());
    const release = holdPasswordWork();
    const answers = Promise.all([
      other.post('/sign-in', { csrf_token: token, email, password: PASSWORD, next: '/' }),
      signedIn.post('/app/me/profile/password', {
        csrf_token,
        current_password: PASSWORD,
        new_password: 'a sentence of the attacker',
      }),
    ]);
    await waitUntil(() => work.mock.calls.length === 4, 'both passwords wait to be compared');
    await disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId });
    await enablePerson(web.catalogue, SYSTEM_CONTEXT, { userId });
    release();
    expect((await answers).map(({ status }) => status)).toEqual([409, 409]);
    expect(await sessionsOf(userId)).toBe(0);
    expect(await verifyPassword(web.catalogue, { email, password: new Secret(PASSWORD) })).not.toBeNull();
  });
});

/** Takes both turns of password work until it is released. */
function holdPasswordWork(): () => void {
  const held = new AbortController();
  const released = once(held.signal, 'abort');
  for (let turn = 0; turn < 2; turn += 1) void web.catalogue.passwordWork.run(() => released);
  return () => held.abort();
}
