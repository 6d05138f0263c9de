// The requests that Okta ("SCIM 2.0 Protocol Reference") and Entra ID ("Develop and plan
// provisioning for a SCIM endpoint") document, in their order and with their oddities.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addMemberTo, addOrganization, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { scimOf } from './scim-client.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function organization() {
  const admin = await addPerson(web.catalogue, 'admin');
  const member = await addPerson(web.catalogue, 'member');
  const { id } = await addOrganization(web.catalogue, admin);
  await addMemberTo(web.catalogue, { id }, { person: member });
  return { id, admin, member, scim: await scimOf(web, id) };
}

const membersOf = async (id: Awaited<ReturnType<typeof organization>>['id']) =>
  (await web.catalogue.db.selectFrom('memberships').select('user_id').where('account_id', '=', id).execute()).map(
    ({ user_id }) => user_id,
  );

const teamsOf = async (userId: string) =>
  (
    await web.catalogue.db
      .selectFrom('team_members')
      .innerJoin('teams', 'teams.id', 'team_id')
      .select('name')
      .where('user_id', '=', userId as never)
      .execute()
  ).map(({ name }) => name);

/** Patches a group as both document it, 204 without a body, and reads it again. */
async function patchedGroup(scim: Awaited<ReturnType<typeof organization>>['scim'], place: string, body: object) {
  const patched = await scim('PATCH', place, body);
  expect([patched.status, patched.body]).toEqual([204, null]);
  const read = await scim('GET', place);
  expect(patched.headers.get('etag')).toBe(read.headers.get('etag'));
  return read;
}

const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

