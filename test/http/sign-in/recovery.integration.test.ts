import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeEmail } from '../../../src/catalogue/accounts/verified-email.ts';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { createResetLink } from '../../../src/catalogue/people/reset-links.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../../src/ids.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import {
  addPersonWithPassword,
  newIdentity,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Mailbox, startMailbox } from '../api/mailbox.ts';

const NEW_PASSWORD = 'another sentence works too';

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

const newBrowser = () => new BrowserJar(web.url, { address: newIdentity().address });
const mailsTo = (email: string) => mailbox.letters.filter(({ to }) => to.includes(email));

async function forget(email: string, browser = newBrowser(), headers: Readonly<Record<string, string>> = {}) {
  const csrf_token = await browser.csrfToken('/sign-in/forgot');
  const own = { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' };
  return await browser.post('/sign-in/forgot', { csrf_token, email }, { ...own, ...headers });
}

async function linkMailedTo(email: string): Promise<string> {
  const before = mailsTo(email).length;
  await forget(email);
  await waitUntil(() => mailsTo(email).length > before, 'the mail arrives');
  return linkIn(mailsTo(email).at(-1)?.text ?? '');
}

function linkIn(text: string): string {
  return /\/(?:reset|confirm-email)\/[\w-]{43}/.exec(text)?.[0] ?? 'no link';
}

async function choose(path: string, password = NEW_PASSWORD, browser = newBrowser()) {
  const csrf_token = await browser.csrfToken(path);
  return { browser, answer: await browser.post(path, { csrf_token, password }) };
}

async function sessionOf(userId: UserId): Promise<BrowserJar> {
  const { cookie } = await beginSession(web.catalogue, { userId, ip: '127.0.0.1', userAgent: 'test' });
  const jar = newBrowser();
  jar.setSession(cookie.reveal());
  return jar;
}

const isSignedIn = async (jar: BrowserJar) => (await jar.get('/app/me/profile')).status === 200;

describe('a person who forgot the password', () => {
  it('gets a link by mail, and is signed in here and signed out elsewhere', async () => {
    const { email, userId } = await addPersonWithPassword(web);
    const elsewhere = await sessionOf(userId);
    const { browser, answer } = await choose(await linkMailedTo(email));
    expect([answer.status, answer.location]).toEqual([303, '/']);
    expect([await isSignedIn(browser), await isSignedIn(elsewhere)]).toEqual([true, false]);
    expect((await newBrowser().signIn(email, PASSWORD)).status).toBe(401);
    expect((await newBrowser().signIn(email, NEW_PASSWORD)).status).toBe(303);
    await waitUntil(() => mailsTo(email).length === 2, 'the person is told');
    expect(mailsTo(email)[1]?.text).toContain('Your password was changed');
  });

  it('keeps the link when the new password is too common, and is told why', async () => {
    const { email } = await addPersonWithPassword(web);
    const path = await linkMailedTo(email);
    const { answer } = await choose(path, 'Password123!');
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('one of the first that anybody')]);
    expect((await choose(path)).answer.status).toBe(303);
  });

  it('is sent to an operator where no mail server is set up', async () => {
    const bare = await startWeb();
    await addPersonWithPassword(bare);
    const browser = new BrowserJar(bare.url);
    const page = await browser.get('/sign-in/forgot');
    expect(page.text).toContain('user reset-link');
    expect(page.text).not.toContain('<input class="input"');
    const csrf_token = await browser.csrfToken('/sign-in');
    expect((await browser.post('/sign-in/forgot', { csrf_token, email: 'a@example.com' })).status).toBe(412);
    await bare.close();
  });
});

