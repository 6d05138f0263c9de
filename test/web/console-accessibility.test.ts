import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../support/axe.ts';
import { launchBrowser, openContext, type WatchedContext } from '../support/browser.ts';
import { startWeb, type WebForTests } from '../support/web-for-tests.ts';
import { CONSOLE_PLACES, enterAs } from './console-scenes.ts';
import { buildTown, type Town } from './console-town.ts';

let web: WebForTests;
let browser: Browser;
let town: Town;
let visit: WatchedContext;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
  // Only here: axe is injected, which our own policy forbids. Reduced motion keeps colours from being caught half way.
  visit = await openContext(browser, { bypassCSP: true, reducedMotion: 'reduce' });
});

afterAll(async () => {
  await visit[Symbol.asyncDispose]();
  await browser.close();
  await web.close();
});

describe('axe finds nothing in light and in dark', () => {
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
