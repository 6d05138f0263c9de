import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { ELSEWHERE, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { APPROVAL_SCENES } from './approval/approval-scenes.ts';
import { approve, developer, openLink, signInAs } from './approval/stage.ts';
import { busyDeveloper } from './busy-developer.ts';
import { SIGN_IN_SCENES } from './sign-in-scenes.ts';

const HERE = '127.0.0.1';
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

/** Within the window, and nothing else is painted over its middle. */
async function isInSight(element: Locator): Promise<boolean> {
  return await element.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const isWithin = top >= 0 && top + height <= innerHeight && left >= 0 && left + width <= innerWidth;
    const painted = document.elementFromPoint(left + width / 2, top + height / 2);
    return isWithin && painted !== null && (node.contains(painted) || painted.contains(node));
  });
}

describe('at 1280 × 720, without scrolling', () => {
  // The sticky bar lay over the field of the code, which was required.
  it('the code to type, the project, both selects and both decisions are in sight', async () => {
    await using visit = await openContext(browser, { viewport: LAPTOP });
    const { page } = visit;
    const person = await developer({ web });
    await rememberTerminal(web.catalogue, person.userId, ELSEWHERE);
    await openLink({ web, page }, person, ELSEWHERE);
    const required = ['[data-code]', 'input[name="compute_id"]', 'select[name="access"]', 'select[name="remember"]'];
    for (const selector of [...required, 'button[value="approve"]', 'button[value="deny"]']) {
      expect(await isInSight(page.locator(selector)), selector).toBe(true);
    }
  });

  it('a choice among many projects is in sight with both decisions', async () => {
    await using visit = await openContext(browser, { viewport: LAPTOP });
    const { page } = visit;
    await openLink({ web, page }, await busyDeveloper({ web }), HERE);
    const first = page.locator('input[name="compute_id"]').first();
    for (const element of [first, page.locator('button[value="approve"]'), page.locator('button[value="deny"]')]) {
      expect(await isInSight(element)).toBe(true);
    }
  });
});

describe('on a phone of 390 × 664', () => {
  it('code, chosen project and decision are in sight, in this order', async () => {
    await using visit = await openContext(browser, { viewport: PHONE });
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    const inOrder = ['output', 'input[name="compute_id"]', 'button[value="approve"]'].map((css) => page.locator(css));
    const tops = await Promise.all(inOrder.map((part) => part.evaluate((node) => node.getBoundingClientRect().top)));
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    for (const part of inOrder) expect(await isInSight(part)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  });
});

const ASKING = APPROVAL_SCENES.filter(({ name }) => name.startsWith('approve-') && name !== 'approve-nothing-to-pick');
const WINDOWS = [
  ['a laptop', { viewport: LAPTOP }],
  ['a phone', { viewport: PHONE, hasTouch: true, isMobile: true }],
] as const;

describe.each(WINDOWS)('on %s, without scrolling', (_what, device) => {
  it.each(ASKING.map((scene) => [scene.name, scene] as const))('%s shows both decisions', async (_name, scene) => {
    for (const javaScriptEnabled of [true, false]) {
      await using visit = await openContext(browser, { ...device, javaScriptEnabled });
      const { page } = visit;
      await scene.play({ web, page });
      const decisions = ['approve', 'deny'].map((value) => page.locator(`button[value="${value}"]`));
      const below = await Promise.all(decisions.map((button) => button.evaluate(hiddenBelow)));
      expect(below, `script: ${javaScriptEnabled}`).toEqual([0, 0]);
    }
  });

  it('the question of a program shows both decisions', async () => {
    await using visit = await openContext(browser, { ...device, javaScriptEnabled: false });
    const { page } = visit;
    await SIGN_IN_SCENES.find(({ name }) => name === 'consent')?.play({ web, page });
    for (const name of ['Allow neonctl', 'Deny']) {
      expect(await page.getByRole('button', { name }).evaluate(hiddenBelow), name).toBe(0);
    }
  });
});

describe('on a phone, where the decision lies over the end of the window', () => {
  it('what must be typed is in sight once it has the focus', async () => {
    await using visit = await openContext(browser, { viewport: PHONE, hasTouch: true, isMobile: true });
    const { page } = visit;
    await APPROVAL_SCENES.find(({ name }) => name === 'approve-agent-with-reason')?.play({ web, page });
    // Playwright holds it for disabled, as a person does not.
    await page.getByRole('button', { name: 'Type prod to approve' }).click({ force: true });
    const field = page.locator('[data-confirm-write]');
    expect(await field.evaluate((node) => node === document.activeElement)).toBe(true);
    expect(await isInSight(field)).toBe(true);
  });
});

function hiddenBelow(node: Element): number {
  return Math.max(0, Math.ceil(node.getBoundingClientRect().bottom - innerHeight));
}

describe('the code that must be typed', () => {
  it('is asked for in the box at the top, which has the focus and says what is wrong', async () => {
    await using visit = await openContext(browser, { viewport: LAPTOP });
    const { page } = visit;
    const person = await developer({ web });
    await rememberTerminal(web.catalogue, person.userId, ELSEWHERE);
    await signInAs({ web, page }, person);
    const { path, request } = await openLoginLink(web, { address: ELSEWHERE });
    await page.goto(web.url + path);
    const field = page.getByLabel('Enter the code from your terminal');
    expect(await field.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'Type the code to approve' }).waitFor();
    await field.pressSequentially('bbbbbbbb');
    expect(await field.inputValue()).toBe('BBBB-BBBB');
    await approve({ web, page });
    await page.locator('.user-code').getByText('That’s not this terminal’s code.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill(` ${request.userCode.toLowerCase()} `);
    await approve({ web, page });
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
  });
});

describe('by keys alone', () => {
  it('Enter approves the project used last', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await developer({ web }), HERE);
    await page.locator('button[value="approve"]:not([aria-disabled])').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
  });

  it('Escape denies, but not from a field of text', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await busyDeveloper({ web }), HERE);
    await page.getByLabel('Find a project').fill('ware');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Deny' }).isVisible()).toBe(true);
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Denied' }).waitFor();
  });
});

describe('the chosen project', () => {
  it.each([true, false])('is one row with Change, which shows the list, script: %s', async (script) => {
    await using visit = await openContext(browser, { javaScriptEnabled: script });
    const { page } = visit;
    const person = await busyDeveloper({ web });
    await signInAs({ web, page }, person);
    const origin = {
      address: HERE,
      requestedUser: person.userId,
      requestedDatabase: 'ledger',
      databaseIsExplicit: true,
    };
    const { path } = await openLoginLink(web, origin);
    await page.goto(web.url + path);
    expect(await page.getByRole('radio').count()).toBe(1);
    await page.getByText('Change', { exact: true }).click();
    await page.getByRole('radio', { name: /warehouse/ }).check();
    if (!script) await page.getByText('Show only the chosen one').click();
    expect(await page.getByRole('radio').count()).toBe(1);
    expect(await page.getByRole('radio', { name: /warehouse/ }).isChecked()).toBe(true);
  });
});
