import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idFrom, type LoginRequestId, newConnectionId } from '../../../../src/ids.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { approve, developer, HERE, openLink } from './stage.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

// At the same time: a denial takes a while to become final.
describe.concurrent('after the decision', () => {
  it.each([true, false])('a denial is undone and the login approved, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByRole('heading', { name: 'psql wants to connect as you' }).waitFor();
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  it.each([true, false])('a denial that nobody undoes becomes final by itself, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).waitFor();
    await page.getByText('Nobody got in, and the terminal has been told.').waitFor();
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  it.each([true, false])('a report is undone, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.getByRole('link', { name: 'This was not me' }).click();
    await page.getByRole('button', { name: 'Report and block' }).click();
    await page.getByRole('button', { name: 'Undo, it was me' }).click();
    await page.getByRole('heading', { name: 'You took the report back' }).waitFor();
  });

  it('more time keeps what was typed, and the ring and figures follow', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.getByLabel('Remember for').selectOption('1h');
    const more = page.getByRole('button', { name: 'Need more time?' });
    await more.click();
    await page.getByText('You have 2 more minutes.').waitFor();
    expect(await page.locator('[data-countdown]').textContent()).toMatch(/^3:5\d$|^4:00$/);
    expect(await page.getByLabel('Remember for').inputValue()).toBe('1h');
    await more.click();
    await more.waitFor({ state: 'hidden' });
    expect(await page.locator('[data-countdown]').textContent()).toMatch(/^5:\d\d$|^6:00$/);
    expect(visit.complaints).toEqual([]);
  });

  it.each([true, false])('an approval is remembered when its connection stands, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    const { path } = await openLink({ web, page }, await developer({ web }), HERE);
    await approve({ web, page });
    const id = idFrom<LoginRequestId>(path.slice('/psql_session/'.length));
    await web.loginRequests.consume(id);
    const target = { database: 'appdb', databaseRole: 'app', projectName: 'shop', connectionId: newConnectionId() };
    await web.loginRequests.setProgress(id, { kind: 'connected', ...target });
    await page.getByRole('heading', { name: 'You’re connected to shop' }).waitFor();
    await page.getByLabel('Don’t ask again for').selectOption('1h');
    await page.getByRole('button', { name: 'Remember' }).click();
    await page.getByText('Remembered until').waitFor();
    await page.getByRole('link', { name: 'Ask me again' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });
});
