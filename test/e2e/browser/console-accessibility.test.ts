import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../../support/browser/axe.ts';
import { launchBrowser, openContext, type WatchedContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { CONSOLE_PLACES, enterAs } from './console-scenes.ts';
import { buildTown, type Town } from './console-town.ts';

let web: WebForTests;
let browser: Browser;
let town: Town;
let visit: WatchedContext;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
  // Only here: axe is injected, which our own policy forbids. Reduced motion keeps colours from
  // being caught half way.
  visit = await openContext(browser, { bypassCSP: true, reducedMotion: 'reduce' });
});

afterAll(async () => {
  await visit[Symbol.asyncDispose]();
  await browser.close();
  await web.close();
});

describe('axe reports nothing in light and dark mode', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))('on %s', async (_name, place) => {
    const { page } = visit;
    await enterAs({ web, page }, town, place.as);
    const response = await page.goto(web.url + place.path(town));
    expect(response?.status()).toBe(200);
    expect(await axeViolations(page)).toEqual([]);
  });

  it('with a menu and the account switcher open', async () => {
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    await page.goto(`${web.url}/app/${town.organization.id}/people`);
    await page.locator('.kebab summary').first().click();
    expect(await axeViolations(page)).toEqual([]);
    await page.locator('summary.switcher').click();
    expect(await axeViolations(page)).toEqual([]);
  });
});

describe('on a phone', () => {
  it('pages fit the window, controls have names, and titles are unique', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 360, height: 740 });
    const titles = new Map<string, string>();
    for (const { name, as, path } of CONSOLE_PLACES.filter(({ name }) => !/^projects-none|^billing-as/.test(name))) {
      await enterAs({ web, page }, town, as);
      await page.goto(web.url + path(town));
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(360);
      expect(await axeViolations(page, ['link-name', 'button-name', 'target-size']), name).toEqual([]);
      const title = await page.title();
      expect(titles.get(title), name).toBe(undefined);
      titles.set(title, name);
    }
  });
});
