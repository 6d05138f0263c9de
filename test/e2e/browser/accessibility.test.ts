import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import type { Scene } from './approval/stage.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from './first-start/start-scenes.ts';
import { SCENES } from './scenes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** A window of 1280 × 1024 at 400 %. WCAG 1.4.10: no scrolling in two directions. */
const ZOOMED = { width: 320, height: 256 };

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('axe reports nothing: light, dark, forced colors, at 400 %', () => {
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
  const inLight = await runAxe(visit.page);
  await visit.page.emulateMedia({ colorScheme: 'dark' });
  const inDark = await runAxe(visit.page);
  await visit.page.emulateMedia({ forcedColors: 'active' });
  const inForcedColors = await runAxe(visit.page, FORCED);
  await visit.page.setViewportSize(ZOOMED);
  const zoomed = await runAxe(visit.page, FORCED);
  const tooWide = await overflow(visit.page);
  return [...inLight, ...inDark, ...inForcedColors, ...zoomed, ...tooWide];
}

/** The system chooses the colors then, and axe reads those of the page. */
const FORCED = { rules: { 'color-contrast': { enabled: false } } };

async function runAxe(page: Page, options: object = {}): Promise<string[]> {
  await page.evaluate(AXE);
  const results: AxeResults = await page.evaluate(`axe.run(${JSON.stringify({ runOnly: WCAG_22_AA, ...options })})`);
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function overflow(page: Page): Promise<string[]> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  return width > ZOOMED.width ? [`the page is ${width}px wide in a window of ${ZOOMED.width}px`] : [];
}
