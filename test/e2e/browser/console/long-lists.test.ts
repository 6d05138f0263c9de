import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteMembers } from '../../../../src/catalogue/accounts/invite-members.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { actingAs } from '../../../support/databases/catalogue-for-tests.ts';
import { heading, press, rowNames } from '../console-clicks.ts';
import { enterAs } from '../console-scenes.ts';
import { buildTown, type Town } from '../console-town.ts';

let web: WebForTests;
let browser: Browser;
let town: Town;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  town = await buildTown(web);
  const invitations = Array.from({ length: 60 }, (_, index) => ({
    email: `guest${String(index).padStart(2, '0')}-${town.organization.id}@example.com`,
    memberRole: 'member' as const,
  }));
  const accountId = town.organization.id;
  await inviteMembers(web.catalogue, await actingAs(web.catalogue, town.admin), { accountId, invitations });
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

async function openInvites(page: Page, query = ''): Promise<void> {
  await enterAs({ web, page }, town, 'admin');
  await page.goto(`${web.url}/app/${town.organization.id}/people/invitations${query}`);
}

describe('sixty pending invites', () => {
  it('are counted on their tab, come in pages, and are found by a part of the e-mail', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    await openInvites(page);
    const tab = page.getByRole('navigation', { name: 'People' }).getByRole('link', { name: /^Pending invites/ });
    expect(await tab.textContent()).toBe('Pending invites 62');
    expect(await rowNames(page)).toHaveLength(50);
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await rowNames(page)).toHaveLength(12);
    await page.getByLabel('Find an invite').fill('guest07');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await rowNames(page)).toEqual([expect.stringMatching(/^guest07-/)]);
    expect(await page.getByRole('status').textContent()).toBe('1 of 62 invites');
  });

  it('are sorted by a click on a header, and the other way by the next', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openInvites(page, '?search=guest0');
    await page.getByRole('link', { name: 'Email' }).click();
    await page.waitForURL(/sort=email&order=asc/);
    const names = await rowNames(page);
    expect(names).toEqual([...names].sort());
    await page.getByRole('link', { name: 'Email' }).click();
    await page.waitForURL(/order=desc/);
    expect(await rowNames(page)).toEqual(names.reverse());
    expect(await page.getByRole('columnheader', { name: 'Email' }).getAttribute('aria-sort')).toBe('descending');
  });

  it('are canceled together when they are ticked', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openInvites(page, '?search=guest1');
    await page.getByLabel(/^guest10-/).check();
    await page.getByLabel(/^guest11-/).check();
    await press(page, 'Cancel the ticked invites');
    await openInvites(page, '?search=guest1');
    const left = await rowNames(page);
    expect(left).toHaveLength(8);
    expect(left.some((name) => /^guest1[01]-/.test(name))).toBe(false);
  });
});

describe('Ctrl-K', () => {
  it('finds a project of another account, and Enter opens it', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    await page.goto(`${web.url}/app/me/profile`);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('shop');
    await page.getByRole('option', { name: /^shop/ }).first().waitFor();
    await expect.poll(() => page.getByRole('option').count()).toBeLessThan(4);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/projects/${town.shop.project.id}$`));
    expect(await heading(page)).toBe('shop');
    expect(visit.complaints).toEqual([]);
  });

  it('finds people, pages and actions, chosen with the arrow keys; Escape closes it', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    await page.goto(`${web.url}/app/me/profile`);
    await page.getByRole('link', { name: /^Search/ }).click();
    const find = async (text: string) => {
      await page.getByRole('combobox').fill(text);
      const first = page.getByRole('option').first();
      await expect.poll(() => first.textContent()).toMatch(new RegExp(text.split(' ')[0] ?? '', 'i'));
      return await page.getByRole('option').allTextContents();
    };
    expect(await find(town.member.email)).toEqual([expect.stringContaining('Person')]);
    expect((await find('billing example')).join()).toContain('Page');
    expect((await find('invite')).join()).toContain('Action');
    await find('settings');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('option').nth(1).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
  });

  it('shows nothing of other people’s accounts', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'stranger');
    for (const text of ['shop', town.admin.email, town.organization.name]) {
      await page.goto(`${web.url}/search?${new URLSearchParams({ q: text })}`);
      expect(await page.locator('.hit').count(), text).toBe(0);
    }
  });

  it('is a page of its own without JavaScript', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    await enterAs({ web, page }, town, 'guest');
    await page.goto(`${web.url}/app/me/profile`);
    await page.getByRole('link', { name: /^Search/ }).click();
    await page.getByRole('searchbox').fill('shop');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('region', { name: 'Projects' }).getByRole('link', { name: /^shop/ }).click();
    expect(await heading(page)).toBe('shop');
  });
});
