import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPersonByEmail } from '../../../src/catalogue/accounts/find-person.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { listOrganizationsOf } from '../../../src/catalogue/accounts/organizations.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newIdentity, newVisitor, PASSWORD, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addOrganization, addProject } from '../../support/databases/catalogue-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the link of an invitation', () => {
  it('lets a new person create an account and join at once', async () => {
    const { email, path, organization } = await invite();
    const browser = new BrowserJar(web.url, { address: newIdentity().address });
    const page = await browser.get(path);
    expect(page.text).toContain('Join <bdi>Example Org</bdi>');
    const csrf_token = csrfTokenIn(page.text);
    const answer = await browser.post(path, { csrf_token, name: 'Nina New', password: PASSWORD });
    expect([answer.status, answer.location]).toEqual([303, `/app/${organization.id}/projects?welcome=yes`]);
    const landed = await browser.get(answer.location ?? '');
    expect(landed.text).toContain('Welcome to Example Org');
    expect(landed.text).toMatch(/psql -h/);
    const found = await findPersonByEmail(web.catalogue.db, email);
    if (found.kind === 'unknown') throw new Error('nobody signed up');
    expect(found.kind).toBe('unverified');
    const organizations = await listOrganizationsOf(web.catalogue, found.user.id);
    expect(organizations.map(({ name }) => name)).toEqual(['Example Org']);
    expect((await browser.get(path)).status).toBe(404);
  });

  it('to a project lets a new person find it, and nothing else of its organization', async () => {
    const { project, path, organization } = await share();
    const browser = new BrowserJar(web.url, { address: newIdentity().address });
    const page = await browser.get(path);
    expect(page.text).toContain(`Use the project <bdi>${project.name}</bdi>`);
    expect(page.text).toContain('The project is from <bdi>Example Org</bdi>');
    expect(page.text).not.toContain(organization.id);
    const csrf_token = csrfTokenIn(page.text);
    const answer = await browser.post(path, { csrf_token, name: 'Gus Guest', password: PASSWORD });
    expect(answer.location).toMatch(new RegExp(`^/app/[^/]+/projects/${project.id}\\?welcome=yes$`));
    expect((await browser.get(answer.location ?? '')).text).toContain(`Welcome to ${project.name}, from Example Org`);
    const { location } = await browser.get('/app');
    const projects = await browser.get(location ?? '');
    expect(projects.text).toContain('Shared with me');
    expect(projects.text).toContain(`/projects/${project.id}`);
    expect(projects.text).not.toContain(organization.id);
  });

  it('accepts no weak password', async () => {
    const { path } = await invite();
    const browser = new BrowserJar(web.url, { address: newIdentity().address });
    const csrf_token = csrfTokenIn((await browser.get(path)).text);
    const answer = await browser.post(path, { csrf_token, name: 'Nina New', password: 'short' });
    expect([answer.status, answer.text.includes('At least 10 characters.')]).toEqual([400, true]);
  });

  it('does not let a person with another e-mail join', async () => {
    const { path } = await invite();
    const { browser, person } = await newVisitor(web);
    const csrf_token = csrfTokenIn((await browser.get(path)).text);
    expect((await browser.post(path, { csrf_token })).status).toBe(403);
    expect(await listOrganizationsOf(web.catalogue, person.userId)).toEqual([]);
  });

  it('tells who is signed in that it is for another, and signs them out for it', async () => {
    const { email, path } = await invite();
    const { browser, person } = await newVisitor(web);
    const page = await browser.get(path);
    expect(page.text).toContain(`signed in as <bdi>${person.email}</bdi>; this invitation is for <bdi>${email}</bdi>`);
    const answer = await browser.post('/sign-out', { csrf_token: csrfTokenIn(page.text), next: path, sure: 'yes' });
    expect([answer.status, answer.location]).toEqual([303, path]);
    expect((await browser.get(path)).text).toContain('Create account and join');
  });

  it('names who invites, with an e-mail that was verified', async () => {
    const { person: admin } = await newVisitor(web);
    const organization = await addOrganization(web.catalogue, admin);
    const invitations = [{ email: `${newIdentity().name}@example.com`, memberRole: 'member' }] as const;
    const asAdmin = await actingAs(web.catalogue, admin);
    const [outcome] = await inviteMembers(web.catalogue, asAdmin, { accountId: organization.id, invitations });
    if (outcome?.kind !== 'invited') throw new Error('the e-mail was to be new');
    const path = `/invitations/${outcome.token.reveal()}`;
    const seen = async () => (await new BrowserJar(web.url, { address: newIdentity().address }).get(path)).text;
    const ofAdmin = web.catalogue.db.updateTable('users').where('id', '=', admin.userId);
    await ofAdmin.set({ email_verified: false }).execute();
    expect(await seen()).not.toContain(admin.email);
    await ofAdmin.set({ email_verified: true }).execute();
    expect(await seen()).toMatch(new RegExp(`\\(${admin.email}\\)</bdi> invited`));
  });

  it('that was used leads on to the organizations of whoever is signed in', async () => {
    const { browser, person } = await newVisitor(web);
    const organization = await addOrganization(web.catalogue, person);
    const page = await browser.get('/invitations/used-up');
    expect([page.status, page.text]).toEqual([404, expect.stringContaining('already in <bdi>Example Org</bdi>')]);
    expect(page.text).toContain(`href="/app/${organization.id}/projects"`);
  });

  // Asking people with an account to sign in told whoever held the link that there is one.
  it('shows the same page whether or not the address has an account', async () => {
    const { email, path } = await invite();
    const seen = async () => {
      const page = await new BrowserJar(web.url, { address: newIdentity().address }).get(path);
      return [page.status, page.text.replace(/name="csrf_token" value="[^"]*"/g, '')];
    };
    const before = await seen();
    await createUser(web.catalogue, SYSTEM_CONTEXT, { email, name: 'Known', password: null });
    expect(await seen()).toEqual(before);
  });

  it('that is unknown is not found', async () => {
    const browser = new BrowserJar(web.url, { address: newIdentity().address });
    expect((await browser.get('/invitations/unknown')).status).toBe(404);
  });
});

async function share() {
  const { person: admin } = await newVisitor(web);
  const organization = await addOrganization(web.catalogue, admin);
  const { project } = await addProject(web.catalogue, organization.id);
  const emails = [`${newIdentity().name}@example.com`];
  const [outcome] = await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails });
  if (outcome?.kind !== 'shared' || outcome.link === null) throw new Error('the e-mail was to be new');
  return { project, organization, path: `/invitations/${outcome.link.token.reveal()}` };
}

async function invite() {
  const { person: admin } = await newVisitor(web);
  const organization = await addOrganization(web.catalogue, admin);
  const email = `${newIdentity().name}@example.com`;
  const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, {
    accountId: organization.id,
    invitations: [{ email, memberRole: 'member' }],
  });
  if (outcome?.kind !== 'invited') throw new Error('the e-mail was to be new');
  return { email, organization, path: `/invitations/${outcome.token.reveal()}` };
}
