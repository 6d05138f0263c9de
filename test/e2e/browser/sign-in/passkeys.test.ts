import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeComputePolicy } from '../../../../src/catalogue/projects/computes.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import { personalAccountId, type UserId } from '../../../../src/ids.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { addVirtualAuthenticator } from '../../../support/browser/virtual-authenticator.ts';
import {
  addPersonWithPassword,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../../support/browser/web-for-tests.ts';
import { addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { press } from '../console-clicks.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

async function typePassword(page: Page, email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await press(page, 'Sign in');
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(`${web.url}/app/me/security`);
  await page.fill('#name', name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`${web.url}/sign-in`);
}

async function methodOf(userId: UserId): Promise<string | undefined> {
  const sessions = web.catalogue.db.selectFrom('browser_sessions').select('sign_in_method');
  return (await sessions.where('user_id', '=', userId).orderBy('created_at', 'desc').executeTakeFirst())
    ?.sign_in_method;
}

describe('a passkey', () => {
  it('signs in with nothing typed, approves with a touch, and is made up for when lost', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email, userId } = await addPersonWithPassword(web);
    const { compute } = await addProject(web.catalogue, personalAccountId(userId), 'payroll');
    const policy = { freshSignInMs: 300_000 };
    await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId: compute.id, policy });
    const device = await addVirtualAuthenticator(page);
    await page.goto(`${web.url}/sign-in`);
    await typePassword(page, email);
    await page.waitForURL(`${web.url}/`);

    await addPasskey(page, 'Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const [code = ''] = ((await page.locator('[data-copy-text]').textContent()) ?? '').split('\n');
    expect(code).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await methodOf(userId)).toBe('passkey');

    // The browser offers it in the email field by itself, and here somebody accepts at once.
    await signOut(page);
    await page.waitForURL(`${web.url}/`);
    expect(await methodOf(userId)).toBe('passkey');

    const { path, request } = await openLoginLink(web, { address: '127.0.0.1' });
    await signedInAnHourAgo(userId);
    await page.goto(web.url + path);
    await page.locator('[data-approve]:not([aria-disabled])').click();
    await page.waitForURL(`${web.url}/psql_session/${request.id}`);
    await page
      .getByRole('heading', { name: /approved|connected|let in/i })
      .first()
      .waitFor();
    expect((await web.loginRequests.find(request.id))?.approval?.userId).toBe(userId);

    await device.remove();
    await signOut(page);
    await typePassword(page, email);
    await page.waitForURL(`${web.url}/sign-in/second-step`);
    await page.fill('#second_step_secret', code.toUpperCase());
    await press(page, 'Sign in');
    await page.waitForURL(`${web.url}/`);
    expect(await methodOf(userId)).toBe('password+otp');
    await signOut(page);
    await typePassword(page, email);
    await page.fill('#second_step_secret', code);
    await press(page, 'Sign in');
    await page.getByText('That code isn’t right').waitFor();
    expect(visit.complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('is not offered by the address 127.0.0.1, which leads to localhost', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email } = await addPersonWithPassword(web);
    const elsewhere = web.url.replace('localhost', '127.0.0.1');
    await page.goto(`${elsewhere}/sign-in?next=/app/me/security`);
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
    await typePassword(page, email);
    await page.getByText('Passkeys don’t work at this address').waitFor();
    expect(await page.getByRole('link', { name: web.url }).getAttribute('href')).toBe(web.url);
  });

  it('is not made or used without a fingerprint, a face or a PIN', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email } = await addPersonWithPassword(web);
    const device = await addVirtualAuthenticator(page);
    await device.setUserVerified(false);
    await page.goto(`${web.url}/sign-in?next=/app/me/security`);
    await typePassword(page, email);
    await addPasskey(page, 'Phone');
    await page.getByText('No passkey was added.').waitFor();
    expect(await device.credentials()).toEqual([]);
  });
});

async function signedInAnHourAgo(userId: UserId): Promise<void> {
  const authenticated_at = new Date(Date.now() - 3_600_000);
  await web.catalogue.db
    .updateTable('browser_sessions')
    .set({ authenticated_at })
    .where('user_id', '=', userId)
    .execute();
}
