// What a form has done is said once, over the page.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { organizationForTests } from '../../../http/console/console-for-tests.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { press } from '../console-clicks.ts';
import { signInAs } from '../scenes.ts';

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
  expect(await toast.textContent()).toContain('Settings are saved');
  expect(await top()).toBe(before);
  expect(new URL(page.url()).search).toBe('');
  await page.locator('.toast + [role="status"]', { hasText: 'Settings are saved' }).waitFor({ state: 'attached' });
  await page.getByRole('link', { name: 'Dismiss' }).click();
  expect(await toast.count()).toBe(0);
  expect(visit.complaints).toEqual([]);
});

it('without script a toast is a status message that a link takes away', async () => {
  const { visit, page, before, top } = await renamed({ javaScriptEnabled: false });
  await using _closed = visit;
  expect(await page.getByRole('status').textContent()).toContain('Settings are saved');
  expect(await top()).toBe(before);
  await page.getByRole('link', { name: 'Dismiss' }).click();
  expect(await page.locator('.toast').count()).toBe(0);
});
