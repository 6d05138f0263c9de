import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newConnectionId, personalAccountId } from '../../../src/ids.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import {
  addPersonWithPassword,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { approve, developer, openLink, signInAs } from './approval/stage.ts';
import { busyDeveloper } from './busy-developer.ts';
import { guardedDeveloper } from './guarded-developer.ts';
import { SCENES } from './scenes.ts';

let web: WebForTests;
let browser: Browser;

const HERE = '127.0.0.1';

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

const CONNECTED = {
  kind: 'connected',
  database: 'appdb',
  databaseRole: 'app',
  projectName: 'shop',
  connectionId: newConnectionId(),
} as const;

describe('without JavaScript', () => {
  it('a person signs in, chooses, approves, and the page follows the connection', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    const person = await addPersonWithPassword(web);
    await addProject(web.catalogue, personalAccountId(person.userId), 'shop');
    await addProject(web.catalogue, personalAccountId(person.userId), 'ledger');
    const { path, request } = await openLoginLink(web, { address: HERE });
    await page.goto(web.url + path);
    await page.fill('#email', person.email);
    await page.fill('#password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/psql_session/${request.id}`);
    await page.getByRole('radio', { name: /ledger/ }).check();
    await page.getByLabel('Remember for').selectOption('1h');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    await web.loginRequests.consume(request.id);
    await web.loginRequests.setProgress(request.id, CONNECTED);
    await page.getByRole('heading', { name: 'You’re connected to shop (read-write)' }).waitFor();
    await page.getByText(/Remembered until \d\d:\d\d UTC/).waitFor();
    await page.getByText(/^psql -h .* -d shop$/).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  it('a person denies', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'Denied' }).waitFor();
    await page.getByText(/^psql -h /).waitFor();
  });
});

describe('with JavaScript or without', () => {
  it.each([true, false])('"This was not me" asks first and is taken back by Cancel, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    const ask = async () => {
      await page.getByRole('link', { name: 'This was not me' }).click();
      await page.getByRole('heading', { name: `Report and block ${HERE}?` }).waitFor();
    };
    await ask();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: 'psql wants to connect as you' }).waitFor();
    await ask();
    await page.getByRole('button', { name: 'Report and block' }).click();
    await page.getByRole('heading', { name: 'Blocked. Nobody got in.' }).waitFor();
    await page.getByRole('link', { name: 'Review your sessions' }).click();
    await page.getByRole('heading', { name: 'My sessions' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });
});

describe('with JavaScript', () => {
  it('the page shows each step of the connection as it happens', async () => {
    await using visit = await openContext(browser);
    const stage = { web, page: visit.page };
    await signInAs(stage, await developer(stage));
    const { path, request } = await openLoginLink(web, { address: HERE });
    await stage.page.goto(web.url + path);
    await approve(stage);
    const heading = (name: string) => stage.page.getByRole('heading', { name }).waitFor();
    await heading('Approved');
    await web.loginRequests.consume(request.id);
    await web.loginRequests.setProgress(request.id, { kind: 'waking' });
    await heading('Waking the compute');
    await web.loginRequests.setProgress(request.id, { kind: 'connecting' });
    await heading('Connecting');
    await web.loginRequests.setProgress(request.id, CONNECTED);
    await heading('You’re connected to shop (read-write)');
    expect(await stage.page.title()).toBe('✓ Connected to shop · Postern');
    await visit.page.getByText('You can close this tab.').waitFor();
    const end = visit.page.getByRole('link', { name: 'End this connection' });
    expect(await end.getAttribute('href')).toBe(`/app/me/sessions/connections/${CONNECTED.connectionId}/end`);
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit.page.getByRole('button', { name: 'Copy command' }).click();
    await visit.page.getByText('Copied').waitFor();
    expect(await visit.page.evaluate(() => navigator.clipboard.readText())).toMatch(/^psql -h .* -d shop$/);
    expect(visit.complaints).toEqual([]);
  });

  it('the page shows at once that the terminal closed during the choice', async () => {
    await using visit = await openContext(browser);
    const stage = { web, page: visit.page };
    await signInAs(stage, await developer(stage));
    const { path, request } = await openLoginLink(web, { address: HERE });
    await stage.page.goto(web.url + path);
    await web.loginRequests.abandon(request.id, 'terminal_closed');
    await stage.page.getByRole('heading', { name: 'The terminal closed' }).waitFor();
  });

  it('the page lists later terminals, and a tick applies only to those it stood by', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await developer({ web });
    // A terminal of its own: others of this file wait at the same address.
    const origin = { address: HERE, requestedUser: `user-${person.userId}` };
    await signInAs({ web, page }, person);
    const first = await openLoginLink(web, origin);
    await page.goto(web.url + first.path);
    expect(await page.getByRole('checkbox', { name: 'Also approve' }).count()).toBe(0);
    const openedElsewhere = async () => {
      const link = await openLoginLink(web, origin);
      await web.loginRequests.claim(link.request.id, { userId: person.userId, browserAddress: HERE });
      return link;
    };
    const second = await openedElsewhere();
    const one = page.getByRole('checkbox', { name: 'Also approve 1 more connection' });
    await one.check();
    const third = await openedElsewhere();
    const two = page.getByRole('checkbox', { name: 'Also approve 2 more connections' });
    await two.waitFor();
    expect(await two.isChecked()).toBe(false);
    await two.check();
    const fourth = await openLoginLink(web, origin);
    const codes = page.getByLabel('Codes of other connections to let in');
    await codes.fill(fourth.request.userCode);
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    for (const { request } of [first, second, third, fourth]) {
      expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
    }
    expect(visit.complaints).toEqual([]);
  });

  it('a second tab shows that the first one has decided', async () => {
    await using visit = await openContext(browser);
    const first = { web, page: visit.page };
    const { path } = await openLink(first, await developer(first), HERE);
    const second = await visit.context.newPage();
    await second.goto(web.url + path);
    await approve(first);
    await second.getByRole('heading', { name: 'Approved' }).waitFor();
  });

  it('Approve ignores clicks for half a second and keeps its focus, Deny does not', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const stage = { web, page };
    await page.clock.install();
    const { path } = await openLink(stage, await developer(stage), HERE);
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.reload();
    const approving = page.locator('button[value="approve"]');
    expect(await approving.getAttribute('aria-disabled')).toBe('true');
    expect(await page.locator('button[value="deny"]').getAttribute('aria-disabled')).toBe(null);
    await approving.focus();
    await page.keyboard.press('Enter');
    await page.getByText('That was quick.').waitFor();
    expect(await approving.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.clock.runFor(500);
    expect(await approving.getAttribute('aria-disabled')).toBe(null);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
  });

  it('search and arrow keys select a project; Enter in the search submits nothing', async () => {
    await using visit = await openContext(browser);
    const stage = { web, page: visit.page };
    await openLink(stage, await busyDeveloper(stage), HERE);
    await stage.page.getByLabel('Find a project').fill('example ware');
    expect(await stage.page.getByRole('radio', { name: /warehouse/ }).isVisible()).toBe(true);
    expect(await stage.page.getByRole('radio', { name: /ledger/ }).isVisible()).toBe(false);
    expect(await stage.page.locator('[data-picker-count]').textContent()).toBe('1 to choose from');
    await stage.page.keyboard.press('Enter');
    expect(await stage.page.getByRole('radio', { name: /warehouse/ }).isChecked()).toBe(true);
    await stage.page.getByLabel('Find a project').fill('');
    await stage.page.keyboard.press('ArrowDown');
    await stage.page.keyboard.press('ArrowDown');
    expect(await stage.page.locator('input[name="compute_id"]').nth(1).isChecked()).toBe(true);
  });

  it('read only is offered where the selected compute has a role for it', async () => {
    await using visit = await openContext(browser);
    const stage = { web, page: visit.page };
    await openLink(stage, await developer(stage), HERE);
    await stage.page.getByLabel('Access').selectOption('read_only');
    expect(await stage.page.getByLabel('Access').inputValue()).toBe('read_only');
  });
});

