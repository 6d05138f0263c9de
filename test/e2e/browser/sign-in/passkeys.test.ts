import { TOTP, URI } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setSecondFactorDemand } from '../../../../src/catalogue/people/second-factor-demand.ts';
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
import { addMemberTo, addOrganization, addPerson, addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { press, rowNames } from '../console-clicks.ts';

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

  it('of several is removed, and the others go on signing in', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email, userId } = await addPersonWithPassword(web);
    const laptop = await addVirtualAuthenticator(page);
    await page.goto(`${web.url}/sign-in?next=/app/me/security`);
    await typePassword(page, email);
    await addPasskey(page, 'Laptop');
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    const [ofLaptop] = await laptop.credentials();
    await laptop.remove();
    const phone = await addVirtualAuthenticator(page);
    await addPasskey(page, 'Phone');
    await page.getByText('The passkey is added').first().waitFor();

    await page.getByRole('link', { name: 'Remove Laptop' }).click();
    await press(page, 'Remove passkey');
    expect(await rowNames(page)).toEqual(['Phone']);
    await signOut(page);
    await page.waitForURL(`${web.url}/`);
    expect(await methodOf(userId)).toBe('passkey');

    await phone.remove();
    const found = await addVirtualAuthenticator(page);
    await found.keep(ofLaptop ?? expect.fail('the laptop kept nothing'));
    await signOut(page);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.locator('[data-passkey-problem]:visible').waitFor();
    await page.goto(`${web.url}/app`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
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

describe('an organization that asks for a second factor', () => {
  /** A member without one, at the page of a login that waits, whom the page sends to add one. */
  async function ledToAddOne(page: Page) {
    const account = await addPersonWithPassword(web);
    const person = { ...account, accountId: personalAccountId(account.userId) };
    const organization = await addOrganization(web.catalogue, await addPerson(web.catalogue, 'admin'));
    await addMemberTo(web.catalogue, organization, { person });
    const { compute } = await addProject(web.catalogue, organization.id, 'orders');
    const wish = { accountId: organization.id, isDemanded: true };
    await setSecondFactorDemand(web.catalogue, SYSTEM_CONTEXT, wish);
    const { path, request } = await openLoginLink(web, { address: '127.0.0.1' });
    await page.goto(`${web.url}/sign-in?next=${path}`);
    await typePassword(page, person.email);
    await page.getByText('asks for a second factor').waitFor();
    await press(page, 'Add a second factor');
    await page.getByText('Add a second factor to go on').waitFor();
    return { ...person, request, computeId: compute.id };
  }

  /** From the page of recovery codes back to the login, which was refused before. */
  async function approveAfterwards(page: Page, { request, computeId }: Awaited<ReturnType<typeof ledToAddOne>>) {
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await page.locator(`a[href="/psql_session/${request.id}"]`).click();
    await page.waitForURL(`${web.url}/psql_session/${request.id}`);
    await page.locator('[data-approve]:not([aria-disabled])').click();
    await page
      .getByRole('heading', { name: /approved|connected|let in/i })
      .first()
      .waitFor();
    expect((await web.loginRequests.find(request.id))?.approval?.computeId).toBe(computeId);
  }

  it('takes a passkey for one', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await addVirtualAuthenticator(page);
    const waiting = await ledToAddOne(page);
    await page.fill('#name', 'Laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await approveAfterwards(page, waiting);
    expect(visit.complaints).toEqual([]);
  });

  it('takes the codes of an app for one, also at the next sign-in', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const waiting = await ledToAddOne(page);
    await press(page, 'Turn on');
    const totp = URI.parse((await page.getByRole('link', { name: 'Open it' }).getAttribute('href')) ?? '');
    if (!(totp instanceof TOTP)) throw new Error('the page was to show a secret');
    await page.fill('#code_secret', totp.generate());
    await press(page, 'Turn on');
    await approveAfterwards(page, waiting);

    await signOut(page);
    await typePassword(page, waiting.email);
    await page.waitForURL(`${web.url}/sign-in/second-step`);
    // Each code is taken once; the next one is taken early.
    await page.fill('#second_step_secret', totp.generate({ timestamp: Date.now() + totp.period * 1_000 }));
    await press(page, 'Sign in');
    await page.waitForURL(`${web.url}/`);
    const { path } = await openLoginLink(web, { address: '127.0.0.1' });
    await page.goto(web.url + path);
    await page.locator('[data-approve]').waitFor();
    expect(await page.getByText('asks for a second factor').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
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