describe('Okta', () => {
  it('assigns, pushes a group, deactivates and activates again', async () => {
    const { id, admin, member, scim } = await organization();
    const asked = await scim('GET', `/Users?filter=userName%20eq%20%22${member.email}%22&startIndex=1&count=100`);
    expect(asked.body).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
    expect(asked.headers.get('content-type')).toContain('application/scim+json');

    const created = await scim('POST', '/Users', {
      ...{ schemas: [USER], userName: member.email, active: true, externalId: '00ujl29u0le5T6Aj10h7' },
      ...{ locale: 'en-US', groups: [], password: '1mz050nq', displayName: 'Test User' },
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ primary: true, value: member.email, type: 'work' }],
    });
    expect(created.status).toBe(201);
    const { id: userId } = created.body;
    expect(created.headers.get('location')).toBe(created.body.meta.location);
    expect(JSON.stringify(created.body)).not.toContain('1mz050nq');

    const group = await scim('POST', '/Groups', {
      ...{ schemas: [GROUP], displayName: 'DBAs' },
      members: [{ value: userId, display: member.email }],
    });
    expect(group.status).toBe(201);
    expect(await teamsOf(member.userId)).toEqual(['DBAs']);
    const renamed = patch({ op: 'replace', value: { id: group.body.id, displayName: 'Data' } });
    expect((await patchedGroup(scim, `/Groups/${group.body.id}`, renamed)).body.displayName).toBe('Data');

    const deactivated = await scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', value: { active: false } }));
    expect(deactivated.body).toMatchObject({ active: false, externalId: '00ujl29u0le5T6Aj10h7' });
    expect(await membersOf(id)).toEqual([admin.userId]);
    expect(await teamsOf(member.userId)).toEqual([]);

    const active = { ...deactivated.body, active: true };
    expect((await scim('PUT', `/Users/${userId}`, active)).body.active).toBe(true);
    expect(await membersOf(id)).toEqual([admin.userId]);
    const activated = await scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', value: { active: true } }));
    expect(activated).toMatchObject({ status: 200, body: { active: true } });
  });

  it('imports, updates by PUT, changes a group’s members, and unlinks it', async () => {
    const { id, member, admin, scim } = await organization();
    const user = (email: string) => ({
      ...{ schemas: [USER], userName: email, displayName: 'Test User', locale: 'en-US', groups: [], active: true },
      ...{ name: { givenName: 'Test', familyName: 'User' }, emails: [{ primary: true, value: email, type: 'work' }] },
    });
    const [one, other] = [
      await scim('POST', '/Users', user(member.email)),
      await scim('POST', '/Users', user('o@x.org')),
    ];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(await scim('POST', '/Users', user(member.email))).toMatchObject({
      ...{ status: 409, body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '409' } },
    });
    for (const type of ['Users', 'Groups']) {
      const page = await scim('GET', `/${type}?startIndex=1&count=100`);
      const { totalResults, startIndex, itemsPerPage } = page.body;
      expect([totalResults, startIndex, itemsPerPage]).toEqual(type === 'Users' ? [2, 1, 2] : [0, 1, 0]);
    }
    const place = `/Users/${one.body.id}`;
    const { body: known } = await scim('GET', place);
    const name = { givenName: 'Another', familyName: 'User' };
    const renamed = { ...known, name: { ...name, middleName: 'Excited' } };
    expect(await scim('PUT', place, renamed)).toMatchObject({ status: 200, body: { name } });

    const made = await scim('POST', '/Groups', { schemas: [GROUP], displayName: 'Test SCIMv2', members: [] });
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Test SCIMv2', members: [] } });
    const group = `/Groups/${made.body.id}`;
    const add = { op: 'add', path: 'members', value: [{ value: one.body.id, display: member.email }] };
    await patchedGroup(scim, group, patch(add));
    expect(await teamsOf(member.userId)).toEqual(['Test SCIMv2']);
    const swap = { op: 'add', path: 'members', value: [{ value: other.body.id, display: 'o@x.org' }] };
    const remove = { op: 'remove', path: `members[value eq "${one.body.id}"]` };
    expect((await patchedGroup(scim, group, patch(remove, swap))).body.members).toMatchObject([
      { value: other.body.id },
    ]);
    expect(await teamsOf(member.userId)).toEqual([]);
    const everybody = [
      { value: one.body.id, display: member.email },
      { value: other.body.id, display: 'o@x.org' },
    ];
    const pushed = await patchedGroup(scim, group, patch({ op: 'replace', path: 'members', value: everybody }));
    expect(pushed.body.members).toHaveLength(2);
    expect(await teamsOf(member.userId)).toEqual(['Test SCIMv2']);
    // An integration of the wizard's puts what the others patch.
    const put = { ...pushed.body, displayName: 'Renamed', members: [{ value: other.body.id }] };
    expect(await scim('PUT', group, put)).toMatchObject({ status: 200, body: { displayName: 'Renamed' } });
    expect(await teamsOf(member.userId)).toEqual([]);
    const { body: before } = await scim('GET', place);
    expect(await scim('PUT', place, { ...before, active: false })).toMatchObject({
      status: 200,
      body: { active: false },
    });
    expect(await membersOf(id)).toEqual([admin.userId]);
    expect((await scim('DELETE', group)).status).toBe(204);
    expect((await scim('GET', group)).status).toBe(404);
  });
});

/** As Entra ID creates one. */
async function entraUser({ member, scim }: Pick<Awaited<ReturnType<typeof organization>>, 'member' | 'scim'>) {
  const created = await scim('POST', '/Users?aadOptscim062020', {
    schemas: [USER, ENTERPRISE],
    ...{ externalId: 'ann-object-id', userName: member.email, active: true, displayName: 'Ann' },
    emails: [{ primary: true, type: 'work', value: member.email }],
    ...{ meta: { resourceType: 'User' }, name: { formatted: 'Ann B', familyName: 'B', givenName: 'Ann' } },
    roles: [],
    [ENTERPRISE]: { department: 'IT' },
  });
  expect(created.status).toBe(201);
  return created;
}

