import { describe, expect, it, onTestFinished } from 'vitest';
import { findVerifiedPerson } from '../../../src/catalogue/accounts/find-person.ts';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { verifyPassword } from '../../../src/catalogue/accounts/users.ts';
import { Secret } from '../../../src/secret.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newIdentity, PASSWORD, startWeb } from '../../support/browser/web-for-tests.ts';

const PROFILE = '/app/me/profile';
const OWNER = { email: 'olga.owner@example.com' };

describe('the set-up link', () => {
  it('creates the first operator and project, signs in, and works once', async () => {
    const { web, browser, path } = await emptyInstallation();
    const page = await browser.get(path);
    const answer = await browser.post(path, { csrf_token: csrfTokenIn(page.text), ...OWNER });
    expect([answer.status, answer.location]).toEqual([303, '/']);
    const owner = await findVerifiedPerson(web.catalogue.db, OWNER.email);
    expect(owner).toMatchObject({ name: 'Olga Owner', isOperator: true, hasPassword: false });
    expect(web.firstProjects).toEqual([owner?.id]);
    expect((await browser.get('/')).text).toContain('Open the console');
    expect((await browser.get(path)).status).toBe(404);
  });

  it('shows what to correct and keeps the input, but not the password', async () => {
    const { browser, path } = await emptyInstallation();
    const csrf_token = csrfTokenIn((await browser.get(path)).text);
    const answer = await browser.post(path, { csrf_token, email: 'not an email', password: '' });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Enter an email address.');
    expect(answer.text).toContain('value="not an email"');
    const short = await browser.post(path, { csrf_token, ...OWNER, password: 'short' });
    expect(short.status).toBe(400);
    expect(short.text).toContain('At least 10 characters.');
    expect(short.text).not.toContain('value="short"');
  });

  it('lets its person choose the first password without the old one, once', async () => {
    const { web, browser, path } = await emptyInstallation();
    await browser.post(path, { csrf_token: csrfTokenIn((await browser.get(path)).text), ...OWNER });
    expect((await browser.get('/')).text).toContain('How will you sign in next time?');
    const csrf_token = csrfTokenIn((await browser.get(PROFILE)).text);
    const chosen = { csrf_token, new_password: PASSWORD };
    const answer = await browser.post(`${PROFILE}/password`, chosen);
    expect([answer.status, answer.location]).toEqual([303, `${PROFILE}?done=first_password_saved`]);
    expect((await browser.get('/')).text).not.toContain('How will you sign in next time?');
    await browser.post(`${PROFILE}/password`, { ...chosen, new_password: 'another sentence works too' });
    const owner = { email: OWNER.email, password: new Secret(PASSWORD) };
    expect(await verifyPassword(web.catalogue, owner)).toMatchObject({ email: OWNER.email });
  });

  it('proves its person for a while, and then says how to get a sign-in link', async () => {
    const { web, browser, path } = await emptyInstallation();
    await browser.post(path, { csrf_token: csrfTokenIn((await browser.get(path)).text), ...OWNER });
    const csrf_token = csrfTokenIn((await browser.get(PROFILE)).text);
    const longAgo = new Date(Date.now() - 3_600_000);
    await web.catalogue.db.updateTable('browser_sessions').set({ authenticated_at: longAgo }).execute();
    const answer = await browser.post(`${PROFILE}/password`, { csrf_token, new_password: PASSWORD });
    expect(answer.location).toMatch(/^\/sign-in\/again/);
    expect((await browser.get(answer.location ?? '')).text).toContain(`user reset-link ${OWNER.email}`);
    const owner = { email: OWNER.email, password: new Secret(PASSWORD) };
    expect(await verifyPassword(web.catalogue, owner)).toBe(null);
  });

  it('that is unknown is not found, and guessing is rate limited', async () => {
    const { browser } = await emptyInstallation();
    const statuses: number[] = [];
    for (let guesses = 0; guesses < 12; guesses += 1)
      statuses.push((await browser.get(`/setup/guess-${guesses}`)).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
    expect(statuses.at(-1)).toBe(429);
  });
});

async function emptyInstallation() {
  const web = await startWeb();
  onTestFinished(() => web.close());
  const code = (await createSetupCodeIfEmpty(web.catalogue))?.reveal() ?? 'none';
  const browser = new BrowserJar(web.url, { address: newIdentity().address });
  return { web, browser, path: `/setup/${code}` };
}
