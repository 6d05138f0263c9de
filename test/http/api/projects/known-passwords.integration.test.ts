// Passwords of database roles that stay in the minds of people whose access ends.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { type CallerForTests, newCaller, newOrganization } from '../api-for-tests.ts';
import { canConnect, newHostedProject } from '../hosted-project.ts';

let web: WebForTests;
let owner: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  owner = await newCaller(web, 'owner');
});

afterAll(() => web.close());

type Hosted = Awaited<ReturnType<typeof newHostedProject>>;

/** A guest of a new project who was shown the password of its role. */
async function guestWhoSaw(how: (api: CallerForTests['api'], hosted: Hosted) => Promise<{ status: number }>) {
  const hosted = await newHostedProject(owner.api);
  const guest = await newCaller(web, 'guest');
  const { body } = await owner.api.post(`${hosted.project}/permissions`, { email: guest.email });
  expect((await how(guest.api, hosted)).status).toBe(200);
  return { hosted, guest, permission: `${hosted.project}/permissions/${body.id}` };
}

describe('a guest is removed who was shown a role password', () => {
  it.each([
    [
      'revealed',
      (api: CallerForTests['api'], { branch, role }: Hosted) => api.get(`${branch}/roles/${role}/reveal_password`),
    ],
    [
      'reset',
      (api: CallerForTests['api'], { branch, role }: Hosted) => api.post(`${branch}/roles/${role}/reset_password`),
    ],
    [
      'in a URI',
      (api: CallerForTests['api'], { project, database, role }: Hosted) =>
        api.get(`${project}/connection_uri?database_name=${database}&role_name=${role}`),
    ],
  ])('the answer names the role, when it was %s', async (_, how) => {
    const { hosted, permission } = await guestWhoSaw(how);
    const { body } = await owner.api.delete(permission);
    const [, projectId] = hosted.project.split('/').filter(Boolean);
    expect(body.known_passwords).toEqual([{ project_id: projectId, role_name: hosted.role, status: 'kept' }]);
  });

  it('the password stops working when the reset is asked for', async () => {
    const { hosted, permission } = await guestWhoSaw((api, { branch, role }) =>
      api.get(`${branch}/roles/${role}/reveal_password`),
    );
    expect(await canConnect(hosted.database, hosted.role, hosted.password)).toBe(true);
    const { body } = await owner.api.delete(`${permission}?reset_known_passwords=true`);
    expect(body.known_passwords).toMatchObject([{ role_name: hosted.role, status: 'reset' }]);
    expect(await canConnect(hosted.database, hosted.role, hosted.password)).toBe(false);
    expect(await endingsOf(hosted.role)).toHaveLength(1);
  });

  it('nothing is named for who saw none, or saw one that is replaced since', async () => {
    const unseen = await guestWhoSaw((api, { project }) => api.get(project));
    expect((await owner.api.delete(unseen.permission)).body).not.toHaveProperty('known_passwords');
    const replaced = await guestWhoSaw((api, { branch, role }) => api.get(`${branch}/roles/${role}/reveal_password`));
    await owner.api.post(`${replaced.hosted.branch}/roles/${replaced.hosted.role}/reset_password`);
    expect((await owner.api.delete(replaced.permission)).body).not.toHaveProperty('known_passwords');
  });
});

it('a removed member and a transfer tell which passwords are known', async () => {
  const member = await newCaller(web, 'member');
  const organization = await newOrganization(web, owner, [member]);
  const { body: made } = await member.api.post('/projects', { project: { org_id: organization.id } });
  const known = { project_id: made.project.id, role_name: made.roles[0].name };
  const elsewhere = await newOrganization(web, owner);
  const move = { destination_org_id: elsewhere.id, project_ids: [made.project.id] };
  const moved = await owner.api.post(`/organizations/${organization.id}/projects/transfer`, move);
  expect(moved.body).toEqual({ known_passwords: [{ ...known, status: 'kept' }] });
  const back = { destination_org_id: organization.id, project_ids: [made.project.id] };
  const returned = await owner.api.post(`/organizations/${elsewhere.id}/projects/transfer`, back);
  expect(returned.body).toEqual({});
  const { body } = await owner.api.get(`/organizations/${organization.id}/members`);
  const row = body.members.find((each: { member: { user_id: string } }) => each.member.user_id === member.userId);
  const path = `/organizations/${organization.id}/members/${row.member.id}`;
  const removed = await owner.api.delete(`${path}?reset_known_passwords=true`);
  expect(removed.body).toEqual({ known_passwords: [{ ...known, status: 'reset' }] });
});

/** What every node reads to end the connections that rest on the old password. */
async function endingsOf(role: string) {
  return await web.catalogue.db.selectFrom('ended_access').select('id').where('database_role', '=', role).execute();
}
