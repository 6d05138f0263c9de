import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { APPROVAL_SCENES } from '../approval/approval-scenes.ts';
import { ASKING_SCENES } from '../approval/asking-scenes.ts';
import type { Scene } from '../approval/stage.ts';
import { CONSOLE_PLACES, enterAs } from '../console-scenes.ts';
import { buildTown } from '../console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from '../first-start/start-scenes.ts';
import { OPERATIONS_SCENES } from '../operations-scenes.ts';
import { SIGN_IN_SCENES } from '../sign-in-scenes.ts';

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
    const { bytes, moves } = await measure(visit.page);
    if (bytes > MOST_BYTES || bytes === 0) found.push(`${place.name} weighs ${bytes} bytes`);
    for (const move of moves) found.push(`${place.name} moves: ${move}`);
  }
  expect(found).toEqual([]);
});

it('no page moves on a slow line, where it arrives in pieces, nor on a phone', async () => {
  const town = await buildTown(web);
  const found: string[] = [];
  for (const place of CONSOLE_PLACES) {
    await using visit = await openContext(browser, { viewport: { width: 390, height: 760 } });
    await enterAs({ web, page: visit.page }, town, place.as);
    // Styles that are there already do not hold back the first piece.
    await visit.page.goto(web.url + place.path(town), { waitUntil: 'load' });
    await slowDown(visit.page);
    await visit.page.goto(web.url + place.path(town), { waitUntil: 'load' });
    const { moves } = await measure(visit.page);
    for (const move of moves) found.push(`${place.name} moves: ${move}`);
  }
  expect(found).toEqual([]);
});

it('no page outside the console weighs more than 60 KB', async () => {
  const found: string[] = [];
  for (const scene of [...APPROVAL_SCENES, ...ASKING_SCENES, ...OPERATIONS_SCENES, ...SIGN_IN_SCENES]) {
    await using visit = await openContext(browser);
    await scene.play({ web, page: visit.page });
    const { bytes, moves } = await measure(visit.page);
    if (bytes > MOST_BYTES) found.push(`${scene.name} weighs ${bytes} bytes`);
    for (const move of moves) found.push(`${scene.name} moves: ${move}`);
  }
  expect(found).toEqual([]);
});

it('no page before the console moves while it loads', async () => {
  const empty = await startWeb();
  onTestFinished(() => empty.close());
  const found = await movesOf([...SIGN_IN_SCENES, ...DOCS_SCENES], web);
  expect([...found, ...(await movesOf(FIRST_START_SCENES, empty))]).toEqual([]);
});

async function movesOf(scenes: readonly Scene[], on: WebForTests): Promise<string[]> {
  const found: string[] = [];
  for (const scene of scenes) {
    await using visit = await openContext(browser);
    await slowDown(visit.page);
    await scene.play({ web: on, page: visit.page });
    const { moves } = await measure(visit.page);
    for (const move of moves) found.push(`${scene.name} moves: ${move}`);
  }
  return found;
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const line = { offline: false, latency: 40, downloadThroughput: 20_000, uploadThroughput: 60_000 };
  await session.send('Network.emulateNetworkConditions', line);
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly sources: ReadonlyArray<{
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }>;
}

/**
 * Each shift by its size and what moved from where to where, until the person does something: what
 * a click opens may move the rest.
 */
async function measure(page: Page): Promise<{ bytes: number; moves: string[] }> {
  return await page.evaluate(async () => {
    const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const bytes = loaded.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
    const moves: string[] = [];
    const touchedAt = performance.getEntriesByType('first-input')[0]?.startTime ?? Number.POSITIVE_INFINITY;
    const place = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].join(' ');
    const nameOf = (node: Node | null) => {
      const element = node instanceof Element ? node : (node?.parentElement ?? null);
      return element === null
        ? 'nothing'
        : `${element.localName}.${element.className} "${node?.textContent?.slice(0, 30)}"`;
    };
    const observer = new PerformanceObserver((list) => {
      for (const { value, sources, startTime } of list.getEntries() as LayoutShift[]) {
        if (startTime > touchedAt) continue;
        const what = sources.map((source) => {
          const { node, previousRect, currentRect } = source;
          return `${nameOf(node)} ${place(previousRect)} → ${place(currentRect)}`;
        });
        moves.push(`${value} ${what.join('; ')}`);
      }
    });
    observer.observe({ type: 'layout-shift', buffered: true });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return { bytes, moves };
  });
}
