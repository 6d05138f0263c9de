// Takes a picture of every scene into screenshots/, in light and dark, on a wide screen and on a
// phone. For people to look at; run by `npm run screenshots`, not by the tests.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import type { TestDatabase } from '../../support/databases/postgres-for-tests.ts';
import { consoleScenes } from './console-scenes.ts';
import { buildTown } from './console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from './first-start/start-scenes.ts';
import { SCENES, type Scene } from './scenes.ts';

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
  execFileSync(process.execPath, [fileURLToPath(new URL('../../../web/build.mjs', import.meta.url))]);
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-screenshots-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('warn'), settings: { fsync: 'off' } });
  const browser = await launchBrowser();
  try {
    const adminUrl = postgres.adminUrl.reveal();
    await withWeb(adminUrl, 'people', (web) => takeAll(browser, web, [...DOCS_SCENES, ...SCENES].filter(isWanted)));
    await withWeb(adminUrl, 'town', async (web) =>
      takeAll(browser, web, consoleScenes(await buildTown(web)).filter(isWanted)),
    );
    await withWeb(adminUrl, 'empty', (web) => takeAll(browser, web, FIRST_START_SCENES.filter(isWanted)));
  } finally {
    await browser.close();
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
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

async function withWeb(adminUrl: string, name: string, use: (web: WebForTests) => Promise<void>): Promise<void> {
  const web = await startWeb({}, { database: await createDatabase(adminUrl, name) });
  try {
    await use(web);
  } finally {
    await web.close();
  }
}

async function createDatabase(adminUrl: string, name: string): Promise<TestDatabase> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const close = async () => {};
  return { name, url: url.href, close, [Symbol.asyncDispose]: close };
}

await main();
