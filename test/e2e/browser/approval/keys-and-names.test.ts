// The forms of the approval page and of the console, by keys alone and as a screen reader is told
// of them; and whether what must be used is in sight.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { leftOut, namelessControls, walkByTab } from '../../../support/browser/walk-by-keys.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { enterAs } from '../console-scenes.ts';
import { buildTown } from '../console-town.ts';
import { APPROVAL_SCENES } from './approval-scenes.ts';
import { ASKING_SCENES } from './asking-scenes.ts';
import { developer, HERE, openLink } from './stage.ts';

const LAPTOP = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 664 };

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

const SCENES = [...APPROVAL_SCENES, ...ASKING_SCENES].map((scene) => [scene.name, scene] as const);
const FORMS = SCENES.filter(([name]) => name.startsWith('approve-') && name !== 'approve-nothing-to-pick');

/** What the decision needs and cannot be seen: of a group of choices, none can. */
async function outOfSight(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const isInSight = (node: Element) => {
      const { left, top, width, height } = node.getBoundingClientRect();
      const isWithin = top >= 0 && top + height <= innerHeight && left >= 0 && left + width <= innerWidth;
      const painted = document.elementFromPoint(left + width / 2, top + height / 2);
      return isWithin && painted !== null && (node.contains(painted) || painted.contains(node));
    };
    const form = document.querySelector('form:has(button[value="approve"])');
    const needed =
      form?.querySelectorAll('input:required, select, button[value="approve"], button[value="deny"]') ?? [];
    const groups = new Map<string, Element[]>();
    for (const control of needed) {
      if (!control.checkVisibility() || control.closest('details:not([open])') !== null) continue;
      const name = control.getAttribute('name') ?? control.id;
      const key = control.localName === 'button' ? (control.getAttribute('value') ?? '') : name;
      groups.set(key, [...(groups.get(key) ?? []), control]);
    }
    if (groups.size === 0) return ['nothing is needed'];
    return [...groups].filter(([, controls]) => !controls.some(isInSight)).map(([key]) => key);
  });
}

describe.each([true, false])('with script: %s', (javaScriptEnabled) => {
  it.each(FORMS)('%s shows all that the decision needs at 1280 × 720, without scrolling', async (_name, scene) => {
    await using visit = await openContext(browser, { viewport: LAPTOP, javaScriptEnabled });
    await scene.play({ web, page: visit.page });
    expect(await outOfSight(visit.page)).toEqual([]);
  });

  it.each(FORMS)('%s lets everything be reached at 390 × 664', async (_name, scene) => {
    await using visit = await openContext(browser, { viewport: PHONE, javaScriptEnabled });
    const { page } = visit;
    await scene.play({ web, page });
    for (const control of await page
      .locator('form:has(button[value="approve"]) :is(select, input, button):visible')
      .all()) {
      await control.scrollIntoViewIfNeeded();
      const isCovered = await control.evaluate((node) => {
        node.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = node.getBoundingClientRect();
        const painted = document.elementFromPoint(left + width / 2, top + height / 2);
        return painted === null || !(node.contains(painted) || painted.contains(node));
      });
      expect(isCovered, await control.evaluate((node) => node.outerHTML.slice(0, 200))).toBe(false);
    }
  });
});

describe('by Tab, and to a screen reader', () => {
  it.each(SCENES)('%s leaves nothing out, shows the focus, and names every control', async (_name, scene) => {
    await using visit = await openContext(browser, { viewport: LAPTOP, reducedMotion: 'reduce' });
    const { page } = visit;
    await scene.play({ web, page });
    const armed = page.locator('button[value="approve"]');
    if ((await armed.count()) > 0) await page.locator('button[value="deny"]').waitFor();
    const stops = await walkByTab(page);
    expect(stops.filter(({ isFocusSeen }) => !isFocusSeen).map(({ what }) => what)).toEqual([]);
    expect(stops.map(({ index }) => index)).toEqual(stops.map(({ index }) => index).toSorted((a, b) => a - b));
    expect(await leftOut(page, stops)).toEqual([]);
    expect(await namelessControls(page)).toEqual([]);
  });

  it('the approval page tells aloud what changes', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    expect(await page.locator('[role="status"], [aria-live]').count()).toBeGreaterThan(0);
  });
});

describe('in the console', () => {
  it('Ctrl-K opens Search, keys choose in it, Escape gives the focus back', async () => {
    const town = await buildTown(web);
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    await page.goto(`${web.url}/app/${town.organization.id}/people`);
    const before = page.getByRole('link', { name: 'Invite members' });
    await before.focus();
    await page.keyboard.press('Control+k');
    const finder = page.getByRole('dialog', { name: 'Search' });
    await finder.getByRole('option').first().waitFor();
    expect(await namelessControls(page)).toEqual([]);
    for (let times = 0; times < 4; times += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await finder.waitFor({ state: 'hidden' });
    expect(await before.evaluate((link) => link === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+k');
    await finder.getByRole('combobox').fill('shop');
    // At once: Enter used to open what the list had before.
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/projects/${town.shop.project.id}`);
  });

  it('every page can be walked by Tab without a trap, and names its controls', async () => {
    const town = await buildTown(web);
    await using visit = await openContext(browser, { viewport: LAPTOP, reducedMotion: 'reduce' });
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    const found: string[] = [];
    for (const path of ['/projects', '/people', '/access', '/settings', `/projects/${town.shop.project.id}`]) {
      await page.goto(`${web.url}/app/${town.organization.id}${path}`);
      const stops = await walkByTab(page);
      found.push(...stops.filter(({ isFocusSeen }) => !isFocusSeen).map(({ what }) => `${path}: ${what} unseen`));
      found.push(...(await leftOut(page, stops)).map((what) => `${path}: ${what} left out`));
      found.push(...(await namelessControls(page)).map((what) => `${path}: ${what}`));
    }
    expect(found).toEqual([]);
  });
});
