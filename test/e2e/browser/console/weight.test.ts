import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { CONSOLE_PLACES, enterAs } from '../console-scenes.ts';
import { buildTown } from '../console-town.ts';

const MOST_BYTES = 60 * 1_024;

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

it('no page of the console weighs more than 60 KB or moves while it loads', async () => {
  const town = await buildTown(web);
  const found: string[] = [];
  for (const place of CONSOLE_PLACES) {
    // With nothing in its cache.
    await using visit = await openContext(browser);
    await enterAs({ web, page: visit.page }, town, place.as);
    await visit.page.goto(web.url + place.path(town), { waitUntil: 'load' });
    const { bytes, shift } = await measure(visit.page);
    if (bytes > MOST_BYTES || bytes === 0) found.push(`${place.name} weighs ${bytes} bytes`);
    if (shift > 0) found.push(`${place.name} moves by ${shift}`);
  }
  expect(found).toEqual([]);
});

async function measure(page: Page): Promise<{ bytes: number; shift: number }> {
  return await page.evaluate(async () => {
    const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const bytes = loaded.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
    const shifts: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return { bytes, shift: shifts.reduce((sum, shift) => sum + shift, 0) };
  });
}
