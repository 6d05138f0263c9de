import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openContext } from '../support/browser.ts';
import { startWeb, type WebForTests } from '../support/web-for-tests.ts';
import { SCENES, type Scene, SET_UP_SCENE } from './scenes.ts';

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

describe.each(['light', 'dark'] as const)('axe finds nothing in %s', (colorScheme) => {
  it.each(SCENES.map((scene) => [scene.name, scene] as const))('on %s', async (_name, scene) => {
    expect(await violationsOf(scene, { web, colorScheme })).toEqual([]);
  });

  it('on set-up', async () => {
    const empty = await startWeb();
    onTestFinished(() => empty.close());
    expect(await violationsOf(SET_UP_SCENE, { web: empty, colorScheme })).toEqual([]);
  });
});

async function violationsOf(
  scene: Scene,
  look: { web: WebForTests; colorScheme: 'light' | 'dark' },
): Promise<string[]> {
  // Only here: axe is injected, which our own policy forbids.
  await using visit = await openContext(browser, { colorScheme: look.colorScheme, bypassCSP: true });
  await scene.play({ web: look.web, page: visit.page });
  return await runAxe(visit.page);
}

async function runAxe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const results: AxeResults = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(WCAG_22_AA)} })`);
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
