// The web side as Chromium sees it behind haproxy and nginx, over http2 and HTTP/1.1.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { personalAccountId } from '../../src/ids.ts';
import { press } from '../e2e/browser/console-clicks.ts';
import { launchBrowser, openContext } from '../support/browser/browser.ts';
import { addPersonWithPassword, openLoginLink, PASSWORD, startWeb } from '../support/browser/web-for-tests.ts';
import { addProject } from '../support/databases/catalogue-for-tests.ts';
import { freePort } from '../support/databases/redis-for-tests.ts';
import { startWebProxy, type WebProxy } from './web-proxies.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

async function startBehind(which: WebProxy, http: 'http2' | 'http/1.1') {
  const [port, webPort] = [await freePort(), await freePort()];
  const web = await startWeb({
    POSTERN_PUBLIC_URL: `https://localhost:${port}`,
    POSTERN_HTTP_PORT: String(webPort),
  });
  onTestFinished(() => web.close());
  const proxy = await startWebProxy(which, { port, webPort, http });
  onTestFinished(() => proxy.close());
  return web;
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', password);
  await press(page, 'Sign in');
}

describe('a browser with 30 KB of other applications’ cookies', () => {
  it.each([
    ['haproxy', 'http2'],
    ['haproxy', 'http/1.1'],
    ['nginx', 'http2'],
    ['nginx', 'http/1.1'],
  ] as const)('behind %s over %s signs in, is corrected and approves', async (which, http) => {
    const web = await startBehind(which, http);
    const { email, userId } = await addPersonWithPassword(web);
    await addProject(web.catalogue, personalAccountId(userId), 'shop');
    await using visit = await openContext(browser, { ignoreHTTPSErrors: true });
    const { page, context } = visit;
    const cookies = Array.from({ length: 15 }, (_, n) => ({ name: `app${n}`, value: 'x'.repeat(2_000), url: web.url }));
    await context.addCookies(cookies);
    const { path, request } = await openLoginLink(web, { address: '127.0.0.1' });
    await page.goto(web.url + path);
    const spoken = 'performance.getEntriesByType("navigation")[0].nextHopProtocol';
    expect(await page.evaluate(spoken)).toBe(http === 'http2' ? 'h2' : http);
    await signIn(page, { email, password: 'not that one' });
    await page.getByText('That email and password don’t match.').waitFor();
    await page.reload();
    await signIn(page, { email, password: PASSWORD });
    expect(page.url()).toBe(`${web.url}/psql_session/${request.id}`);
    const loaded = page.waitForEvent('load');
    await page.locator('button[value="approve"]:not([aria-disabled])').click();
    await loaded;
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    await page.goto(`${web.url}/app/me/profile`);
    // About as long as a form in an address may be.
    await page
      .locator('input[name="name"]')
      .evaluate((field: HTMLInputElement) => field.setAttribute('maxlength', '9999'));
    await page.locator('input[name="name"]').fill('y'.repeat(1_500));
    await press(page, 'Save name');
    await page.getByText('At most 100 characters').waitFor();
    expect(page.url().length).toBeGreaterThan(2_000);
    expect(visit.complaints).toEqual([]);
  });
});
