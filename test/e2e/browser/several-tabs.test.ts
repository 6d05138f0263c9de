import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoginRequestId, newConnectionId, personalAccountId } from '../../../src/ids.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import {
  addPersonWithPassword,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { developer, signInAs } from './approval/stage.ts';
import { press } from './console-clicks.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

async function signIn(page: Page, email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await press(page, 'Sign in');
}

/** Of a user of its own: nothing is remembered of a name that two people have opened. */
async function newLink() {
  return await openLoginLink(web, { address: '127.0.0.1', requestedUser: `user-${randomUUID()}` });
}

describe('two tabs of one browser', () => {
  it('with a login link each need one sign-in', async () => {
    await using visit = await openContext(browser);
    const { email, userId } = await addPersonWithPassword(web);
    await addProject(web.catalogue, personalAccountId(userId), 'shop');
    const [first, second] = [visit.page, await visit.context.newPage()];
    const links = [await newLink(), await newLink()] as const;
    await first.goto(web.url + links[0].path);
    await second.goto(web.url + links[1].path);
    await signIn(first, email);
    await signIn(second, email);
    expect([first.url(), second.url()]).toEqual(links.map(({ request }) => `${web.url}/psql_session/${request.id}`));
  });

  it('bring an approval through signing out in the other one', async () => {
    await using visit = await openContext(browser);
    const { email, userId } = await addPersonWithPassword(web);
    await addProject(web.catalogue, personalAccountId(userId), 'shop');
    const { page } = visit;
    const { path, request } = await newLink();
    await page.goto(web.url + path);
    await signIn(page, email);
    await page.getByLabel('Remember for').selectOption('1h');
    const other = await visit.context.newPage();
    await other.goto(`${web.url}/app`);
    await other.evaluate(() => document.querySelector<HTMLFormElement>('form[action="/sign-out"]')?.requestSubmit());
    await other.waitForURL('**/sign-in');
    await approve(page);
    await signIn(page, email);
    expect(await page.getByLabel('Remember for').inputValue()).toBe('1h');
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
    await approve(page);
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
  });
});

describe('loading a page again, and the back button', () => {
  it('make no second key, and show no form twice', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await developer({ web });
    await signInAs({ web, page }, person);
    const path = `${web.url}/app/${person.accountId}/api-keys`;
    await page.goto(path);
    await page.getByLabel('New key').fill('laptop');
    await press(page, 'Create key');
    const key = /postern_key_[\w-]{43}/;
    expect(await page.content()).toMatch(key);
    await page.reload();
    expect(await page.content()).toMatch(key);
    await page.goBack();
    await page.goForward();
    await page.goto(path);
    expect(await page.locator('a[href$="/revoke"]').count()).toBe(1);
    expect(visit.complaints).toEqual([]);
  });
});

// Chromium showed an error page, "Confirm form resubmission", in place of a refused form.
describe('a refused form', () => {
  it('is sent once, however often its page is loaded again or gone back to', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await developer({ web });
    await signInAs({ web, page }, person);
    let sent = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') sent += 1;
    });
    const save = async (name: string) => {
      await page.locator('input[name="name"]').fill(name);
      await press(page, 'Save name');
    };
    await page.goto(`${web.url}/app/me/profile`);
    await save(' ');
    await page.getByText('Enter your name').waitFor();
    await page.reload();
    await page.getByText('Enter your name').waitFor();
    await save('Ada Again');
    await page.getByText('Your name is saved').first().waitFor();
    await page.goBack();
    await page.getByText('Enter your name').waitFor();
    await page.goBack();
    expect([page.url(), await page.locator('[role="alert"]').count()]).toEqual([`${web.url}/app/me/profile`, 0]);
    expect([sent, visit.complaints]).toEqual([2, []]);
  });

  it('for signing in stays at its address with what was typed', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email } = await addPersonWithPassword(web);
    await page.goto(`${web.url}/sign-in?next=/app/me/profile`);
    await page.fill('#email', email);
    await page.fill('#password', 'not that one');
    await press(page, 'Sign in');
    await page.getByText('That email and password don’t match.').waitFor();
    await page.reload();
    expect(await page.inputValue('#email')).toBe(email);
    await signIn(page, email);
    expect(page.url()).toBe(`${web.url}/app/me/profile`);
    await page.goBack();
    expect(page.url()).toBe(`${web.url}/app/me/profile`);
  });
});

