// How fast pages are in a real browser: the first contentful paint of every page, and the list of
// live connections with 20,000 rows: until it is live, a filter, and a scroll to the end and back.
// `npm run bench:pages [-- --rounds 5 --connections 20000]`. Says the load of the machine, on which
// all of it depends.

import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Scene } from '../../test/e2e/browser/approval/stage.ts';
import { consoleScenes } from '../../test/e2e/browser/console-scenes.ts';
import { buildTown } from '../../test/e2e/browser/console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from '../../test/e2e/browser/first-start/start-scenes.ts';
import { asOperator, fillFleet } from '../../test/e2e/browser/operations-scenes.ts';
import { SCENES } from '../../test/e2e/browser/scenes.ts';
import { launchBrowser, openContext } from '../../test/support/browser/browser.ts';
import type { WebForTests } from '../../test/support/browser/web-for-tests.ts';
import { withPostgres, withWeb } from '../../test/support/browser/web-on-embedded.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '20000' },
  },
});
const rounds = Number(values.rounds);
const connections = Number(values.connections);
const GOAL_MS = 200;

const browser = await launchBrowser();
try {
  await withPostgres(async (adminUrl) => {
    await withWeb(adminUrl, 'people', async (web) => {
      await reportPaints(web, [...SCENES, ...DOCS_SCENES]);
      await reportRows(browser, web);
    });
    await withWeb(adminUrl, 'town', async (web) => reportPaints(web, consoleScenes(await buildTown(web))));
    await withWeb(adminUrl, 'empty', (web) => reportPaints(web, FIRST_START_SCENES));
  });
} finally {
  await browser.close();
}

async function reportPaints(web: WebForTests, scenes: readonly Scene[]): Promise<void> {
  const slow: string[] = [];
  const medians: number[] = [];
  for (const scene of scenes) {
    const paint = await firstPaint(web, scene);
    medians.push(paint);
    const line = `${scene.name.padEnd(34)} ${Math.round(paint)} ms`;
    console.log(line);
    if (paint > GOAL_MS) slow.push(line);
  }
  console.log(`\n${medians.length} pages, median ${Math.round(medianOf(medians))} ms, load ${load()}`);
  console.log(`${slow.length} above ${GOAL_MS} ms\n`);
}

/** Of the page on which the scene ends, opened again as often as there are rounds. */
async function firstPaint(web: WebForTests, scene: Scene): Promise<number> {
  await using visit = await openContext(browser);
  await scene.play({ web, page: visit.page });
  const paints: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await visit.page.goto(visit.page.url(), { waitUntil: 'load' });
    paints.push(await paintOf(visit.page));
  }
  return medianOf(paints);
}

async function paintOf(page: Page): Promise<number> {
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => {
          const paint = list.getEntriesByName('first-contentful-paint')[0];
          if (paint !== undefined) resolve(paint.startTime);
        });
        observer.observe({ type: 'paint', buffered: true });
      }),
  );
}

async function reportRows(on: Browser, web: WebForTests): Promise<void> {
  fillFleet(web, connections);
  await using visit = await openContext(on);
  const { page } = visit;
  await asOperator({ web, page });
  const began = performance.now();
  await page.goto(`${web.url}/ops`);
  await page.locator('[data-live-controls]:not([hidden])').waitFor();
  console.log(`${connections.toLocaleString('en-US')} live connections, load ${load()}`);
  console.log(`  first contentful paint   ${Math.round(await paintOf(page))} ms`);
  console.log(`  live                     ${Math.round(performance.now() - began)} ms`);
  const filtered = performance.now();
  await page.getByLabel('Find connections').fill('person-7@example.com');
  await page.getByRole('status').getByText(/ of /).first().waitFor();
  console.log(`  filtered after a letter  ${Math.round(performance.now() - filtered)} ms`);
  await page.getByLabel('Find connections').fill('');
  const { frames, longest, longTasks } = await scrollThrough(page);
  console.log(`  scrolling                ${frames} frames, the longest ${Math.round(longest)} ms`);
  console.log(`  long tasks meanwhile     ${longTasks.length}, ${longTasks.map(Math.round).join(', ')} ms`);
}

/** To the end and back within two seconds, as somebody who drags the bar. */
async function scrollThrough(page: Page): Promise<{ frames: number; longest: number; longTasks: number[] }> {
  return await page.evaluate(async () => {
    const region = [...document.querySelectorAll('[role="region"], .live-region')].find(
      (each) => each.scrollHeight > each.clientHeight + 100,
    );
    if (region === undefined) throw new Error('no list to scroll');
    const longTasks: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration);
    });
    observer.observe({ type: 'longtask' });
    const steps = 120;
    const gaps: number[] = [];
    let last = performance.now();
    for (let step = 0; step <= steps; step += 1) {
      const share = 1 - Math.abs(1 - (2 * step) / steps);
      region.scrollTop = share * (region.scrollHeight - region.clientHeight);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return { frames: gaps.length, longest: Math.max(...gaps), longTasks };
  });
}

function medianOf(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
