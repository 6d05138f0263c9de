import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type CallerForTests, newCaller, newOrganization, organizationCaller } from './api-for-tests.ts';
import { insertProjects } from './insert-projects.ts';
import { startMailbox } from './mailbox.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a shared project', () => {
  it('is found under shared, and its organization is not', async () => {
    const [admin, guest] = [await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin);
    const { body } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    const path = `/projects/${body.project.id}`;
    const granted = await admin.api.post(`${path}/permissions`, { email: guest.email });
    expect(granted.body.granted_to_email).toBe(guest.email);
    expect((await admin.api.post(`${path}/permissions`, { email: guest.email })).body.id).toBe(granted.body.id);
    const { body: shared } = await guest.api.get('/projects/shared');
    expect(shared.projects).toMatchObject([{ id: body.project.id, effective_project_permission: 'CAN_EDIT' }]);
    expect(shared.projects[0]).not.toHaveProperty('org_name');
    expect((await guest.api.get(`/organizations/${organization.id}`)).status).toBe(404);
    expect((await guest.api.delete(path)).status).toBe(403);
    const revoked = await admin.api.delete(`${path}/permissions/${granted.body.id}`);
    expect(revoked.body.revoked_at).toBeTypeOf('string');
    expect((await guest.api.get(path)).status).toBe(404);
  });

  it('can wait for people without an account, and is no news for members', async () => {
    const [admin, member] = [await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin, [member]);
    const { body } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    const path = `/projects/${body.project.id}/permissions`;
    expect((await admin.api.post(path, { email: 'nobody-yet@example.com' })).status).toBe(200);
    expect((await admin.api.get(path)).body.project_permissions).toHaveLength(1);
    expect((await admin.api.post(path, { email: member.email })).status).toBe(409);
  });
});

describe('guests', () => {
  it('get a letter with a new link each time, whether they have an account or not', async () => {
    const mailbox = await startMailbox();
    onTestFinished(() => mailbox.close());
    const mailing = await startWeb({ POSTERN_SMTP_URL: mailbox.url });
    onTestFinished(() => mailing.close());
    const [owner, known] = [await newCaller(mailing), await newCaller(mailing)];
    const { body } = await owner.api.post('/projects', { project: { name: 'shop' } });
    const path = `/projects/${body.project.id}/permissions`;
    const guest = 'new-guest@example.com';
    for (const [email, letterCount] of [
      [known.email, 1],
      [guest, 2],
      [guest, 3],
      [known.email, 4],
    ] as const) {
      expect((await owner.api.post(path, { email })).status).toBe(200);
      await waitUntil(() => mailbox.letters.length >= letterCount, `letter ${letterCount}`);
    }
    expect(mailbox.letters.map(({ to }) => to)).toEqual([
      known.email,
      'new-guest@example.com',
      'new-guest@example.com',
      known.email,
    ]);
    const words = (text = '') =>
      text
        .slice(text.indexOf('"caller'))
        .replace(/\s+/g, ' ')
        .replace(/http:\S+|until [^.]+ UTC|--_NmP-\S+/g, '…');
    expect(words(mailbox.letters[0]?.text)).toBe(words(mailbox.letters[1]?.text));
    expect(mailbox.letters[0]?.text).toContain(owner.email);
    const [old, link] = mailbox.letters
      .slice(1, 3)
      .map(({ text }) => /http:\S+\/invitations\/\S+/.exec(text)?.[0] ?? '');
    expect((await fetch(old ?? '')).status).toBe(404);
    const page = await fetch(link ?? '');
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('shop')]);
  });
});

describe('a transfer', () => {
  it('moves projects from a person and from an organization, all or none', async () => {
    const person = await newCaller(web);
    const [first, second] = [await newOrganization(web, person), await newOrganization(web, person)];
    const ids = [await newProjectId(person), await newProjectId(person)];
    const both = { destination_org_id: first.id, project_ids: ids };
    expect((await person.api.post('/users/me/projects/transfer', both)).body).toEqual({});
    expect((await person.api.get(`/projects?org_id=${first.id}`)).body.projects).toHaveLength(2);
    const some = { destination_org_id: second.id, project_ids: [ids[0], 'quiet-lake-00000000'] };
    const path = `/organizations/${first.id}/projects/transfer`;
    expect((await person.api.post(path, some)).status).toBe(404);
    expect((await person.api.post(path, { ...some, project_ids: [ids[0]] })).status).toBe(200);
    expect((await person.api.get(`/projects/${ids[0]}`)).body.project.org_id).toBe(second.id);
  });

  it('takes the name that the destination had in 2024', async () => {
    const person = await newCaller(web);
    const organization = await newOrganization(web, person);
    const body = { org_id: organization.id, project_ids: [await newProjectId(person)] };
    expect((await person.api.post('/users/me/projects/transfer', body)).status).toBe(200);
    const nowhere = await person.api.post('/users/me/projects/transfer', { project_ids: body.project_ids });
    expect(nowhere).toMatchObject({ status: 400, body: { message: expect.stringContaining('destination_org_id') } });
  });

  it('beyond the plan of the destination says by how much', async () => {
    const person = await newCaller(web);
    const organization = await newOrganization(web, person);
    await web.catalogue.db.updateTable('accounts').set({ plan: 'free' }).where('id', '=', organization.id).execute();
    const ids = await Promise.all(Array.from({ length: 3 }, () => newProjectId(person)));
    await insertProjects(web.catalogue, organization.id, 8);
    const { status, body } = await person.api.post('/users/me/projects/transfer', {
      destination_org_id: organization.id,
      project_ids: ids,
    });
    expect(status).toBe(406);
    expect(body.limits).toEqual([{ name: 'projects_limit', expected: '10', actual: '11' }]);
    expect(body.message).toContain('plan');
  });
});

describe('a key of an organization', () => {
  it('means its organization when none is named', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const api = await organizationCaller(web, admin, { accountId: organization.id });
    const { body } = await api.post('/projects', { project: {} });
    expect(body.project.org_id).toBe(organization.id);
    expect((await api.get('/projects')).body.projects).toHaveLength(1);
  });

  it('of one project finds only that one', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const { body: one } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    const { body: other } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    const api = await organizationCaller(web, admin, { accountId: organization.id, projectId: one.project.id });
    expect((await api.get('/projects')).body.projects).toMatchObject([{ id: one.project.id }]);
    expect((await api.get(`/projects/${other.project.id}`)).status).toBe(404);
    expect((await api.post('/projects', { project: {} })).status).toBe(403);
  });
});

async function newProjectId({ api }: CallerForTests): Promise<string> {
  return (await api.post('/projects', { project: {} })).body.project.id;
}
