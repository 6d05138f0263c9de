// A page of an attacker has the person click or press Enter twice: it opens its link below a window
// of its own, which closes at the first press, so that the second one reaches our page.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { type OidcProviderForTests, startOidcProvider } from '../../../support/browser/oidc-provider.ts';
import { openLoginLink, startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { freePort } from '../../../support/databases/redis-for-tests.ts';
import { approve, developer, HERE, openLink, signInAs } from './stage.ts';

let web: WebForTests;
let browser: Browser;
let provider: OidcProviderForTests;

beforeAll(async () => {
  const port = await freePort();
  const redirectUri = `http://localhost:${port}/sign-in/oidc/callback`;
  const accounts = { nina: { email: 'nina@example.com', email_verified: true, name: 'Nina' } };
  provider = await startOidcProvider({ redirectUri, accounts });
  const settings = {
    POSTERN_HTTP_PORT: String(port),
    POSTERN_OIDC_ISSUER: provider.issuer,
    POSTERN_OIDC_CLIENT_ID: provider.clientId,
    POSTERN_OIDC_CLIENT_SECRET: provider.clientSecret,
    POSTERN_OIDC_NAME: 'Acme ID',
  };
  [web, browser] = await Promise.all([startWeb(settings), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
  await provider[Symbol.asyncDispose]();
});

/** A button that navigates to the link and opens a window over it, which goes when pressed. */
async function startAttacker(link: string) {
  const popup = `<script>for (const press of ['mousedown', 'keydown']) addEventListener(press, () => close())</script>`;
  const lure = `<button onclick="location.href = '${link}'; open('/popup', 'p', 'width=300,height=300')">Prize</button>`;
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html').end(request.url === '/popup' ? popup : lure);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Headless browsers have no windows before others: the page is told what they would tell it. */
async function putBehind(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let isInFront = false;
    document.hasFocus = () => isInFront;
    for (const [name, becomes] of [
      ['test-front', true],
      ['test-behind', false],
    ] as const) {
      addEventListener(name, () => {
        isInFront = becomes;
        dispatchEvent(new Event(becomes ? 'focus' : 'blur'));
      });
    }
  });
}

async function turn(page: Page, where: 'front' | 'behind'): Promise<void> {
  await page.evaluate((name) => void dispatchEvent(new Event(name)), `test-${where}`);
}

async function statusOf(id: Parameters<WebForTests['loginRequests']['find']>[0]) {
  return (await web.loginRequests.find(id))?.status;
}

describe('Approve below a window of another site', () => {
  it.each(['click', 'Enter', 'Space'] as const)('does not take the second of two presses: %s', async (how) => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await putBehind(page);
    await page.clock.install();
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.reload();
    const button = page.locator('[data-approve]');
    if (how === 'Space') await button.focus();
    const press = how === 'click' ? () => button.click({ force: true }) : () => page.keyboard.press(how);
    await page.clock.runFor(10_000);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await turn(page, 'front');
    await page.clock.runFor(450);
    await press();
    await page.getByText('That was quick.').waitFor();
    await page.clock.runFor(100);
    expect(await button.getAttribute('aria-disabled')).toBe(null);
    // It goes behind once more, and comes back.
    await turn(page, 'behind');
    await turn(page, 'front');
    await press();
    await page.getByText('That was quick.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await page.clock.runFor(500);
    const loaded = page.waitForEvent('load');
    await press();
    await loaded;
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
  });

  it('does not take a press that began before the page was armed', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await page.clock.install();
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.reload();
    const button = page.locator('[data-approve]');
    await button.hover({ force: true });
    await page.mouse.down();
    await page.clock.runFor(500);
    await page.mouse.up();
    await page.getByText('That was quick.').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe(null);
    await button.focus();
    await page.keyboard.down('Space');
    await page.keyboard.down('Space');
    await page.keyboard.up('Space');
    expect(new URL(page.url()).pathname).toMatch(/lr-/);
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
  });
});

describe('a link that an attacker’s page opens by one click', () => {
  it('is claimed once its code is typed', async () => {
    await using visit = await openContext(browser);
    const { page, context } = visit;
    await signInAs({ web, page }, await developer({ web }));
    const { path, request } = await openLoginLink(web, { address: HERE });
    await using attacker = await startAttacker(web.url + path);
    await page.goto(attacker.url);
    const [popup] = await Promise.all([context.waitForEvent('page'), page.click('button')]);
    await page.getByText('Another site sent you here.').waitFor();
    const closed = popup.waitForEvent('close');
    // The window goes before the press is answered.
    await popup.mouse.down().catch(() => {});
    await closed;
    await page.keyboard.press('Enter');
    expect(await statusOf(request.id)).toBe('pending');
    await page.getByLabel('Enter the code from your terminal').fill(request.userCode);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`**/psql_session/${request.id}`);
    await approve({ web, page });
    expect(await statusOf(request.id)).toBe('approved');
  });
});

describe('signing in at an identity provider on the way', () => {
  it.each([true, false])('comes back to the terminal’s own link, script: %s', async (javaScriptEnabled) => {
    await using visit = await openContext(browser, { javaScriptEnabled });
    const { page, context } = visit;
    await context.addCookies([{ name: 'account', value: 'nina', url: provider.issuer }]);
    const { path, request } = await openLoginLink(web, { address: HERE });
    await page.goto(web.url + path);
    await page.getByRole('link', { name: 'Continue with Acme ID' }).click();
    await page.waitForURL(`**/psql_session/${request.id}`);
    expect(await statusOf(request.id)).toBe('claimed');
  });

  it('does not open the link that another site put into it', async () => {
    await using visit = await openContext(browser);
    const { page, context } = visit;
    await context.addCookies([{ name: 'account', value: 'nina', url: provider.issuer }]);
    const { path, request } = await openLoginLink(web, { address: HERE });
    await using attacker = await startAttacker(`${web.url}/sign-in/oidc?next=${encodeURIComponent(path)}`);
    await page.goto(attacker.url);
    await page.click('button');
    await page.getByRole('heading', { name: 'Connect a terminal' }).waitFor();
    expect(await statusOf(request.id)).toBe('pending');
  });
});
