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
const DEVICES = [
  { looks: { light: 'light', dark: 'dark' }, viewport: { width: 1280, height: 860 } },
  {
    looks: { light: 'phone', dark: 'phone-dark' },
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  },
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
    for (const { looks, ...device } of DEVICES) {
      await using visit = await openContext(browser, { ...device, reducedMotion: 'reduce' });
      await scene.play({ web, page: visit.page });
      for (const colorScheme of ['light', 'dark'] as const) {
        await visit.page.emulateMedia({ colorScheme });
        await showWhole(visit.page, device.viewport);
        const path = join(FOLDER, `${scene.name}-${looks[colorScheme]}.png`);
        await visit.page.screenshot({ path, fullPage: true });
        console.log(path);
      }
    }
  }
}

/** Makes the window as high as the page, so that sticky parts are at the end of the page. */
async function showWhole(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  await page.setViewportSize({ width, height });
  // Asked again when the page goes elsewhere meanwhile, as those that follow a login do.
  const whole = await page.waitForFunction(() => document.readyState === 'complete' && document.body.offsetHeight);
  await page.setViewportSize({ width, height: Math.max(height, Number(await whole.jsonValue())) });
}

await main();
