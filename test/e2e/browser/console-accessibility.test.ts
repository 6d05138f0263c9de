import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { axeViolations, axeViolationsInForcedColours } from '../../support/browser/axe.ts';
import { launchBrowser, openContext, type WatchedContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { CONSOLE_PLACES, enterAs } from './console-scenes.ts';
import { buildTown, type Town } from './console-town.ts';

const DESKTOP = { width: 1_280, height: 720 };
const PHONE = { width: 360, height: 740 };
const ZOOMED = { width: 320, height: 256 };

let web: WebForTests;
let browser: Browser;
let town: Town;
let visit: WatchedContext;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
  // Only here: axe is injected, which our own policy forbids. Reduced motion keeps colours from
  // being caught half way.
  visit = await openContext(browser, { bypassCSP: true, reducedMotion: 'reduce', viewport: DESKTOP });
});

afterAll(async () => {
  await visit[Symbol.asyncDispose]();
  await browser.close();
  await web.close();
});

/** Seen by somebody else, or narrowed down. */
const SAME_AS_ANOTHER: ReadonlySet<string> = new Set([
  'projects-none-found',
  'billing-as-member',
  'access-of-production',
  'security-none',
  'request-state',
]);

const titles = new Map<string, string>();

// Loaded once and looked at in every way, since loading is what takes long.
describe('axe reports nothing in light, dark and forced colours, and all fits', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))('on %s', async (name, place) => {
    const { page } = visit;
    await enterAs({ web, page }, town, place.as);
    const response = await page.goto(web.url + place.path(town));
    expect(response?.status()).toBe(200);
    expect(await axeViolations(page)).toEqual([]);
    await expectToShowInForcedColours(page);
    await expectToFitPhones(page);
    if (!SAME_AS_ANOTHER.has(name)) {
      const title = await page.title();
      expect(titles.get(title) ?? name, `the title ${title}`).toBe(name);
      titles.set(title, name);
    }
    await expectToFitZoomed(page);
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

async function expectToFitPhones(page: Page): Promise<void> {
  await page.setViewportSize(PHONE);
  onTestFinished(() => page.setViewportSize(DESKTOP));
  expect(await widthOf(page)).toBeLessThanOrEqual(PHONE.width);
  expect(await axeViolations(page, ['link-name', 'button-name', 'target-size'])).toEqual([]);
}

async function expectToShowInForcedColours(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ forcedColors: 'active', colorScheme });
    expect(await page.locator('.button, .input').evaluateAll(withoutEdge), colorScheme).toEqual([]);
  }
  expect(await axeViolationsInForcedColours(page)).toEqual([]);
  await page.emulateMedia({ forcedColors: 'none' });
}

/** At 400 %. */
async function expectToFitZoomed(page: Page): Promise<void> {
  await page.setViewportSize(ZOOMED);
  expect(await axeViolations(page, ['target-size', 'scrollable-region-focusable'])).toEqual([]);
  expect(await widthOf(page)).toBe(ZOOMED.width);
}

async function widthOf(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth);
}

function withoutEdge(controls: Element[]): string[] {
  return controls
    .filter((control) => {
      const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(control);
      return borderTopWidth === '0px' || borderTopColor === backgroundColor;
    })
    .map((control) => control.outerHTML);
}
