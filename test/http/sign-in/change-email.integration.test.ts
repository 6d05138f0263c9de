import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Mailbox, startMailbox } from '../api/mailbox.ts';
import { personAtBrowser } from '../console/console-for-tests.ts';

let mailbox: Mailbox;
let web: WebForTests;

beforeAll(async () => {
  mailbox = await startMailbox();
  web = await startWeb({ POSTERN_SMTP_URL: mailbox.url });
});

afterAll(async () => {
  await web.close();
  await mailbox.close();
});

const newAddress = () => `${newIdentity().name}@new.example`;
const mailsTo = (email: string) => mailbox.letters.filter(({ to }) => to.includes(email));

async function ask(jar: BrowserJar, email: string): Promise<string> {
  const csrf_token = await jar.csrfToken('/app/me/profile');
  const answer = await jar.post('/app/me/profile/email', { csrf_token, email });
  expect([answer.status, answer.location]).toEqual([303, '/app/me/profile?done=email_asked']);
  await waitUntil(() => mailsTo(email).length > 0, 'the mail arrives');
  return /\/confirm-email\/[\w-]{43}/.exec(mailsTo(email).at(-1)?.text ?? '')?.[0] ?? 'no link';
}

const confirm = async (jar: BrowserJar, path: string) =>
  await jar.post(path, { csrf_token: await jar.csrfToken('/app/me/profile') });

describe('a change of the email address', () => {
  it('waits for the button behind the mailed link, and tells both addresses', async () => {
    const { jar, email: old, userId } = await personAtBrowser(web, 'mover');
    const email = newAddress();
    const path = await ask(jar, email);
    expect((await jar.get(path)).text).toContain(email);
    expect((await getUser(web.catalogue, userId)).email).toBe(old);
    expect((await confirm(jar, path)).location).toBe('/app/me/profile?done=email_changed');
    expect(await getUser(web.catalogue, userId)).toMatchObject({ email, emailVerified: true });
    await waitUntil(() => mailsTo(old).length === 1 && mailsTo(email).length === 2, 'both are told');
    expect(mailsTo(old)[0]?.text).toContain(`instead of ${old}`);
    expect((await confirm(jar, path)).status).toBe(404);
  });

  it('signs out the other browsers and keeps this one', async () => {
    const { jar, userId } = await personAtBrowser(web, 'mover');
    const other = new BrowserJar(web.url);
    const session = { userId, ip: '127.0.0.1', userAgent: 'other' };
    other.setSession((await beginSession(web.catalogue, session)).cookie.reveal());
    expect((await other.get('/app/me/profile')).status).toBe(200);
    await confirm(jar, await ask(jar, newAddress()));
    expect((await jar.get('/app/me/profile')).status).toBe(200);
    expect((await other.get('/app/me/profile')).status).toBe(303);
  });

  // A mistyped address: its owner would take the account by "Forgot password?".
  it('is not made by whoever gets the mail, but by the person who asked', async () => {
    const { jar, email, userId } = await personAtBrowser(web, 'mover');
    const path = await ask(jar, newAddress());
    const stranger = await personAtBrowser(web, 'stranger');
    expect((await stranger.jar.get(path)).status).toBe(404);
    expect((await confirm(stranger.jar, path)).status).toBe(404);
    expect((await getUser(web.catalogue, userId)).email).toBe(email);
  });

  it('to an address with an account is refused in its mailbox alone', async () => {
    const { jar } = await personAtBrowser(web, 'mover');
    const taken = await personAtBrowser(web, 'owner');
    const path = await ask(jar, taken.email);
    expect((await confirm(jar, path)).status).toBe(409);
  });

  it('voids the link of an earlier one', async () => {
    const { jar } = await personAtBrowser(web, 'mover');
    const [first, second] = [await ask(jar, newAddress()), await ask(jar, newAddress())];
    expect((await confirm(jar, first)).status).toBe(404);
    expect((await confirm(jar, second)).status).toBe(303);
  });
});
