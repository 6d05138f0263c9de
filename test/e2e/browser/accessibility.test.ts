import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from './first-start/start-scenes.ts';
import { SCENES, type Scene } from './scenes.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('axe reports nothing in light and dark mode', () => {
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
  return [...inLight, ...(await runAxe(visit.page))];
}

async function runAxe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results: AxeResults = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(WCAG_22_AA)} })`);
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
