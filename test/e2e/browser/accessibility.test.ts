import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { axeViolations, axeViolationsInForcedColours } from '../../support/browser/axe.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import type { Scene } from './approval/stage.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from './first-start/start-scenes.ts';
import { SCENES } from './scenes.ts';

/** A window of 1280 × 1024 at 400 %. WCAG 1.4.10: no scrolling in two directions. */
const ZOOMED = { width: 320, height: 256 };
/** The rules that depend on where things stand. */
const LAID_OUT = ['target-size', 'scrollable-region-focusable', 'link-name', 'button-name', 'region'];

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('axe reports nothing: light, dark, in forced colours, at 400 %', () => {
  it.each([...SCENES, ...DOCS_SCENES].map((scene) => [scene.name, scene] as const))('on %s', async (_name, scene) => {
    expect(await violationsOf(scene, web)).toEqual([]);
  });

  it('on the pages of a first start', async () => {
    const empty = await startWeb();
    onTestFinished(() => empty.close());
    for (const scene of FIRST_START_SCENES) expect(await violationsOf(scene, empty), scene.name).toEqual([]);
  });
});

async function violationsOf(scene: Scene, on: WebForTests): Promise<string[]> {
  // Only here: axe is injected, which our own policy forbids.
  const quiet = { colorScheme: 'light', reducedMotion: 'reduce' } as const;
  await using visit = await openContext(browser, { ...quiet, bypassCSP: true });
  await scene.play({ web: on, page: visit.page });
  const found = await axeViolations(visit.page);
  await visit.page.emulateMedia({ forcedColors: 'active' });
  found.push(...(await axeViolationsInForcedColours(visit.page)));
  await visit.page.emulateMedia({ forcedColors: 'none' });
  await visit.page.setViewportSize(ZOOMED);
  found.push(...(await axeViolations(visit.page, LAID_OUT)).map((violation) => `at 400 %, ${violation}`));
  return [...found, ...(await overflow(visit.page))];
}

async function overflow(page: Page): Promise<string[]> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  return width > ZOOMED.width ? [`the page is ${width}px wide in a window of ${ZOOMED.width}px`] : [];
}
