// What the console asks before it takes anything away, and what it says of whom that reaches.

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { findMembership } from '../../../../src/catalogue/accounts/member-lists.ts';
import { hold, organizationForTests } from '../../../http/console/console-for-tests.ts';
import { launchBrowser, openContext, type WatchedContext } from '../../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import {
  addMemberTo,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../../support/databases/catalogue-for-tests.ts';
import { signInAs } from '../approval/stage.ts';
import { heading, press } from '../console-clicks.ts';
import { makeOperator } from '../operations-scenes.ts';

let web: WebForTests;
let browser: Browser;
const visits: WatchedContext[] = [];

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterEach(async () => {
  for (const visit of visits.splice(0)) {
    await visit[Symbol.asyncDispose]();
    expect(visit.complaints).toEqual([]);
  }
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

async function at(person: Pick<PersonForTests, 'userId'>, path: string): Promise<Page> {
  const visit = await openContext(browser);
  visits.push(visit);
  await signInAs({ web, page: visit.page }, person);
  await visit.page.goto(web.url + path);
  return visit.page;
}

async function twoConnected() {
  const scene = await organizationForTests(web);
  const gina = await addPerson(web.catalogue, 'gina');
  await addMemberTo(web.catalogue, scene.organization, { person: gina });
  await hold(web, scene.member, scene.warehouse);
  await hold(web, gina, scene.warehouse);
  const place = `${scene.base}/projects/${scene.warehouse.project.id}`;
  return { ...scene, gina, place };
}

const touched = async (page: Page) => (await page.locator('.touches').textContent()) ?? '';

it('suspending asks first, and names the people who are connected', async () => {
  const { admin, member, gina, place } = await twoConnected();
  const page = await at(admin, place);
  await page.getByRole('link', { name: /^Suspend/ }).click();
  expect(await heading(page)).toMatch(/^Suspend .+\?$/);
  expect(await touched(page)).toBe(`2 people are connected: ${member.email}, ${gina.email}.`);
  await page.getByRole('link', { name: 'Cancel' }).click();
  expect(await page.locator('.state.active').count()).toBeGreaterThan(0);
});

it('a member who suspends sees how many are connected, and not who', async () => {
  const { member, place, warehouse } = await twoConnected();
  const page = await at(member, `${place}/computes/${warehouse.compute.id}/suspend`);
  expect(await touched(page)).toBe('2 people are connected.');
});

it('removing a member says how many connections end with it', async () => {
  const { admin, gina, base, organization } = await twoConnected();
  const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: gina.userId });
  const page = await at(admin, `${base}/people/members/${membership?.id}/remove`);
  expect(await touched(page)).toBe('They have 1 open connection.');
});

it('signing out everywhere counts browsers, approvals and connections before it does', async () => {
  const { member } = await twoConnected();
  const page = await at(member, '/app/me/sessions');
  await page.getByRole('link', { name: 'Sign out everywhere' }).click();
  expect(await heading(page)).toBe('Sign out everywhere?');
  expect(await page.locator('main form p').first().textContent()).toBe(
    'This signs you out on 2 browsers, including this one. It forgets 1 remembered approval.',
  );
  expect(await touched(page)).toBe('1 connection of yours ends, with any running query.');
  await press(page, 'Sign out everywhere');
  expect(new URL(page.url()).pathname).toBe('/sign-in');
});

it('a change of plan is compared line by line before it is made', async () => {
  const operator = await addPerson(web.catalogue, 'operator');
  await makeOperator(web, operator.userId);
  const { organization } = await organizationForTests(web);
  await addMemberTo(web.catalogue, organization, { person: operator });
  const page = await at(operator, `/app/${organization.id}/billing`);
  await page.getByRole('link', { name: 'Change… to Free' }).click();
  expect(await heading(page)).toMatch(/to Free\?$/);
  expect(await page.getByRole('row', { name: /^Projects/ }).textContent()).toMatch(/Projects.*10$/);
  await press(page, 'Change to Free');
  expect(await page.locator('.toast').textContent()).toContain('is on the Free plan now');
  await press(page, 'Undo');
  expect(await page.getByRole('heading', { name: /^Plan: / }).textContent()).not.toBe('Plan: Free');
});

it('a wrong name stays on the question with its text, and its button waits', async () => {
  const { admin, organization } = await organizationForTests(web);
  const { project } = await addProject(web.catalogue, organization.id, 'blog');
  const page = await at(admin, `/app/${organization.id}/projects/${project.id}/delete`);
  const [field, button] = [
    page.getByLabel('Type blog to confirm'),
    page.getByRole('button', { name: 'Delete project' }),
  ];
  // Not `isDisabled`: a button that is not armed yet is that, too.
  const waits = () => button.evaluate((element: HTMLButtonElement) => element.disabled);
  expect(await waits()).toBe(true);
  await field.fill('bloh');
  // A browser whose script did not load sends it.
  await page.locator('main form').evaluate((form: HTMLFormElement) => form.submit());
  await page.getByRole('alert').waitFor();
  expect([await heading(page), await field.inputValue()]).toEqual(['Delete project blog?', 'bloh']);
  await field.fill('blog');
  expect(await waits()).toBe(false);
});
