// The tasks of Neon's page about organizations, by clicking: with and without JavaScript.

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { launchBrowser, openContext, type WatchedContext } from '../../support/browser/browser.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { signInAs } from './approval/stage.ts';
import { chooseFromMenu, heading, press, rowNames, rowOf, shownLink, statusOf } from './console-clicks.ts';

/** What Chromium says of a page that answers with a refusal, as some here must. */
const REFUSED = /the server responded with a status of 4\d\d/;

let web: WebForTests;
let browser: Browser;
const visits: WatchedContext[] = [];

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterEach(async () => {
  for (const visit of visits.splice(0)) {
    await visit[Symbol.asyncDispose]();
    expect(visit.complaints.filter((complaint) => !REFUSED.test(complaint))).toEqual([]);
  }
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

describe.each([
  ['with script', { javaScriptEnabled: true }],
  ['without script', { javaScriptEnabled: false }],
] as const)('%s', (_how, options) => {
  const at = async (person: PersonForTests, path: string): Promise<Page> => {
    const visit = await openContext(browser, options);
    visits.push(visit);
    await signInAs({ web, page: visit.page }, person);
    await visit.page.goto(web.url + path);
    return visit.page;
  };

  it('switches between the personal account and an organization', async () => {
    const { admin, organization } = await anOrganization();
    const page = await at(admin, `/app/${admin.accountId}/projects`);
    await page.locator('summary.switcher').click();
    await page.getByRole('link', { name: /Example Org/ }).click();
    await page.waitForURL(`**/app/${organization.id}/projects`);
    expect(await heading(page)).toBe('Projects');
  });

  it('invites three by a comma-separated list, and one who is known accepts', async () => {
    const { admin, organization } = await anOrganization();
    const known = await addPerson(web.catalogue, 'known');
    const [first, second] = [newEmail(), newEmail()];
    const page = await at(admin, `/app/${organization.id}/people`);
    await page.getByRole('link', { name: 'Invite members' }).click();
    await page.getByLabel('Email addresses').fill(`${first}, ${known.email},${second}`);
    await press(page, 'Invite');
    expect(await page.locator('.outcome-list li').allTextContents()).toEqual([
      expect.stringContaining(`${first} is invited`),
      expect.stringContaining(`${known.email} is invited`),
      expect.stringContaining(`${second} is invited`),
    ]);
    await page.getByRole('link', { name: 'Done' }).click();
    expect(await rowNames(page)).toEqual(expect.arrayContaining([first, second, known.email]));
    const theirs = await at(known, '/app');
    expect(await theirs.getByRole('status').first().textContent()).toContain('An invitation is waiting');
    await theirs.goto(`${web.url}/app/me/invitations`);
    await press(theirs, 'Accept Example Org');
    expect(new URL(theirs.url()).pathname).toBe(`/app/${organization.id}/projects`);
    expect(await theirs.getByRole('status').first().textContent()).toContain('Welcome to Example Org');
  });

  it('resends an invitation, which invalidates its old link, and cancels it', async () => {
    const { admin, organization } = await anOrganization();
    const email = newEmail();
    const page = await at(admin, `/app/${organization.id}/people/invite`);
    await page.getByLabel('Email addresses').fill(email);
    await press(page, 'Invite');
    const oldLink = await shownLink(page);
    await page.goto(`${web.url}/app/${organization.id}/people/invitations`);
    await chooseFromMenu(page, { of: email, item: 'Resend' });
    const newLink = await shownLink(page);
    expect([await statusOf(oldLink), await statusOf(newLink)]).toEqual([404, 200]);
    await page.goto(`${web.url}/app/${organization.id}/people/invitations`);
    await chooseFromMenu(page, { of: email, item: 'Cancel invitation' });
    await press(page, 'Cancel invitation');
    expect(await page.locator('main').textContent()).toContain('No pending invites');
    expect(await statusOf(newLink)).toBe(404);
  });

  it('promotes a member, demotes an admin, and keeps the last admin', async () => {
    const { admin, organization } = await anOrganization();
    const member = await aMember(organization);
    const page = await at(admin, `/app/${organization.id}/people`);
    await chooseFromMenu(page, { of: member.email, item: 'Promote to admin' });
    expect(await rowOf(page, member.email).textContent()).toContain('Admin');
    await chooseFromMenu(page, { of: member.email, item: 'Demote to member' });
    expect(await rowOf(page, member.email).textContent()).toContain('Member');
    await chooseFromMenu(page, { of: admin.email, item: 'Leave organization' });
    await press(page, 'Leave organization');
    expect(await page.getByRole('alert').textContent()).toContain('Make someone else an admin first');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await chooseFromMenu(page, { of: admin.email, item: 'Demote to member' });
    expect(await page.getByRole('alert').textContent()).toContain('The only admin cannot be demoted');
  });

  it('removes a member, who no longer finds the organization', async () => {
    const { admin, organization } = await anOrganization();
    const member = await aMember(organization);
    const page = await at(admin, `/app/${organization.id}/people`);
    await chooseFromMenu(page, { of: member.email, item: 'Remove from organization' });
    await press(page, 'Remove member');
    expect(await rowNames(page)).not.toContain(member.email);
    const gone = await at(member, `/app/${organization.id}/projects`);
    expect(await heading(gone)).toBe('Page not found');
  });

  it('invites a guest to a project, who sees that project and not the organization', async () => {
    const { admin, organization } = await anOrganization();
    await addProject(web.catalogue, organization.id, 'warehouse');
    const guest = await addPerson(web.catalogue, 'guest');
    const page = await at(admin, `/app/${organization.id}/people/guests`);
    await page.getByRole('link', { name: 'Invite guests' }).click();
    const newcomer = newEmail();
    await page.getByLabel('Email addresses').fill(`${guest.email}, ${newcomer}`);
    await press(page, 'Share project');
    const outcomes = await page.locator('main').textContent();
    expect(outcomes).toMatch(new RegExp(`${newcomer}.*is a guest now.*/invitations/`, 's'));
    await page.getByRole('link', { name: 'Done' }).click();
    expect(await rowOf(page, newcomer).count()).toBe(1);
    expect(await rowOf(page, guest.email).textContent()).toContain('warehouse');
    const theirs = await at(guest, '/app');
    expect(await theirs.getByRole('heading', { name: 'Shared with me' }).count()).toBe(1);
    expect(await theirs.locator('.group').textContent()).toContain('from Example Org');
    await theirs.getByRole('link', { name: /warehouse/ }).click();
    expect(await heading(theirs)).toBe('warehouse');
    expect(theirs.url()).not.toContain(organization.id);
    expect(await theirs.content()).not.toContain(organization.id);
  });

  it('invites a guest as a member, and removes another from the project', async () => {
    const { admin, organization } = await anOrganization();
    const { project } = await addProject(web.catalogue, organization.id, 'warehouse');
    const [stays, goes] = [await addPerson(web.catalogue, 'stays'), await addPerson(web.catalogue, 'goes')];
    await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [stays.email, goes.email] });
    const page = await at(admin, `/app/${organization.id}/people/guests`);
    await chooseFromMenu(page, { of: stays.email, item: 'Convert to member' });
    const link = await shownLink(page);
    const theirs = await at(stays, new URL(link).pathname);
    await press(theirs, 'Join');
    expect(await theirs.getByRole('status').first().textContent()).toContain('Welcome to Example Org');
    await page.goto(`${web.url}/app/${organization.id}/people/guests`);
    expect(await rowNames(page)).toEqual([goes.email]);
    await chooseFromMenu(page, { of: goes.email, item: 'Remove from project' });
    await press(page, 'Remove from project');
    expect(await page.locator('main').textContent()).toContain('Not shared with anyone yet');
    await page.getByRole('link', { name: /^Members/ }).click();
    expect(await rowNames(page)).toContain(stays.email);
  });

  it('creates a project as a member, who may not delete it; an admin may', async () => {
    const { admin, organization } = await anOrganization();
    const member = await aMember(organization);
    const page = await at(member, `/app/${organization.id}/projects`);
    await page.getByRole('link', { name: 'New project' }).click();
    await page.getByLabel('Name', { exact: true }).fill('analytics');
    await press(page, 'Create project');
    expect(await page.getByRole('status').first().textContent()).toContain('The project is ready');
    const path = new URL(page.url()).pathname;
    await page.getByRole('link', { name: 'Settings' }).click();
    expect(await page.locator('main').textContent()).toContain('Only an admin of the organization may delete');
    expect(await page.getByRole('link', { name: 'Delete project' }).count()).toBe(0);
    await page.goto(`${web.url}${path}/delete`);
    expect(await heading(page)).toBe('You don’t have access');

    const admins = await at(admin, `${path}/settings`);
    await admins.getByRole('link', { name: 'Delete project' }).click();
    await admins.getByLabel('Type analytics to confirm').fill('analytics');
    await press(admins, 'Delete project');
    expect(await admins.getByRole('status').first().textContent()).toContain('Deleted analytics and its databases');
  });

  it('shows billing to a member, and lets an admin edit it', async () => {
    const { admin, organization } = await anOrganization();
    const member = await aMember(organization);
    const page = await at(admin, `/app/${organization.id}/billing`);
    await page.getByLabel('Company').fill('Example Works <b>&</b> Co');
    await page.getByLabel('Tax id').fill('DE123');
    await press(page, 'Save details');
    expect(await page.getByLabel('Company').inputValue()).toBe('Example Works <b>&</b> Co');
    const theirs = await at(member, `/app/${organization.id}/billing`);
    expect(await theirs.locator('.fact-list').textContent()).toContain('Example Works <b>&</b> Co');
    expect(await theirs.getByRole('button', { name: 'Save details' }).count()).toBe(0);
  });
});

async function anOrganization(): Promise<{ admin: PersonForTests; organization: Account }> {
  const admin = await addPerson(web.catalogue, 'admin');
  return { admin, organization: await addOrganization(web.catalogue, admin) };
}

async function aMember(organization: Account): Promise<PersonForTests> {
  const person = await addPerson(web.catalogue, 'member');
  await addMemberTo(web.catalogue, organization, { person });
  return person;
}

let emails = 0;
function newEmail(): string {
  emails += 1;
  return `new-${emails}@example.org`;
}
