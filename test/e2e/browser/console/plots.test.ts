import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addOrganization, addPerson, addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { signInAs } from '../approval/stage.ts';
import { enterAs } from '../console-scenes.ts';
import { buildTown, type Town } from '../console-town.ts';
import { recordConnections } from '../operations-scenes.ts';

const ACCENT = { light: [11, 101, 93], dark: [87, 199, 182] } as const;

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

let web: WebForTests;
let browser: Browser;
let town: Town;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
  await recordConnections(web, town.organization.id);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

const consumption = () => `/app/${town.organization.id}/projects/${town.shop.project.id}/consumption`;
const history = () => `/app/${town.organization.id}/connections/history`;

describe('the plots', () => {
  it.each([
    ['of consumption', consumption, 4],
    ['of billing', () => `/app/${town.organization.id}/billing`, 4],
    ['of connections', history, 2],
  ])('%s have the colours of light and dark mode, and descriptive names', async (_what, path, count) => {
    await using visit = await openContext(browser, { colorScheme: 'light' });
    const { page } = visit;
    await open(page, path());
    const plots = page.getByRole('img', { name: /Highest: .+\. Every figure is in the table\.$/ });
    expect(await plots.count()).toBe(count);
    expect(await paints(page, ACCENT.light)).toBe(count);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches);
    await expect.poll(() => paints(page, ACCENT.dark)).toBe(count);
    expect(await page.getByRole('table').first().isVisible()).toBe(true);
    expect(visit.complaints).toEqual([]);
  });

  it('follow the width of the window', async () => {
    await using visit = await openContext(browser, { viewport: { width: 1280, height: 800 } });
    const { page } = visit;
    await open(page, consumption());
    const widths = () => page.locator('.uplot').evaluateAll((all) => all.map(({ clientWidth }) => clientWidth));
    const wide = Math.max(...(await widths()));
    await page.setViewportSize({ width: 360, height: 740 });
    await expect.poll(async () => Math.max(...(await widths()))).toBeLessThan(340);
    expect(wide).toBeGreaterThan(400);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it('show the same highest figure as the table', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await open(page, consumption());
    const name = await page.getByRole('img', { name: /^Written/ }).getAttribute('aria-label');
    const written = page.getByRole('table').locator('tbody tr').first().locator('td').nth(2);
    expect(name).toContain(`Highest: ${await written.textContent()} at`);
  });
});

describe('on the first day', () => {
  it('the axis is the asked stretch, nothing draws no bar, one size draws a dot', async () => {
    await using visit = await openContext(browser, { colorScheme: 'light' });
    const { page } = visit;
    const path = await firstDay(page);
    const monthAgo = DAY.format(Date.now() - 29 * 86_400_000);
    const name = await page.getByRole('img', { name: /^Active time/ }).getAttribute('aria-label');
    expect(name).toContain(`${monthAgo} to ${DAY.format(Date.now())}. Highest: 20 min at`);
    const painted = async (title: string) => await paints(page.locator('.plot', { hasText: title }), ACCENT.light);
    expect(await Promise.all(['Active time', 'Compute time', 'Storage'].map(painted))).toEqual([1, 0, 1]);
    await page.goto(`${web.url}${path}?by=hourly`);
    expect(await page.getByText('No usage in this period.').isVisible()).toBe(true);
    expect(visit.complaints).toEqual([]);
  });

  it('pointing at a bar names its time and figure', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await firstDay(page);
    const plot = page.locator('.plot', { hasText: 'Active time' });
    const { x = 0, y = 0, width = 0 } = (await plot.locator('.u-over').boundingBox()) ?? {};
    await page.mouse.move(x + width - 6, y + 40);
    await expect.poll(() => plot.locator('.plot-tip').textContent()).toBe(`20 min${DAY.format(Date.now())}`);
    await page.mouse.move(x + width / 2, y + 40);
    await expect.poll(() => plot.locator('.plot-tip').textContent()).toMatch(/^0 s/);
  });
});

it('drawing moves nothing on the page', async () => {
  await using visit = await openContext(browser);
  const { page } = visit;
  await open(page, history());
  await page.reload({ waitUntil: 'networkidle' });
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          resolve(list.getEntries().reduce((sum, entry) => sum + ((entry as { value?: number }).value ?? 0), 0));
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
      }),
  );
  expect(shift).toBe(0);
});

it('a sentence replaces the plot where nothing was measured', async () => {
  await using visit = await openContext(browser);
  const { page } = visit;
  const person = await addPerson(web.catalogue, 'idle');
  const organization = await addOrganization(web.catalogue, person);
  const { project } = await addProject(web.catalogue, organization.id, 'quiet');
  await signInAs({ web, page }, person);
  await page.goto(`${web.url}/app/${organization.id}/projects/${project.id}/consumption`);
  expect(await page.getByText('No usage in this period.').isVisible()).toBe(true);
  expect(await page.locator('[data-plot]').count()).toBe(0);
  expect(visit.complaints).toEqual([]);
});

it('the table stands alone without JavaScript', async () => {
  await using visit = await openContext(browser, { javaScriptEnabled: false });
  const { page } = visit;
  await enterAs({ web, page }, town, 'admin');
  await page.goto(web.url + history());
  expect(await page.locator('[data-plot-grid]').isVisible()).toBe(false);
  expect(await page.getByRole('row').count()).toBe(49);
});

async function open(page: Page, path: string): Promise<void> {
  await enterAs({ web, page }, town, 'admin');
  await page.goto(web.url + path);
  await page.locator('.uplot canvas').first().waitFor();
}

/** A project first measured today: twenty minutes, no statement, some storage. */
async function firstDay(page: Page): Promise<string> {
  const { catalogue } = web;
  const person = await addPerson(catalogue, 'fay');
  const { id } = await addOrganization(catalogue, person);
  const { project, compute } = await addProject(catalogue, id, 'new');
  const period = catalogue.db.selectFrom('plan_periods').select('id').where('account_id', '=', id);
  await catalogue.db
    .insertInto('consumption_frames')
    .values({
      account_id: id,
      period_id: (await period.executeTakeFirstOrThrow()).id,
      project_id: project.id,
      compute_id: compute.id,
      granularity: 'day',
      frame_start: new Date(new Date().toISOString().slice(0, 10)),
      active_time_ms: 1_200_000,
      compute_time_ms: 0,
      written_data_bytes: 0,
      data_transfer_bytes: 0,
      logical_size_bytes: 12_000_000,
      synthetic_storage_size_bytes: 12_300_000,
      logical_size_byte_ms: 0,
      synthetic_storage_byte_ms: 0,
      observed_ms: 1_200_000,
      unmeasured_metrics: [],
      updated_at: new Date(),
    })
    .execute();
  const path = `/app/${id}/projects/${project.id}/consumption`;
  await signInAs({ web, page }, person);
  await page.goto(web.url + path);
  await page.locator('.uplot canvas').first().waitFor();
  return path;
}

/** How many canvases hold that colour. */
async function paints(page: Page | Locator, colour: readonly number[]): Promise<number> {
  return await page.locator('.uplot canvas').evaluateAll((canvases, [red, green, blue]) => {
    const isPainted = (canvas: HTMLCanvasElement) => {
      // Read from a copy: Chromium complains of a page that reads its own canvas again and again.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
      copy?.drawImage(canvas, 0, 0);
      const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) return true;
      }
      return false;
    };
    return canvases.filter((canvas) => isPainted(canvas as HTMLCanvasElement)).length;
  }, colour);
}
