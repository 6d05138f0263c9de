// What a form has done is said once, over the page.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { organizationForTests } from '../../../http/console/console-for-tests.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addMemberTo, addPerson } from '../../../support/databases/catalogue-for-tests.ts';
import { signInAs } from '../approval/stage.ts';
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

async function renamed(options: { readonly javaScriptEnabled: boolean }) {
  const { admin, base } = await organizationForTests(web);
  const visit = await openContext(browser, options);
  const { page } = visit;
  await signInAs({ web, page }, admin);
  await page.goto(`${web.url}${base}/settings`);
  const top = async () => (await page.locator('h2').first().boundingBox())?.y;
  const before = await top();
  await press(page, 'Rename');
  return { visit, page, before, top };
}

it('a toast moves nothing, is announced, leaves the address, and can be dismissed', async () => {
  const { visit, page, before, top } = await renamed({ javaScriptEnabled: true });
  await using _closed = visit;
  const toast = page.locator('.toast');
  expect(await toast.textContent()).toContain('Renamed to ');
  expect(await top()).toBe(before);
  expect(new URL(page.url()).search).toBe('');
  await page.locator('.toast + [role="status"]', { hasText: 'Renamed to ' }).waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Dismiss' }).click();
  expect(await toast.count()).toBe(0);
  expect(visit.complaints).toEqual([]);
});

it('without script a toast is a status message that a link takes away', async () => {
  const { visit, page, before, top } = await renamed({ javaScriptEnabled: false });
  await using _closed = visit;
  expect(await page.getByRole('status').textContent()).toContain('Renamed to ');
  expect(await top()).toBe(before);
  await page.getByRole('link', { name: 'Dismiss' }).click();
  expect(await page.locator('.toast').count()).toBe(0);
});

it('a toast names who changed, and Undo takes a new role back', async () => {
  const { admin, organization, base } = await organizationForTests(web);
  const kim = await addPerson(web.catalogue, 'kim');
  await addMemberTo(web.catalogue, organization, { person: kim });
  await using visit = await openContext(browser, { javaScriptEnabled: false });
  const { page } = visit;
  await signInAs({ web, page }, admin);
  await page.goto(`${web.url}${base}/people`);
  const row = page.getByRole('row', { name: new RegExp(kim.email) });
  await row.locator('summary').click();
  await press(page, 'Promote to admin');
  expect(await page.locator('.toast p').textContent()).toMatch(/^kim-\S+ is an admin now$/);
  await press(page, 'Undo');
  expect(await page.locator('.toast p').textContent()).toMatch(/^kim-\S+ is a member now$/);
  expect(await row.textContent()).toContain('Member');
});

it('another browser cannot be told what a toast says', async () => {
  const { admin, base } = await organizationForTests(web);
  await using visit = await openContext(browser, { javaScriptEnabled: false });
  await signInAs({ web, page: visit.page }, admin);
  await visit.page.goto(`${web.url}${base}/settings`);
  await press(visit.page, 'Rename');
  const told = visit.page.url();
  await using other = await openContext(browser, { javaScriptEnabled: false });
  await signInAs({ web, page: other.page }, admin);
  await other.page.goto(`${web.url}${base}/settings`);
  await other.page.goto(told);
  expect(await other.page.locator('.toast').textContent()).toBe('Settings are saved');
});

it('the theme is kept for the next page, with and without script', async () => {
  const { admin, base } = await organizationForTests(web);
  for (const javaScriptEnabled of [true, false]) {
    await using visit = await openContext(browser, { javaScriptEnabled, colorScheme: 'light' });
    const { page } = visit;
    await signInAs({ web, page }, admin);
    await page.goto(`${web.url}${base}/projects`);
    const ground = () => page.locator('html').evaluate((html) => getComputedStyle(html).colorScheme);
    expect(await ground()).toBe('light');
    await page.locator('.person-menu summary').click();
    const answered = page.waitForResponse((response) => response.url().endsWith('/theme'));
    await page.getByRole('button', { name: 'Dark' }).click();
    await answered;
    expect(await ground()).toBe('dark');
    await page.goto(`${web.url}${base}/people`);
    expect(await ground()).toBe('dark');
    expect(visit.complaints).toEqual([]);
  }
});