describe('a compute that requires a recent sign-in', () => {
  it.each([true, false])('sends the person to sign in and back to the selection, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    const { path } = await openLink({ web, page }, await guardedDeveloper({ web }), HERE);
    await page.getByText('asks to sign in again').waitFor();
    await page.getByLabel('Remember for').selectOption('1h');
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
    await page.fill('#password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'psql wants to connect as you' }).waitFor();
    expect(await page.getByRole('radio', { name: /payroll/ }).isChecked()).toBe(true);
    expect(await page.getByLabel('Remember for').inputValue()).toBe('1h');
    expect(await page.getByText('asks to sign in again').count()).toBe(0);
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(path);
    expect(visit.complaints).toEqual([]);
  });
});

describe('a page in any state', () => {
  it.each(SCENES.map((scene) => [scene.name, scene] as const))(
    '%s violates no policy and contacts no third party',
    async (_name, scene) => {
      await using visit = await openContext(browser);
      const foreign: string[] = [];
      visit.page.on('request', (request) => {
        if (!request.url().startsWith(web.url)) foreign.push(request.url());
      });
      await scene.play({ web, page: visit.page });
      expect(foreign).toEqual([]);
      const refusals = /^Failed to load resource: the server responded with a status of 4\d\d/;
      expect(visit.complaints.filter((complaint) => !refusals.test(complaint))).toEqual([]);
    },
  );

  it('cannot be framed by another site', async () => {
    await using visit = await openContext(browser);
    await visit.page.setContent(`<iframe src="${web.url}/sign-in"></iframe>`);
    await visit.page.waitForLoadState('networkidle');
    const frame = visit.page.frames()[1];
    expect(await frame?.locator('#email').count()).toBe(0);
  });
});

describe('the size', () => {
  it('of the approval page is under 60 KB, of each page’s script under 15 KB gzipped', async () => {
    await using visit = await openContext(browser);
    const stage = { web, page: visit.page };
    const sizes: Array<{ url: string; bytes: number; gzipped: number }> = [];
    const reading: Array<Promise<void>> = [];
    visit.page.on('response', (response) => {
      if (response.status() !== 200 || response.url().endsWith('/events')) return;
      const read = async () => {
        const body = await response.body();
        sizes.push({ url: response.url(), bytes: body.length, gzipped: gzipSync(body).length });
      };
      // What a page that was left behind still loaded has no body any more.
      reading.push(read().catch(() => {}));
    });
    await openLink(stage, await busyDeveloper(stage), HERE);
    await stage.page.locator('button[value="approve"]:not([data-arming])').waitFor();
    await Promise.all(reading);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(60_000);
    await stage.page.getByRole('radio', { name: /warehouse/ }).check();
    await approve(stage);
    for (const { url, gzipped } of sizes.filter((size) => size.url.endsWith('.js'))) {
      expect(gzipped, url).toBeLessThan(15_000);
    }
  });
});
