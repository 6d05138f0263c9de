import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addPerson, addProject, type PersonForTests } from '../../support/databases/catalogue-for-tests.ts';
import { signInAs } from './approval/stage.ts';
import { heading, press } from './console-clicks.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  const onRequest = { POSTERN_ORGANIZATION_CREATION: 'on_request', POSTERN_DEFAULT_PLAN: 'scale' };
  [web, browser] = await Promise.all([startWeb(onRequest), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe('where organizations are created on request', () => {
  it('a person requests one, an operator approves, and it owns the person’s projects', async () => {
    const person = await addPerson(web.catalogue, 'paula');
    const { project } = await addProject(web.catalogue, person.accountId, 'ledger');
    await using theirs = await visitAs(person, '/app');
    await theirs.page.locator('summary.switcher').click();
    await theirs.page.getByRole('link', { name: 'New organization' }).click();
    await fillRequest(theirs.page, 'Paula Works');
    await press(theirs.page, 'Send request');
    expect(await heading(theirs.page)).toBe('Your request is with the operators');
    expect(await theirs.page.getByRole('region', { name: 'Paula Works' }).textContent()).toContain(
      'An operator decides',
    );

    await using operators = await visitAs(await addOperator(), '/ops/requests');
    const row = operators.page.getByRole('region', { name: 'Paula Works' });
    expect(await row.textContent()).toContain(person.email);
    await press(operators.page, 'Approve Paula Works');
    expect(await operators.page.locator('tbody').textContent()).toContain('Paula Works');

    await theirs.page.goto(`${web.url}/app`);
    await theirs.page.locator('summary.switcher').click();
    await theirs.page.getByRole('link', { name: /Paula Works/ }).click();
    await theirs.page.getByRole('link', { name: /ledger/ }).click();
    expect(new URL(theirs.page.url()).pathname).toMatch(new RegExp(`^/app/org-[a-z0-9-]+/projects/${project.id}$`));
  });

  it('an operator declines with a reason, which the person sees', async () => {
    const person = await addPerson(web.catalogue, 'dora');
    await using theirs = await visitAs(person, '/app/organizations/new');
    await fillRequest(theirs.page, 'Dora Works');
    await press(theirs.page, 'Send request');
    await using operators = await visitAs(await addOperator(), '/ops/requests');
    const row = operators.page.getByRole('region', { name: 'Dora Works' });
    await row.locator('summary').click();
    await row.getByLabel(/^Reason/).fill('one a team is enough');
    const loaded = operators.page.waitForEvent('load');
    await row.getByRole('button', { name: 'Decline request' }).click();
    await loaded;
    await theirs.page.reload();
    expect(await theirs.page.locator('tbody').textContent()).toContain('one a team is enough');
  });

  it('a second request is refused while one is open, and so is an unpaid account’s', async () => {
    const person = await addPerson(web.catalogue, 'twice');
    await using visit = await visitAs(person, '/app/organizations/new');
    const otherTab = await visit.page.context().newPage();
    await otherTab.goto(`${web.url}/app/organizations/new`);
    for (const [page, name] of [
      [otherTab, 'Once'],
      [visit.page, 'Twice'],
    ] as const) {
      await fillRequest(page, name);
      await press(page, 'Send request');
    }
    expect(await visit.page.getByRole('alert').textContent()).toContain('A request of yours is open already');
    const unpaid = await addPerson(web.catalogue, 'unpaid');
    await changePlan(web.catalogue, SYSTEM_CONTEXT, { accountId: unpaid.accountId, plan: 'free' });
    await using theirs = await visitAs(unpaid, '/app/organizations/new');
    await fillRequest(theirs.page, 'Unpaid Works');
    await press(theirs.page, 'Send request');
    expect(await theirs.page.getByRole('alert').textContent()).toContain('Organizations are for paid accounts');
    expect(await theirs.page.getByLabel('Name of the organization').inputValue()).toBe('Unpaid Works');
  });
});

describe('where people create organizations themselves', () => {
  it('one exists at once, with its creator as admin', async () => {
    const selfServe = await startWeb();
    try {
      const person = await addPerson(selfServe.catalogue, 'maker');
      await using visit = await openContext(browser);
      await signInAs({ web: selfServe, page: visit.page }, person);
      await visit.page.goto(`${selfServe.url}/app/organizations/new`);
      await visit.page.getByLabel('Name').fill('Makers');
      await press(visit.page, 'Create organization');
      expect(await heading(visit.page)).toBe('Projects');
      await visit.page.getByRole('link', { name: 'People' }).click();
      expect(await visit.page.locator('tbody').textContent()).toContain('Admin');
      expect(visit.complaints).toEqual([]);
    } finally {
      await selfServe.close();
    }
  });
});

async function visitAs(person: PersonForTests, path: string) {
  const visit = await openContext(browser);
  await signInAs({ web, page: visit.page }, person);
  await visit.page.goto(web.url + path);
  return visit;
}

async function fillRequest(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name of the organization').fill(name);
  await page.getByLabel('I understand').check();
}

async function addOperator(): Promise<PersonForTests> {
  const { name } = newIdentity();
  const input = { email: `${name}@example.com`, name, password: null, isOperator: true };
  const { id, email } = await createUser(web.catalogue, SYSTEM_CONTEXT, input);
  return { userId: id, email, accountId: personalAccountId(id) };
}
