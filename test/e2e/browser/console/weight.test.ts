import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { APPROVAL_SCENES } from '../approval/approval-scenes.ts';
import { ASKING_SCENES } from '../approval/asking-scenes.ts';
import type { Scene } from '../approval/stage.ts';
import { CONSOLE_PLACES, enterAs } from '../console-scenes.ts';
import { buildTown, type Town } from '../console-town.ts';
import { DOCS_SCENES, FIRST_START_SCENES } from '../first-start/start-scenes.ts';
import { OPERATIONS_SCENES } from '../operations-scenes.ts';
import { SIGN_IN_SCENES } from '../sign-in-scenes.ts';

const MOST_BYTES = 60 * 1_024;

let web: WebForTests;
let browser: Browser;
let town: Town;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

// Several at a time: what takes long is the slow line.
describe.concurrent('in the console', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))(
    '%s is light and stands still',
    async (_, place) => {
      // With nothing in its cache.
      await using visit = await openContext(browser);
      await enterAs({ web, page: visit.page }, town, place.as);
      await visit.page.goto(web.url + place.path(town), { waitUntil: 'load' });
      const { bytes, moves } = await measure(visit.page);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
      expect(moves).toEqual([]);
      // On a phone, in pieces: styles that are there already do not hold back the first.
      await visit.page.setViewportSize({ width: 390, height: 760 });
      await slowDown(visit.page);
      await visit.page.goto(web.url + place.path(town), { waitUntil: 'load' });
      expect((await measure(visit.page)).moves).toEqual([]);
    },
  );
});

const named = (scenes: readonly Scene[]) => scenes.map((scene) => [scene.name, scene] as const);

async function expectLight(scene: Scene): Promise<void> {
  await using visit = await openContext(browser);
  await scene.play({ web, page: visit.page });
  const { bytes, moves } = await measure(visit.page);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  expect(moves).toEqual([]);
}

describe.concurrent('outside the console', () => {
  it.each(named([...APPROVAL_SCENES, ...ASKING_SCENES, ...SIGN_IN_SCENES]))(
    '%s is light and stands still',
    (_, scene) => expectLight(scene),
  );
});

// One after the other: their lists show what the other scenes connect.
describe('on Operations', () => {
  it.each(named(OPERATIONS_SCENES))('%s is light and stands still', (_, scene) => expectLight(scene));
});

describe.concurrent('on a slow line', () => {
  it.each(named([...SIGN_IN_SCENES, ...DOCS_SCENES]))('%s stands still', async (_, scene) => {
    expect(await movesOf(scene, web)).toEqual([]);
  });

  it('the pages of a first start stand still', async ({ onTestFinished }) => {
    const empty = await startWeb();
    onTestFinished(() => empty.close());
    for (const scene of FIRST_START_SCENES) expect(await movesOf(scene, empty), scene.name).toEqual([]);
  });
});

async function movesOf(scene: Scene, on: WebForTests): Promise<string[]> {
  await using visit = await openContext(browser);
  await slowDown(visit.page);
  await scene.play({ web: on, page: visit.page });
  return (await measure(visit.page)).moves;
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