describe('a double click', () => {
  it('makes one key', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    const person = await developer({ web });
    await signInAs({ web, page }, person);
    const path = `${web.url}/app/${person.accountId}/api-keys`;
    await page.goto(path);
    await page.getByLabel('New key').fill('laptop');
    await page.getByRole('button', { name: 'Create key' }).dblclick({ noWaitAfter: true });
    await page.waitForURL('**?shown=*');
    expect(await page.content()).toMatch(/postern_key_[\w-]{43}/);
    await page.goto(path);
    expect(await page.locator('a[href$="/revoke"]').count()).toBe(1);
  });
});

describe('seven approval pages over HTTP/1.1', () => {
  it('all load, and each follows its terminal', async () => {
    await using visit = await openContext(browser);
    const person = await developer({ web });
    await signInAs({ web, page: visit.page }, person);
    const opened = [];
    for (let count = 0; count < 7; count += 1) opened.push(await openApproval(visit.context));
    await opened[0]?.page.goto(`${web.url}/app`);
    for (const { page, request } of opened.slice(1)) {
      await web.loginRequests.abandon(request.id, 'client_gone');
      await page.locator('[data-decide]').waitFor({ state: 'detached' });
    }
    expect(visit.complaints).toEqual([]);
  });
});

describe('a page whose stream is refused', () => {
  // A browser never asks again by itself then.
  it.each([429, 503])('with %i follows its terminal to the end all the same', async (status) => {
    await using visit = await openContext(browser);
    const { page } = visit;
    const person = await developer({ web });
    await signInAs({ web, page }, person);
    const { path, request } = await newLink();
    await page.goto(web.url + path);
    let refused = 0;
    await page.route('**/events*', async (route) => {
      if (refused > 1) return await route.continue();
      refused += 1;
      await route.fulfill({ status });
    });
    await approve(page);
    await connect(page, request.id);
    expect(refused).toBe(2);
  });
});

describe('a browser that sees the installation', () => {
  it.each(['at 127.0.0.1', 'through a forward'])('%s signs in, approves and follows', async (how) => {
    await using relay = await startTcpRelay(Number(new URL(web.localUrl).port));
    const origin = how === 'at 127.0.0.1' ? web.localUrl : `http://localhost:${relay.port}`;
    await using visit = await openContext(browser);
    const { page } = visit;
    const { email, userId } = await addPersonWithPassword(web);
    await addProject(web.catalogue, personalAccountId(userId), 'shop');
    const { path, request } = await newLink();
    await page.goto(origin + path);
    await signIn(page, email);
    expect(page.url()).toBe(`${origin}/psql_session/${request.id}`);
    await approve(page);
    await connect(page, request.id);
  });

  it('with 30 KB of other applications’ cookies signs in', async () => {
    await using visit = await openContext(browser);
    const cookies = Array.from({ length: 15 }, (_, n) => ({ name: `app${n}`, value: 'x'.repeat(2_000), url: web.url }));
    await visit.context.addCookies(cookies);
    const { email } = await addPersonWithPassword(web);
    await visit.page.goto(`${web.url}/sign-in?next=/app/me/profile`);
    await signIn(visit.page, email);
    expect(visit.page.url()).toBe(`${web.url}/app/me/profile`);
  });
});

async function openApproval(context: BrowserContext) {
  const { path, request } = await newLink();
  const page = await context.newPage();
  await page.goto(web.url + path);
  return { page, request };
}

/** What the terminal does after the approval, seen on the page. */
async function connect(page: Page, id: LoginRequestId): Promise<void> {
  await page.getByRole('heading', { name: 'Approved' }).waitFor();
  await web.loginRequests.consume(id);
  const to = { database: 'appdb', databaseRole: 'app', projectName: 'shop', connectionId: newConnectionId() };
  await web.loginRequests.setProgress(id, { kind: 'connected', ...to });
  await page.getByRole('heading', { name: 'You’re connected to' }).waitFor();
}

async function approve(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.locator('button[value="approve"]:not([aria-disabled])').click();
  await loaded;
}