describe('a reset link', () => {
  it('works once, also when it is used twice at the same time', async () => {
    const { userId } = await addPersonWithPassword(web);
    const path = await operatorsLink(userId);
    const both = await Promise.all([choose(path), choose(path)]);
    expect(both.map(({ answer }) => answer.status).sort()).toEqual([303, 404]);
    expect((await newBrowser().get(path)).status).toBe(404);
  });

  it('voids the other links of the person when it is used', async () => {
    const { email } = await addPersonWithPassword(web);
    const [first, second] = [await linkMailedTo(email), await linkMailedTo(email)];
    expect((await choose(second)).answer.status).toBe(303);
    expect((await newBrowser().get(first)).status).toBe(404);
  });

  it('is void once the e-mail was changed: the old mailbox may be somebody else’s now', async () => {
    const { email, userId } = await addPersonWithPassword(web);
    const path = await linkMailedTo(email);
    await changeEmail(web.catalogue, SYSTEM_CONTEXT, { userId, email: `moved-${email}` });
    expect((await newBrowser().get(path)).status).toBe(404);
  });

  it('is void once the password was changed, and once the person was disabled', async () => {
    const { email, userId } = await addPersonWithPassword(web);
    const path = await linkMailedTo(email);
    const browser = newBrowser();
    await browser.signIn(email, PASSWORD);
    const csrf_token = await browser.csrfToken('/app/me/profile');
    const change = { csrf_token, current_password: PASSWORD, new_password: NEW_PASSWORD };
    await browser.post('/app/me/profile/password', change);
    expect((await newBrowser().get(path)).status).toBe(404);
    const later = await operatorsLink(userId);
    await disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId });
    expect((await newBrowser().get(later)).status).toBe(404);
  });

  // Scanners of mail open every link.
  it('changes nothing by being opened', async () => {
    const { email } = await addPersonWithPassword(web);
    const path = await linkMailedTo(email);
    for (let count = 0; count < 3; count += 1) expect((await newBrowser().get(path)).status).toBe(200);
    expect((await newBrowser().signIn(email, PASSWORD)).status).toBe(303);
    expect((await choose(path)).answer.status).toBe(303);
  });

  it('leads to the public address, whatever Host the asker sends', async () => {
    const { email } = await addPersonWithPassword(web);
    await forget(email, newBrowser(), { 'X-Forwarded-Host': 'evil.example' });
    await waitUntil(() => mailsTo(email).length === 1, 'the mail arrives');
    const { text } = mailsTo(email)[0] ?? { text: '' };
    expect(text).toContain(`${web.url}/reset/`);
    expect(text).not.toContain('evil.example');
  });

  it('is in no log, and its page sends it to no other site', async () => {
    const { email } = await addPersonWithPassword(web);
    const path = await linkMailedTo(email);
    const page = await newBrowser().get(path);
    expect(page.headers.get('referrer-policy')).toMatch(/no-referrer|same-origin/);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
    await choose(path);
    expect(web.logged()).not.toContain(path.split('/')[2] ?? 'no token');
  });

  it('that was made up is not found, and soon not looked for', async () => {
    const browser = newBrowser();
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await browser.get(`/reset/${'A'.repeat(42)}${count % 10}`)).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([404, 429]);
  });
});

describe('asking for a reset link', () => {
  it('leaves a bounded trace in the log, whatever is asked for', async () => {
    const before = web.logged().length;
    const crowded = newBrowser();
    for (let count = 0; count < 100; count += 1) await forget(`\0${count}@example.com`, crowded);
    const lines = web
      .logged()
      .slice(before)
      .split('\n')
      .filter((line) => line.includes('person.forgot_password'));
    expect(lines.length).toBeLessThan(70);
    expect(lines.join('')).not.toContain('"level":50');
  });

  it('is answered alike whoever is asked for, before anybody is looked for', async () => {
    const known = await addPersonWithPassword(web);
    const answers = await Promise.all([forget(known.email), forget('nobody@example.com'), forget('')]);
    const seen = answers.map(({ status, location, text }) => [status, location, text]);
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
    expect(seen[0]?.slice(0, 2)).toEqual([303, '/sign-in/forgot?sent=yes']);
  });

  it('mails three links at most, so that nobody’s mailbox is filled', async () => {
    const { email } = await addPersonWithPassword(web);
    for (let count = 0; count < 3; count += 1) await linkMailedTo(email);
    await forget(email);
    const { email: other } = await addPersonWithPassword(web);
    await linkMailedTo(other);
    expect(mailsTo(email)).toHaveLength(3);
  });

  // Twenty questions kept everybody behind the same address from a link.
  it('mails a link to each person however many ask at the address, one each', async () => {
    const crowded = newBrowser();
    for (let count = 0; count < 21; count += 1) await forget('nobody@example.com', crowded);
    const people = [await addPersonWithPassword(web), await addPersonWithPassword(web)];
    for (const { email } of [...people, ...people]) expect((await forget(email, crowded)).status).toBe(303);
    await linkMailedTo((await addPersonWithPassword(web)).email);
    expect(people.map(({ email }) => mailsTo(email).length)).toEqual([1, 1]);
  });

  it('mails nothing to an address that was not proved: it may be another’s', async () => {
    const { email, userId } = await addPersonWithPassword(web);
    await web.catalogue.db.updateTable('users').set({ email_verified: false }).where('id', '=', userId).execute();
    await forget(email);
    const { email: other } = await addPersonWithPassword(web);
    await linkMailedTo(other);
    expect(mailsTo(email)).toEqual([]);
  });

  // A mailbox must not go round the second factor of an identity provider.
  it('tells people without a password how they sign in, and gives them none', async () => {
    const { email } = await addPerson(web.catalogue, 'federated');
    await forget(email);
    await waitUntil(() => mailsTo(email).length === 1, 'the mail arrives');
    expect(mailsTo(email)[0]?.text).toContain('identity provider');
    expect(linkIn(mailsTo(email)[0]?.text ?? '')).toBe('no link');
  });
});

async function operatorsLink(userId: UserId): Promise<string> {
  const { token } = await createResetLink(web.catalogue, SYSTEM_CONTEXT, { userId });
  return `/reset/${token.reveal()}`;
}
