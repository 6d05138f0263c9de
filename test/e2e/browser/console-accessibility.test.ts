import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

/** Seen by somebody else, or narrowed down. */
const SAME_AS_ANOTHER: ReadonlySet<string> = new Set([
  'projects-none-found',
  'billing-as-member',
  'access-of-production',
  'security-none',
  'request-state',
]);

describe('on a phone', () => {
  it('pages fit the window, controls have names, and titles are unique', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 360, height: 740 });
    const titles = new Map<string, string>();
    const found: string[] = [];
    for (const { name, as, path } of CONSOLE_PLACES.filter(({ name }) => !SAME_AS_ANOTHER.has(name))) {
      await enterAs({ web, page }, town, as);
      await page.goto(web.url + path(town));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) found.push(`${name} is ${width} px wide`);
      const rules = ['link-name', 'button-name', 'target-size'];
      found.push(...(await axeViolations(page, rules)).map((violation) => `${name}: ${violation}`));
      const title = await page.title();
      if (titles.has(title)) found.push(`${name} has the title of ${titles.get(title)}`);
      titles.set(title, name);
    }
    expect(found).toEqual([]);
  }, 300_000);
});

describe('at 400 % zoom, which leaves 320 by 256 px, and in forced colours', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))('%s fits', async (_name, place) => {
    const { page } = visit;
    await page.setViewportSize({ width: 320, height: 256 });
    // axe does not know forced colours: it reads the text's fill, which is not forced.
    await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
    onTestFinished(() => page.emulateMedia({ forcedColors: 'none' }));
    await enterAs({ web, page }, town, place.as);
    await page.goto(web.url + place.path(town));
    const found = await page.locator('.button, .input').evaluateAll(withoutEdge);
    found.push(...(await axeViolations(page, ['target-size', 'scrollable-region-focusable'])));
    expect(found).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  });
});

function withoutEdge(controls: Element[]): string[] {
  return controls
    .filter((control) => {
      const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(control);
      return borderTopWidth === '0px' || borderTopColor === backgroundColor;
    })
    .map((control) => control.outerHTML);
}
