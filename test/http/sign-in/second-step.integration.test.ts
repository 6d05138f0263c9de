import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { findSecondFactors } from '../../../src/catalogue/people/second-factors.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../../src/ids.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { withOneTimeCodes, withPasskey } from '../../support/second-factors-for-tests.ts';

const PATH = '/sign-in/second-step';
const STEP_MS = 30_000;

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function personWithCodes() {
  const { userId, email } = await addPersonWithPassword(web);
  return { userId, email, ...(await withOneTimeCodes(web.catalogue, userId)) };
}

async function afterPassword(email: string): Promise<BrowserJar> {
  const jar = new BrowserJar(web.url, { address: newIdentity().address });
  expect((await jar.signIn(email, PASSWORD, '/app/me/security')).location).toBe(PATH);
  return jar;
}

async function typeCode(jar: BrowserJar, second_step_secret: string) {
  return await jar.post(PATH, { csrf_token: await jar.csrfToken(PATH), second_step_secret });
}

const isSignedIn = async (jar: BrowserJar) => (await jar.get('/app/me/profile')).status === 200;
const later = (ms: number) => new Date(Date.now() + ms);

describe('the second step', () => {
  it('follows the password, begins the session, and leads on', async () => {
    const { email, app, userId } = await personWithCodes();
    const jar = await afterPassword(email);
    expect(await isSignedIn(jar)).toBe(false);
    expect((await typeCode(jar, app())).location).toBe('/app/me/security');
    expect(await isSignedIn(jar)).toBe(true);
    const sessions = web.catalogue.db.selectFrom('browser_sessions').select('sign_in_method');
    expect(await sessions.where('user_id', '=', userId).execute()).toEqual([{ sign_in_method: 'password+otp' }]);
  });

  it.each([
    ['one step late', -STEP_MS, 401],
    ['two steps late', -2 * STEP_MS, 401],
    ['one step early', STEP_MS, 303],
    ['two steps early', 3 * STEP_MS, 401],
  ])('takes or refuses a code that comes %s', async (_when, ms, status) => {
    // The code of the step before was used to turn them on.
    const { email, app } = await personWithCodes();
    expect((await typeCode(await afterPassword(email), app(later(ms)))).status).toBe(status);
  });

  it('takes a code once, also when two browsers send it at the same time', async () => {
    const { email, app } = await personWithCodes();
    const jars = [await afterPassword(email), await afterPassword(email), await afterPassword(email)];
    const code = app();
    await Promise.all(jars.map((jar) => typeCode(jar, code)));
    expect((await Promise.all(jars.map(isSignedIn))).filter((is) => is)).toHaveLength(1);
    const again = await afterPassword(email);
    expect((await typeCode(again, code)).status).toBe(401);
  });

  it('takes a recovery code once, whoever sends it first', async () => {
    const { email, recoveryCodes, userId } = await personWithCodes();
    const [code = ''] = recoveryCodes;
    const jars = [await afterPassword(email), await afterPassword(email), await afterPassword(email)];
    await Promise.all(jars.map((jar) => typeCode(jar, ` ${code.toUpperCase()} `)));
    expect((await Promise.all(jars.map(isSignedIn))).filter((is) => is)).toHaveLength(1);
    expect(await findSecondFactors(web.catalogue.db, userId)).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('compares ten codes an hour, whatever the address, and recovery codes still work', async () => {
    const { email, app, recoveryCodes } = await personWithCodes();
    for (let round = 0; round < 10; round += 1) {
      expect((await typeCode(await afterPassword(email), '000000')).status).toBe(401);
    }
    const jar = await afterPassword(email);
    expect((await typeCode(jar, app())).status).toBe(429);
    expect((await typeCode(jar, recoveryCodes[0] ?? '')).status).toBe(303);
  });

  it('is of the browser that typed the password, and of its person', async () => {
    const [ann, eve] = [await personWithCodes(), await personWithCodes()];
    const jar = await afterPassword(eve.email);
    // Another's code in a browser that somebody else half signed in.
    expect((await typeCode(jar, ann.app())).status).toBe(401);
    const stranger = new BrowserJar(web.url, { address: newIdentity().address });
    const csrf_token = await stranger.csrfToken('/sign-in');
    const answer = await stranger.post(PATH, { csrf_token, second_step_secret: eve.app() });
    expect([answer.location, await isSignedIn(stranger)]).toEqual(['/sign-in', false]);
  });

  it('is void once the person is disabled or the password changes', async () => {
    const { email, app, userId } = await personWithCodes();
    const jar = await afterPassword(email);
    const csrf_token = await jar.csrfToken(PATH);
    await disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId });
    await jar.post(PATH, { csrf_token, second_step_secret: app() });
    expect(await isSignedIn(jar)).toBe(false);
  });
});

describe('a reset link', () => {
  async function reset(userId: UserId, removesFactors: 'yes' | 'no') {
    const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId, removesFactors });
    const jar = new BrowserJar(web.url, { address: newIdentity().address });
    const path = `/reset/${token.reveal()}`;
    const csrf_token = await jar.csrfToken(path);
    return { jar, answer: await jar.post(path, { csrf_token, password: 'another sentence works too' }) };
  }

  it('does not go round the second step', async () => {
    const { userId, app } = await personWithCodes();
    const { jar, answer } = await reset(userId, 'no');
    expect([answer.location, await isSignedIn(jar)]).toEqual([PATH, false]);
    await typeCode(jar, app());
    expect(await isSignedIn(jar)).toBe(true);
  });

  it('of an operator who says so removes second factors, and the trail says it', async () => {
    const { userId } = await personWithCodes();
    await withPasskey(web.catalogue, userId);
    const { jar } = await reset(userId, 'yes');
    expect(await isSignedIn(jar)).toBe(true);
    const none = { passkeys: 0, hasOneTimeCodes: false, recoveryCodesLeft: 0 };
    expect(await findSecondFactors(web.catalogue.db, userId)).toEqual(none);
    const events = await web.catalogue.db.selectFrom('audit_events').selectAll().execute();
    expect(JSON.stringify(events)).toContain('password reset, second factors removed');
  });
});
