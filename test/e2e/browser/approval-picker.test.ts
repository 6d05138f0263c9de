import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newVisitor, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { openLink, signInAs } from './approval/stage.ts';
import { busyDeveloper } from './busy-developer.ts';

const HERE = '127.0.0.1';
const PROJECTS = 60;

let web: WebForTests;
let browser: Browser;
/** May use more than a page lists, all of one organization, called Example Org. */
let collector: PersonForTests;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
  collector = await addPerson(web.catalogue, 'collector');
  const { id } = await addOrganization(web.catalogue, collector);
  for (let index = 0; index < PROJECTS; index += 1) {
    await addProject(web.catalogue, id, `collection-${String(index).padStart(2, '0')}`);
  }
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('a person with more projects than the page lists', () => {
  it('finds one beyond the list without JavaScript, and connects to it', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const stage = { web, page: visit.page };
    const { path } = await openLink(stage, collector, HERE);
    expect(await visit.page.getByText(`24 of ${PROJECTS}, last used first.`).isVisible()).toBe(true);
    await visit.page.getByLabel('Find a project').fill('example collection-57');
    await visit.page.getByRole('button', { name: 'Find' }).click();
    await visit.page.getByRole('radio', { name: /collection-57/ }).check();
    await visit.page.getByRole('button', { name: 'Approve' }).click();
    await visit.page.getByRole('heading', { name: 'Approved' }).waitFor();
    expect(visit.page.url()).toBe(web.url + path);
  });

  it('finds one while typing, by keys alone, and is asked for one when none is left', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, collector, HERE);
    // One that was used before is chosen, and the list closed.
    await page.getByText('Change', { exact: true }).click();
    await page.getByLabel('Find a project').fill('COLLECTION-3');
    await page.getByText('10 to choose from').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('radio', { name: /collection-31/ }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await page.keyboard.type('9');
    await page.getByText('1 to choose from').waitFor();
    expect(await page.locator('input[name="compute_id"]:checked').count()).toBe(0);
    await page.getByRole('button', { name: 'Choose a project first' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  it('sees that nothing matches, and can still deny', async () => {
    await using visit = await openContext(browser, { javaScriptEnabled: false });
    const { page } = visit;
    const { path } = await openLink({ web, page }, collector, HERE);
    await page.goto(`${web.url}${path}?find=nothing-of-that-name`);
    expect(await page.getByText('Nothing fits.').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'Denied' }).waitFor();
  });

  it("has the target of the terminal's hint preselected, wherever it is in the list", async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await signInAs({ web, page }, collector);
    const hints = { project: 'collection-58', endpoint: null };
    const { path } = await openLoginLink(web, { address: HERE, hints });
    await page.goto(web.url + path);
    expect(await page.getByRole('radio', { name: /collection-58/ }).isChecked()).toBe(true);
  });

  it('gets a page of less than 60 KB in total', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, collector, HERE);
    await page.locator('button[value="approve"]:not([data-arming])').waitFor();
    const bytes = await page.evaluate(() => {
      const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
      return loaded.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
    });
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(60 * 1_024);
  });
});

describe('a filtered list', () => {
  it('keeps no selection that is out of sight', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await busyDeveloper({ web }), HERE);
    await page.getByLabel('Find a project').press('ArrowDown');
    await page.getByLabel('Find a project').fill('warehouse');
    expect(await page.locator('input[name="compute_id"]:checked').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  it('moves focus back to the search field on ArrowUp from its first row', async () => {
    await using visit = await openContext(browser);
    const { page } = visit;
    await openLink({ web, page }, await busyDeveloper({ web }), HERE);
    await page.getByLabel('Find a project').press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByLabel('Find a project').evaluate((field) => field === document.activeElement)).toBe(true);
  });
});

it('the search of another person’s login request is not found', async () => {
  const [own, other] = [await newVisitor(web), await newVisitor(web)];
  const { path, request } = await openLoginLink(web, { address: own.address });
  expect(csrfTokenIn((await own.browser.open(path)).text)).not.toBe('');
  const search = `/psql_session/${request.id}/targets?find=a`;
  expect((await own.browser.get(search)).status).toBe(200);
  expect((await other.browser.get(search)).status).toBe(404);
});