describe('Entra ID', () => {
  it('tests the connection, provisions, changes by odd patches, disables and deletes', async () => {
    const place = await organization();
    const { id, admin, member, scim } = place;
    const nobody = await scim('GET', '/Users?filter=externalId+eq+%22ce8e9d46-1d3c-4e0b%22');
    expect([nobody.status, nobody.body.totalResults]).toEqual([200, 0]);
    const created = await entraUser(place);
    const path = `/Users/${created.body.id}`;

    const changed = await scim(
      'PATCH',
      path,
      patch(
        { op: 'Add', path: 'displayName', value: 'Ann C' },
        { op: 'Replace', path: 'name.familyName', value: 'C' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: `new-${member.email}` },
        { op: 'Add', path: 'emails[type eq "home"].value', value: 'home@example.com' },
        { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Sales' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
        { op: 'Replace', value: { 'name.givenName': 'Anna', [`${ENTERPRISE}:manager`]: 'x' } },
      ),
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      displayName: 'Ann C',
      name: { formatted: 'Ann B', familyName: 'C', givenName: 'Anna' },
      emails: [
        { primary: true, type: 'work', value: `new-${member.email}` },
        { type: 'home', value: 'home@example.com' },
      ],
    });

    const renamed = patch({ op: 'Replace', path: 'userName', value: `renamed-${member.email}` });
    expect(await scim('PATCH', path, renamed)).toMatchObject({
      status: 200,
      body: { userName: `renamed-${member.email}` },
    });
    const byName = await scim('GET', `/Users?filter=userName eq "renamed-${member.email}"`);
    expect(byName.body).toMatchObject({ totalResults: 1, startIndex: 1, Resources: [{ id: created.body.id }] });
    const nobodyElse = await scim('GET', '/Users/5171a35d82074e068ce2');
    expect(nobodyElse).toMatchObject({ status: 404, body: { status: '404' } });
    const described = await scim('GET', '/Schemas');
    const ids = described.body.Resources.map(({ id: schema }: { id: string }) => schema);
    expect(ids).toEqual(expect.arrayContaining([USER, GROUP]));

    // The person is known by the link, though the address is another now.
    const off = await scim('PATCH', path, patch({ op: 'Replace', path: 'active', value: 'False' }));
    expect(off.body.active).toBe(false);
    expect(await membersOf(id)).toEqual([admin.userId]);
    expect((await scim('DELETE', path)).status).toBe(204);
    expect((await scim('GET', path)).status).toBe(404);
  });

  it('makes a group, names it, and fills and empties it', async () => {
    const place = await organization();
    const { id, member, scim } = place;
    const created = await entraUser(place);
    const schemas = [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'];
    const meta = { resourceType: 'Group' };
    const group = await scim('POST', '/Groups', { schemas, externalId: 'g1', displayName: 'Crew', meta });
    expect(group).toMatchObject({ status: 201, body: { externalId: 'g1', members: [] } });
    const path = `/Groups/${group.body.id}`;
    await patchedGroup(scim, path, patch({ op: 'Replace', path: 'displayName', value: 'Staff' }));
    const bare = await scim('GET', `${path}?excludedAttributes=members`);
    expect([bare.status, bare.body.displayName, bare.body.members]).toEqual([200, 'Staff', undefined]);
    const found = await scim('GET', '/Groups?excludedAttributes=members&filter=displayName+eq+%22staff%22');
    expect(found.body.Resources).toHaveLength(1);
    expect(found.body.Resources[0].members).toBeUndefined();
    const add = { op: 'Add', path: 'members', value: [{ $ref: null, value: created.body.id }] };
    expect((await patchedGroup(scim, path, patch(add))).body.members).toHaveLength(1);
    expect(await teamsOf(member.userId)).toEqual(['Staff']);
    const member_ = `/Groups?filter=id eq "${group.body.id}" and members eq "${created.body.id}"`;
    expect((await scim('GET', member_)).body.totalResults).toBe(1);
    const drop = { op: 'Remove', path: 'members', value: [{ $ref: null, value: created.body.id }] };
    await patchedGroup(scim, path, patch(drop));
    expect(await teamsOf(member.userId)).toEqual([]);
    await scim('PATCH', path, patch(add));
    const filtered = patch({ op: 'remove', path: `members[value eq "${created.body.id}"]` });
    expect((await patchedGroup(scim, path, filtered)).body).toMatchObject({ members: [] });
    expect(await teamsOf(member.userId)).toEqual([]);
    expect((await scim('DELETE', path)).status).toBe(204);
    expect(await web.catalogue.db.selectFrom('teams').select('id').where('account_id', '=', id).execute()).toEqual([]);
  });
});
