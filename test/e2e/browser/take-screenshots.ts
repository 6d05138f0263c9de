// Takes a picture of every scene into screenshots/, in light and dark, on a wide screen and on a
// phone. For people to look at; run by `npm run screenshots`, not by the tests.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { withPostgres, withWeb } from '../../support/browser/web-on-embedded.ts';
import type { Scene } from './approval/stage.ts';
import { consoleScenes } from './console-scenes.ts';
import { buildTown } from './console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from './first-start/start-scenes.ts';
import { SCENES } from './scenes.ts';

const FOLDER = fileURLToPath(new URL('../../../screenshots/', import.meta.url));
const WIDE = { width: 1280, height: 860 };
const PHONE = { width: 360, height: 740 };
const LOOKS = [
  { look: 'light', viewport: WIDE, colorScheme: 'light' },
  { look: 'dark', viewport: WIDE, colorScheme: 'dark' },
  { look: 'phone', viewport: PHONE, colorScheme: 'light' },
  { look: 'phone-dark', viewport: PHONE, colorScheme: 'dark' },
] as const;

async function main(): Promise<void> {
  // Names of scenes, or of their beginnings; none: all.
  const wanted = process.argv.slice(2);
  const isWanted = ({ name }: Scene) => wanted.length === 0 || wanted.some((start) => name.startsWith(start));
  const browser = await launchBrowser();
  try {
    await withPostgres(async (adminUrl) => {
      await withWeb(adminUrl, 'people', (web) => takeAll(browser, web, [...DOCS_SCENES, ...SCENES].filter(isWanted)));
      await withWeb(adminUrl, 'town', async (web) =>
        takeAll(browser, web, consoleScenes(await buildTown(web)).filter(isWanted)),
      );
      await withWeb(adminUrl, 'empty', (web) => takeAll(browser, web, FIRST_START_SCENES.filter(isWanted)));
    });
  } finally {
    await browser.close();
  }
}

async function takeAll(browser: Browser, web: WebForTests, scenes: readonly Scene[]): Promise<void> {
  for (const scene of scenes) {
    for (const { look, ...options } of LOOKS) {
      await using visit = await openContext(browser, options);
      await scene.play({ web, page: visit.page });
      const path = join(FOLDER, `${scene.name}-${look}.png`);
      await showWhole(visit.page, options.viewport);
      await visit.page.screenshot({ path, fullPage: true });
      console.log(path);
    }
  }
}

/** Makes the window as high as the page, so that sticky parts are at the end of the page. */
async function showWhole(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
}

await main();
