import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { listOperations } from '../../../src/catalogue/projects/operations.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addOrganization } from '../../support/databases/catalogue-for-tests.ts';
import { hostedProject, organizationForTests, personAtBrowser } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a refused form comes back with the reason and what was typed', () => {
  it('a list of e-mails with one that is none, and nobody is invited', async () => {
    const { admin, base } = await organizationForTests(web);
    const emails = 'ada@example.org, not an address';
    const { status, text } = await admin.post(`${base}/people/invite`, { emails, role: 'member' });
    expect(status).toBe(400);
    expect(text).toContain('&quot;not&quot; is not an email address');
    expect(text).toContain(`${emails}</textarea>`);
    expect((await admin.get(`${base}/people/invitations`)).text).toContain('No pending invites');
  });

  it('a project on a version that no server has', async () => {
    const { member, base } = await organizationForTests(web);
    const { status, text } = await member.post(`${base}/projects/new`, { name: 'old one', server: '14@local' });
    expect(status).toBe(422);
    expect(text).toContain('is not offered here; there is 18 in &quot;local&quot;');
    expect(text).toContain('value="old one"');
  });

  it('a project with a database name that the server has already', async () => {
    const { organization, member, base } = await organizationForTests(web);
    const shop = await hostedProject(web, organization);
    const database = shop.databases[0]?.name ?? '';
    const form = { name: 'twin', server: '18@local', database };
    const { status, text } = await member.post(`${base}/projects/new`, form);
    expect([status, text]).toEqual([409, expect.stringContaining(`database &quot;${database}&quot;`)]);
  });

  it('a project beyond the plan', async () => {
    const { organization, admin, base } = await organizationForTests(web);
    await changePlan(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, plan: 'free' });
    for (let count = 1; count < 10; count += 1) await hostedProject(web, organization, `p${count}`);
    const { status, text } = await admin.post(`${base}/projects/new`, { name: 'eleventh', server: '18@local' });
    expect([status, text]).toEqual([403, expect.stringContaining('includes 10 projects')]);
  });

  it('deleting with the wrong name', async () => {
    const { admin, warehouse, base } = await organizationForTests(web);
    const place = `${base}/projects/${warehouse.project.id}`;
    const { status, text } = await admin.post(`${place}/delete`, { name: 'something else' });
    expect([status, text]).toEqual([400, expect.stringContaining('The name does not match')]);
    expect((await admin.get(place)).status).toBe(200);
    expect((await admin.post(`${base}/settings/delete`, { name: 'Example Org' })).text).toContain(
      'still owns projects',
    );
  });

  it('a new password with a wrong current one', async () => {
    const { member } = await organizationForTests(web);
    const path = '/app/me/profile/password';
    const first = await member.post(path, { new_password: 'the first of my passwords' });
    expect(first.location).toContain('first_password_saved');
    const form = { current_password: 'a guess of mine', new_password: 'a sentence works well' };
    const { status, text } = await member.post(path, form);
    expect([status, text]).toEqual([403, expect.stringContaining('The current password is wrong')]);
    expect(text).not.toContain('a guess of mine');
  });
});

describe('databases and roles of a hosted project', () => {
  it('are made and dropped, and each is written down as an operation', async () => {
    const { organization, member, base } = await organizationForTests(web);
    const shop = await hostedProject(web, organization);
    const place = `${base}/projects/${shop.project.id}/databases`;
    const unique = shop.project.id.replaceAll('-', '_');
    const role = await member.postAndOpen(`${place}/roles`, { role: `${unique}_app` });
    expect([role.status, role.text]).toEqual([200, expect.stringContaining(`Role ${unique}_app is ready`)]);
    const owned = { database: `${unique}_reports`, owner: `${unique}_app` };
    expect((await member.post(place, owned)).location).toBe(`${place}?done=database_created`);
    const name = { name: owned.database };
    expect((await member.post(`${place}/${owned.database}/delete`, name)).location).toBe(
      `${place}?done=database_deleted`,
    );
    expect((await member.post(`${place}/roles/${owned.owner}/delete`)).location).toBe(`${place}?done=role_deleted`);
    const asMember = await actingAs(web.catalogue, member);
    const wanted = { projectId: shop.project.id, limit: 10 };
    const { items } = await listOperations(web.catalogue, asMember, wanted);
    expect(items.map((operation) => `${operation.action} ${operation.status}`)).toEqual([
      ...Array.from({ length: 4 }, () => 'apply_config finished'),
      'create_compute finished',
      'create_timeline finished',
    ]);
  });
});

describe('the address of a page', () => {
  it('says what was done by one of our own codes only', async () => {
    const { admin, base } = await organizationForTests(web);
    expect((await admin.get(`${base}/projects?done=left`)).text).toContain('You have left the organization');
    const odd = await admin.get(`${base}/projects?done=Send+your+password&done=constructor`);
    expect([odd.status, odd.text]).toEqual([200, expect.not.stringContaining('Send your password')]);
    expect((await admin.get(`${base}/projects?done=constructor`)).text).not.toContain('role="status"');
  });

  it('redirects an account to its projects', async () => {
    const { admin, base } = await organizationForTests(web);
    expect((await admin.get(base)).location).toBe(`${base}/projects`);
  });

  it('opens the only account with projects at first, and then the one used last', async () => {
    const { admin, base } = await organizationForTests(web);
    expect((await admin.get('/app')).location).toBe(`${base}/projects`);
    await admin.get(`/app/${admin.accountId}/billing`);
    expect((await admin.get('/app')).location).toBe(`/app/${admin.accountId}/projects`);
    await admin.get(`${base}/people`);
    expect((await admin.get('/app')).location).toBe(`${base}/projects`);
  });

  it('opens an empty organization rather than an empty personal account', async () => {
    const alone = await personAtBrowser(web, 'alone');
    expect((await alone.get('/app')).location).toBe(`/app/${alone.accountId}/projects`);
    const organization = await addOrganization(web.catalogue, alone);
    expect((await alone.get('/app')).location).toBe(`/app/${organization.id}/projects`);
  });
});
