import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { developerOfProduction } from './production-developer.ts';
import { openLink } from './stage.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

it('picking production turns access to read-only, and leaving it turns it back', async () => {
  await using visit = await openContext(browser);
  const { page } = visit;
  await openLink({ web, page }, await developerOfProduction({ web }), '127.0.0.1');
  const access = page.getByLabel('Access');
  const word = page.getByLabel('Type prod to write there');
  await page.getByRole('radio', { name: /sandbox/ }).check();
  expect(await access.inputValue()).toBe('read_write');
  expect(await word.isVisible()).toBe(false);
  await page.getByText('Change').click();
  await page.getByRole('radio', { name: /shop.*production/ }).check();
  expect(await access.inputValue()).toBe('read_only');
  expect(await word.isVisible()).toBe(false);
  await page.getByText('Change').click();
  await page.getByRole('radio', { name: /sandbox/ }).check();
  expect(await access.inputValue()).toBe('read_write');
  expect(visit.complaints).toEqual([]);
});

it.each([true, false])('writing to production asks for its word, script: %s', async (script) => {
  await using visit = await openContext(browser, { javaScriptEnabled: script });
  const { page } = visit;
  await openLink({ web, page }, await developerOfProduction({ web }), '127.0.0.1');
  await page.getByRole('radio', { name: /shop.*production/ }).check();
  await page.getByLabel('Access').selectOption('read_write');
  const word = page.getByLabel('Type prod to write there');
  await word.waitFor();
  if (script) await page.getByRole('button', { name: 'Type prod to approve' }).click({ force: true });
  else {
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Type prod to write to production, or choose read-only access.').waitFor();
  }
  await word.fill('prod');
  await page.locator('button[value="approve"]:not([aria-disabled])').click();
  await page.getByRole('heading', { name: 'Approved' }).waitFor();
  expect(visit.complaints.filter((text) => !text.includes('400'))).toEqual([]);
});
