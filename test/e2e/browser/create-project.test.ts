import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { signInAs } from './approval/stage.ts';
import { press } from './console-clicks.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('a new project', () => {
  it('shows each step as the server starts it, then opens its page', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await addPerson(web.catalogue, 'maker');
    await signInAs({ web, page }, person);
    await page.goto(`${web.url}/app/${person.accountId}/projects/new`);
    const begun = page.evaluate(() => {
      return new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        new MutationObserver(() => {
          const now = document.querySelector<HTMLElement>('[data-progress-steps] [data-step="now"]')?.dataset.name;
          if (now !== undefined && seen.at(-1) !== now) seen.push(now);
          if (now === 'catalogue') resolve(seen);
        }).observe(document.body, { subtree: true, attributes: true });
      });
    });
    await page.getByLabel('Name').fill('bakery');
    await page.getByRole('button', { name: 'Create project' }).click();
    const steps = await begun;
    await page.waitForURL(/\/projects\/[a-z]+-[a-z]+-\d+$/);
    expect(steps.at(-1)).toBe('catalogue');
    expect(steps).toContain('database');
    expect(await page.locator('h1').textContent()).toBe('bakery');
    expect(visit.complaints).toEqual([]);
  });

  it('that is refused shows the reason on its form, with the input kept', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await addPerson(web.catalogue, 'maker');
    await signInAs({ web, page }, person);
    await page.goto(`${web.url}/app/${person.accountId}/projects/new`);
    await page.getByLabel('Name').fill('bakery');
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByLabel('Database').fill('postgres');
    await press(page, 'Create project');
    expect(await page.getByRole('alert').isVisible()).toBe(true);
    expect(await page.getByLabel('Name').inputValue()).toBe('bakery');
    expect(visit.complaints.filter((complaint) => !/status of 4\d\d/.test(complaint))).toEqual([]);
  });
});
