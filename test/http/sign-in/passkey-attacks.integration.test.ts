import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { removePasskey } from '../../../src/catalogue/people/passkeys.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { addPersonWithPassword, newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ownContext } from '../../support/second-factors-for-tests.ts';
import { type Assertion, newAuthenticator } from '../../support/software-authenticator.ts';

const RP_ID = 'localhost';

let web: WebForTests;
/** As browsers say it: passkeys work at the name localhost. */
let origin: string;

beforeAll(async () => {
  web = await startWeb();
  origin = `http://${RP_ID}:${new URL(web.url).port}`;
});

afterAll(() => web.close());

async function personWithPasskey(counter = 5) {
  const { userId } = await addPersonWithPassword(web);
  return { userId, ...(await newAuthenticator(web.catalogue, { userId, rpId: RP_ID, counter })) };
}

const newBrowser = () => new BrowserJar(origin, { address: newIdentity().address });

/** A browser at the sign-in page, with the challenge that it was given. */
async function asked(jar = newBrowser()) {
  const csrf_token = await jar.csrfToken('/sign-in');
  const options = await jar.post('/sign-in/passkey/options', { csrf_token });
  const { challenge } = JSON.parse(options.text) as { challenge: string };
  const send = (answer: string) => jar.post('/sign-in/passkey', { csrf_token, answer, next: '/' });
  return { jar, challenge, send };
}

const isSignedIn = async (jar: BrowserJar) => (await jar.get('/app/me/profile')).status === 200;

describe('an answer of a passkey', () => {
  it('signs in when all of it is right', async () => {
    const { answer } = await personWithPasskey();
    const { jar, challenge, send } = await asked();
    expect((await send(answer({ challenge, origin, rpId: RP_ID, counter: 6 }))).status).toBe(200);
    expect(await isSignedIn(jar)).toBe(true);
  });

  const WRONG: ReadonlyArray<readonly [string, Partial<Assertion>]> = [
    ['is of another origin', { origin: 'https://evil.example' }],
    ['is of another port of this machine', { origin: 'http://localhost:1' }],
    ['is for another host name', { rpId: 'evil.example' }],
    ['brings a count that did not go up', { counter: 5 }],
    ['brings a count that went back', { counter: 1 }],
    ['brings no count where there was one', { counter: 0 }],
    ['was given without a fingerprint or a PIN', { flags: 0x01 }],
    ['names another person', { userHandle: Buffer.from('somebody else').toString('base64url') }],
    ['is to a challenge that was never given', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
  ];

  it.each(WRONG)('is refused when it %s', async (_why, wrong) => {
    const { answer } = await personWithPasskey();
    const { jar, challenge, send } = await asked();
    const refused = await send(answer({ challenge, origin, rpId: RP_ID, counter: 6, ...wrong }));
    expect(refused.status).toBe(401);
    expect(await isSignedIn(jar)).toBe(false);
  });

  it('is refused when it is sent again', async () => {
    const { answer } = await personWithPasskey();
    const { jar, challenge, send } = await asked();
    const right = answer({ challenge, origin, rpId: RP_ID, counter: 6 });
    expect((await send(right)).status).toBe(200);
    const again = await asked(newBrowser());
    expect((await again.send(right)).status).toBe(401);
    expect([await isSignedIn(jar), await isSignedIn(again.jar)]).toEqual([true, false]);
  });

  it('is refused to the challenge of another browser', async () => {
    const { answer } = await personWithPasskey();
    const victim = await asked();
    const thief = await asked();
    const right = answer({ challenge: victim.challenge, origin, rpId: RP_ID, counter: 6 });
    expect((await thief.send(right)).status).toBe(401);
    expect(await isSignedIn(thief.jar)).toBe(false);
  });

  it('is refused once the passkey is removed, or its person disabled', async () => {
    const [removed, disabled] = [await personWithPasskey(), await personWithPasskey()];
    const first = await asked();
    const context = await ownContext(web.catalogue, removed.userId);
    await removePasskey(web.catalogue, context, { passkeyId: removed.passkeyId, sessionId: '' });
    const late = removed.answer({ challenge: first.challenge, origin, rpId: RP_ID, counter: 6 });
    expect((await first.send(late)).status).toBe(401);
    const second = await asked();
    await disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId: disabled.userId });
    const shut = disabled.answer({ challenge: second.challenge, origin, rpId: RP_ID, counter: 6 });
    expect((await second.send(shut)).status).toBe(403);
    expect([await isSignedIn(first.jar), await isSignedIn(second.jar)]).toEqual([false, false]);
  });
});
