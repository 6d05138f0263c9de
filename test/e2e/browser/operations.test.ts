import { gzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { asOperator, fillFleet, type RegisteredForTests, register } from './operations-scenes.ts';

const CONNECTIONS = 2_000;

let web: WebForTests;
let browser: Browser;
let fleet: RegisteredForTests[] = [];

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

beforeEach(() => {
  fleet = fillFleet(web, CONNECTIONS);
  return () => {
    for (const connection of fleet) connection.close();
  };
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

async function openList(page: Page, query = ''): Promise<void> {
  await asOperator({ web, page });
  await page.goto(`${web.url}/ops${query}`);
  await page.locator('[data-live-controls]:not([hidden])').waitFor();
}

const rowsIn = (page: Page) => page.locator('.live tbody tr:not(.filler)');
const hrefOf = (row: Locator) => row.locator('.of-who a').getAttribute('href');
const statusOf = (page: Page, text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor();

describe('the list of live connections', () => {
  it('holds thousands, renders those in view, and scrolls to the last', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page);
    await statusOf(page, '2,000 connections');
    expect(await page.locator('.live').getAttribute('aria-rowcount')).toBe(String(CONNECTIONS + 1));
    expect(await rowsIn(page).count()).toBeLessThan(80);
    await page.getByRole('region', { name: 'Live connections' }).focus();
    await page.keyboard.press('End');
    const last = fleet.at(-1)?.record.id ?? '';
    await page.locator(`a[href="/ops/connections/${last}"]`).waitFor();
    expect(await rowsIn(page).last().getAttribute('aria-rowindex')).toBe(String(CONNECTIONS + 1));
    expect(await rowsIn(page).count()).toBeLessThan(80);
    expect(visit.complaints).toEqual([]);
  });

  it('filters and sorts at once, by keyboard, and keeps both in the URL', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page);
    await page.getByLabel('Find connections').fill('warehouse');
    await waitUntil(async () => !(await rowsIn(page).first().textContent())?.includes('ocean'), 'the list is narrowed');
    await page.getByRole('link', { name: 'Sort by Received' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('th.of-received[aria-sort="descending"]').waitFor();
    const largest = fleet
      .map(({ record }) => record)
      .filter(({ projectName }) => projectName === 'warehouse')
      .sort((a, b) => b.bytesToClient - a.bytesToClient)[0];
    await waitUntil(async () => {
      return (await hrefOf(rowsIn(page).first()))?.startsWith(`/ops/connections/${largest?.id}?list=`) === true;
    }, 'the largest stands first');
    expect(new URL(page.url()).search).toBe('?search=warehouse&sort=received&order=desc');
    await page.reload();
    await page.locator('[data-live-controls]:not([hidden])').waitFor();
    expect(await hrefOf(rowsIn(page).first())).toContain(`/ops/connections/${largest?.id}?list=`);
    expect(visit.complaints).toEqual([]);
  });

  it('updates rows without reloading, unless it is paused', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page, '?search=newcomer');
    const newcomer = register(web, { personEmail: 'newcomer@example.com', phase: 'relaying' });
    const row = rowsIn(page).filter({ hasText: 'newcomer@example.com' });
    await row.waitFor();
    newcomer.handle.current = {
      ...{ bytesToUpstream: 0, bytesToClient: 3_145_728, transactionStatus: 'T' },
      ...{ queryState: 'idle', queryStateSince: Date.now() - 840_000 },
    };
    await row.getByText('3.0 MiB', { exact: true }).waitFor();
    await row.getByText('Idle in transaction 14m').waitFor();
    await row.getByText(/iB\/s$/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    newcomer.close();
    // Another stream tells when the change has been sent to everybody.
    await page.evaluate((path) => {
      return new Promise<void>((seen) => {
        const events = new EventSource(path);
        let count = 0;
        events.addEventListener('delta', () => {
          count += 1;
          if (count < 2) return;
          events.close();
          seen();
        });
      });
    }, '/ops/events');
    expect(await row.count()).toBe(1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await row.waitFor({ state: 'detached' });
    expect(visit.complaints).toEqual([]);
  });

  it('cuts off no state and no heading, on a phone either', async () => {
    await using visit = await openContext(browser, { viewport: { width: 1280, height: 860 } });
    const { page } = visit;
    await openList(page);
    const cut = (selector: string) =>
      page
        .locator(selector)
        .evaluateAll((cells) =>
          cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
        );
    expect(await cut('.live thead th, .live .of-state')).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await cut('.live .of-state, .live .of-age')).toEqual([]);
    expect(visit.complaints).toEqual([]);
  });

  it('sends a NOTICE to the ticked connections, also when they are out of view', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page, '?sort=pid');
    await rowsIn(page).first().getByRole('checkbox').check();
    await page.getByRole('region', { name: 'Live connections' }).focus();
    await page.keyboard.press('End');
    await page.locator(`[aria-rowindex="${CONNECTIONS + 1}"]`).waitFor();
    expect(await rowsIn(page).filter({ hasText: 'pid 20000' }).count()).toBe(0);
    expect(await page.locator('#notice-text').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Send NOTICE…' }).click();
    await page.getByLabel(/Send a NOTICE to the selected \(1\)/).fill('maintenance at noon');
    await page.keyboard.press('Enter');
    await page.getByText('Notice sent to person-0@example.com').first().waitFor();
    const told = fleet.filter(({ handle }) => handle.notices.length > 0);
    expect(told.map(({ record }) => record.upstreamPid)).toEqual([20_000]);
    expect(visit.complaints).toEqual([]);
  });

  it('has the acts in the row, and comes back from them as it was', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page, '?search=billing&sort=pid');
    const running = rowsIn(page)
      .filter({ hasText: /Running/ })
      .first();
    await running.locator('summary').click();
    expect(await running.locator('.menu-item').allTextContents()).toEqual(['Cancel query…', 'Send NOTICE…', 'End…']);
    await page.keyboard.press('Escape');
    const idle = rowsIn(page)
      .filter({ hasText: /Idle|idle/ })
      .first();
    await idle.locator('summary').click();
    expect(await idle.locator('.menu-item').allTextContents()).toEqual(['Send NOTICE…', 'End…']);
    const id = (await hrefOf(idle))?.split('?')[0]?.split('/').at(-1);
    await idle.getByRole('link', { name: 'Send NOTICE…' }).click();
    await page.locator('#notice-text').fill('maintenance at noon');
    await page.keyboard.press('Enter');
    const told = fleet.find(({ record }) => record.id === id);
    await page.getByText(`Notice sent to ${told?.record.personEmail}`).first().waitFor();
    expect(new URL(page.url()).pathname).toBe(`/ops/connections/${id}`);
    expect(told?.handle.notices).toEqual(['maintenance at noon']);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.waitForURL(`${web.url}/ops?search=billing&sort=pid`);
    expect(visit.complaints).toEqual([]);
  });

  it('opens a connection beside the list, which stays open after a NOTICE', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page, '?sort=pid');
    await page.getByRole('link', { name: 'Idle', exact: true }).click();
    await page.waitForURL(/search=state%3Aidle/);
    await waitUntil(async () => {
      return (await rowsIn(page).locator('.of-state').allTextContents()).every((state) => state.startsWith('Idle'));
    }, 'only idle ones are listed');
    const row = rowsIn(page).nth(1);
    const name = await row.getByRole('link').first().textContent();
    await row.getByRole('link').first().click();
    const panel = page.getByRole('region', { name: 'Connection', exact: true });
    await panel.getByRole('heading', { name: name ?? '' }).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    await row.getByRole('link').first().click();
    await panel.getByLabel('Text').fill('maintenance at noon');
    await page.keyboard.press('Enter');
    await page.locator('.toast', { hasText: `Notice sent to ${name}` }).waitFor();
    await panel.getByRole('heading', { name: name ?? '' }).waitFor();
    expect(new URL(page.url()).search).toMatch(/^\?search=state%3Aidle&sort=pid&open=/);
    expect(visit.complaints).toEqual([]);
  });

  it('has a bar for what is ticked, by which they end together', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openList(page, '?search=billing&sort=pid');
    const bar = page.getByRole('region', { name: 'Selection' });
    expect(await bar.count()).toBe(0);
    for (const index of [0, 1]) await rowsIn(page).nth(index).getByRole('checkbox').check();
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Send NOTICE…' }).click();
    expect(await page.locator('#notice-text').evaluate((field) => field === document.activeElement)).toBe(true);
    await bar.getByRole('link', { name: 'End…' }).click();
    await page.getByRole('heading', { name: 'End 2 connections?' }).waitFor();
    await page.getByLabel('Reason').fill('failing over');
    await page.getByRole('button', { name: 'End connections' }).click();
    await page.getByText('The connections have ended').first().waitFor();
    await page.waitForURL(`${web.url}/ops?search=billing&sort=pid`);
    const ended = fleet.filter(({ handle }) => handle.ends.length > 0);
    expect(ended.map(({ record }) => record.projectName)).toEqual(['billing-and-invoices', 'billing-and-invoices']);
    const end = { kind: 'killed', reason: 'failing over' };
    expect(ended.flatMap(({ handle }) => handle.ends)).toEqual([end, end]);
    expect(visit.complaints).toEqual([]);
  });

  it('is usable without JavaScript: find, open, end with a reason', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    await asOperator({ web, page });
    await page.goto(`${web.url}/ops`);
    await page.getByLabel('Find connections').fill('person-7@example.com billing');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    // Until then the rows are those of the page that is being left.
    await page.waitForURL(/[?&]search=/);
    const link = rowsIn(page).first().getByRole('link');
    const id = (await link.getAttribute('href'))?.split('?')[0]?.split('/').at(-1);
    await link.click();
    await page.locator('#end-text').fill('failing over');
    await page.getByRole('button', { name: 'End connection' }).click();
    await page.getByText('The connection has ended').waitFor();
    const ended = fleet.find(({ record }) => record.id === id);
    expect(ended?.handle.ends).toEqual([{ kind: 'killed', reason: 'failing over' }]);
  });

  it('needs less than 17 KB of scripts, gzipped', async () => {
    await using visit = await openContext(browser);
    const sizes: number[] = [];
    visit.page.on('response', async (response) => {
      if (response.url().endsWith('.js')) sizes.push(gzipSync(await response.body()).length);
    });
    await openList(visit.page);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(17 * 1_024);
  });
});
