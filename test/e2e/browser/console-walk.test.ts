import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { CONSOLE_PLACES, enterAs } from './console-scenes.ts';
import { buildTown, INHABITANTS, type Town } from './console-town.ts';

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

const ADMIN_ONLY = 'admin 200, member 403, guest 404, operator 403, stranger 404';
const MEMBERS = 'admin 200, member 200, guest 404, operator 403, stranger 404';
const ADMINS_OWN = 'admin 200, member 404, guest 404, operator 403, stranger 404';
const GUESTS_OWN = 'admin 404, member 404, guest 200, operator 403, stranger 404';
const STRANGERS_OWN = 'admin 404, member 404, guest 404, operator 403, stranger 200';
const OPERATORS = 'admin 404, member 404, guest 404, operator 200, stranger 404';
const OPERATORS_ALONE = 'admin 403, member 403, guest 403, operator 200, stranger 403';
const EVERYBODY = 'admin 200, member 200, guest 200, operator 200, stranger 200';

/** Written by hand (docs/api.md, "Who may do what"). */
const WHO_SEES: Readonly<Record<string, string>> = {
  projects: MEMBERS,
  'projects-none-found': MEMBERS,
  'projects-empty': STRANGERS_OWN,
  'new-project': MEMBERS,
  attach: MEMBERS,
  shared: GUESTS_OWN,
  project: MEMBERS,
  'project-as-guest': GUESTS_OWN,
  connect: MEMBERS,
  databases: MEMBERS,
  consumption: MEMBERS,
  sharing: MEMBERS,
  'project-settings': MEMBERS,
  'new-compute': MEMBERS,
  suspend: MEMBERS,
  'compute-policy': MEMBERS,
  'delete-project': ADMIN_ONLY,
  'end-connection': ADMIN_ONLY,
  members: MEMBERS,
  'invite-members': ADMIN_ONLY,
  'pending-invites': MEMBERS,
  guests: MEMBERS,
  'invite-guests': ADMIN_ONLY,
  billing: MEMBERS,
  'billing-as-member': MEMBERS,
  settings: MEMBERS,
  'personal-settings': ADMINS_OWN,
  'delete-organization': ADMIN_ONLY,
  'organization-keys': ADMIN_ONLY,
  'personal-keys': ADMINS_OWN,
  'organization-tokens': ADMIN_ONLY,
  'personal-tokens': ADMINS_OWN,
  'new-token': ADMIN_ONLY,
  'trust-workload': ADMIN_ONLY,
  'new-organization': EVERYBODY,
  requests: OPERATORS,
  search: EVERYBODY,
  'my-sessions': EVERYBODY,
  'sign-out-everywhere': EVERYBODY,
  'my-profile': EVERYBODY,
  'my-invitations': EVERYBODY,
  'my-requests': EVERYBODY,
  'break-glass': EVERYBODY,
  access: ADMIN_ONLY,
  'access-of-production': ADMIN_ONLY,
  'access-as': ADMIN_ONLY,
  'break-glass-settings': ADMIN_ONLY,
  'second-factor-settings': ADMIN_ONLY,
  'remove-rule': ADMIN_ONLY,
  'start-rules': ADMIN_ONLY,
  why: 'admin 200, member 200, guest 404, operator 404, stranger 404',
  teams: MEMBERS,
  team: MEMBERS,
  'delete-team': ADMIN_ONLY,
  'remove-member': ADMIN_ONLY,
  'cancel-invite': ADMIN_ONLY,
  'remove-guest': ADMIN_ONLY,
  unshare: ADMIN_ONLY,
  'plan-question': 'admin 404, member 404, guest 404, operator 200, stranger 404',
  'sign-in-settings': ADMIN_ONLY,
  'revoke-key': ADMIN_ONLY,
  'revoke-token': ADMIN_ONLY,
  'link-login': MEMBERS,
  'delete-database': MEMBERS,
  'reset-role': MEMBERS,
  'delete-role': MEMBERS,
  transfer: ADMIN_ONLY,
  'leave-project': GUESTS_OWN,
  'delete-compute': MEMBERS,
  provisioning: ADMIN_ONLY,
  'revoke-scim-key': ADMIN_ONLY,
  notifications: ADMIN_ONLY,
  'end-own-connection': 'admin 200, member 404, guest 404, operator 404, stranger 404',
  'forget-approval': 'admin 200, member 404, guest 404, operator 404, stranger 404',
  'forget-key': 'admin 200, member 404, guest 404, operator 404, stranger 404',
  'ops-reset-link': OPERATORS_ALONE,
  'ops-make-operator': OPERATORS_ALONE,
  'ops-disable': OPERATORS_ALONE,
  'ops-remove': OPERATORS_ALONE,
  'ops-offboarding': OPERATORS_ALONE,
  security: EVERYBODY,
  'security-none': EVERYBODY,
  'one-time-codes': 'admin 303, member 303, guest 200, operator 303, stranger 303',
  'end-one-time-codes': EVERYBODY,
  'remove-passkey': 'admin 404, member 200, guest 404, operator 404, stranger 404',
  'request-state': EVERYBODY,
};

describe('each page opens for the people who may see it, and for nobody else', () => {
  it.each(CONSOLE_PLACES.map((place) => [place.name, place] as const))('%s', async (name, place) => {
    const statuses = await Promise.all(
      INHABITANTS.map(async (who) => {
        const jar = new BrowserJar(web.url);
        jar.setSession(town.cookies[who]);
        return `${who} ${(await jar.get(place.path(town))).status}`;
      }),
    );
    expect(statuses.join(', ')).toBe(WHO_SEES[name]);
  });

  it('leads with its "?" to a chapter that is there', async () => {
    const operations = ['/ops', '/ops/history', '/ops/nodes', '/ops/audit', '/ops/people', '/ops/requests'];
    const places = [
      ...CONSOLE_PLACES.map(({ as, path }) => ({ as, path: path(town) })),
      ...operations.map((path) => ({ as: 'operator', path }) as const),
    ];
    const chapters = new Map<string, string>();
    for (const { as, path } of places) {
      const jar = new BrowserJar(web.url);
      jar.setSession(town.cookies[as]);
      const help = /class="help-link" href="([^"]+)"/.exec((await jar.get(path)).text)?.[1] ?? '';
      const [chapter = '', anchor = ''] = help.split('#');
      if (!chapters.has(chapter)) chapters.set(chapter, (await jar.get(chapter)).text);
      expect(chapters.get(chapter), `the help of ${path}`).toContain(`id="${anchor}"`);
    }
    expect(chapters.size).toBeGreaterThan(2);
  });

  it('sends people who are not signed in to sign in and back', async () => {
    const jar = new BrowserJar(web.url);
    for (const place of CONSOLE_PLACES) {
      const path = place.path(town);
      expect((await jar.get(path)).location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    }
  });
});

describe('in a browser', () => {
  it('no page violates its content security policy, throws, or is wider than a phone', async () => {
    await using visit = await openContext(browser, { viewport: { width: 360, height: 780 } });
    const tooWide: string[] = [];
    for (const place of CONSOLE_PLACES) {
      await enterAs({ web, page: visit.page }, town, place.as);
      await visit.page.goto(web.url + place.path(town));
      const overflow = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) tooWide.push(`${place.name} by ${overflow} px`);
    }
    expect(visit.complaints).toEqual([]);
    expect(tooWide).toEqual([]);
  });

  it('no page loads more than 15 KB of script, apart from the plot library', async () => {
    await using visit = await openContext(browser);
    const scripts = new Map<string, number>();
    visit.page.on('response', async (response) => {
      const path = new URL(response.url()).pathname;
      if (path.endsWith('.js') && !path.includes('console-plots'))
        scripts.set(path, gzipSync(await response.body()).length);
    });
    for (const name of ['project', 'members', 'consumption']) {
      const place = CONSOLE_PLACES.find((each) => each.name === name);
      await enterAs({ web, page: visit.page }, town, 'admin');
      await visit.page.goto(web.url + place?.path(town), { waitUntil: 'networkidle' });
    }
    const total = [...scripts.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(scripts.size).toBeGreaterThan(0);
    expect(total).toBeLessThan(15 * 1_024);
  });

  it('menus open by keyboard, and Escape closes them without moving the focus', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'admin');
    await page.goto(`${web.url}/app/${town.organization.id}/people`);
    const kebab = page.locator('.kebab summary').first();
    await kebab.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.kebab[open]').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Demote to member');
    await page.keyboard.press('Escape');
    expect(await page.locator('.kebab[open]').count()).toBe(0);
    expect(await kebab.evaluate((summary) => summary === document.activeElement)).toBe(true);
  });

  it('draws the plots from the table, and hides nothing of the table', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await enterAs({ web, page }, town, 'member');
    await page.goto(`${web.url}/app/${town.organization.id}/billing`);
    expect(await page.locator('.plot canvas').count()).toBe(4);
    expect(await page.locator('table[role="table"]', { hasText: 'not measured' }).isVisible()).toBe(true);
    expect(visit.complaints).toEqual([]);
  });
});
