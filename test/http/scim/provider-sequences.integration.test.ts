// The requests that Okta and Entra ID document, in their order and with their oddities.

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
    expect((await scim('PATCH', `/Groups/${group.body.id}`, renamed)).body.displayName).toBe('Data');

    const deactivated = await scim('PATCH', `/Users/${userId}`, patch({ op: 'replace', value: { active: false } }));
    expect(deactivated.body).toMatchObject({ active: false, externalId: '00ujl29u0le5T6Aj10h7' });
    expect(await membersOf(id)).toEqual([admin.userId]);
    expect(await teamsOf(member.userId)).toEqual([]);

    const active = { ...deactivated.body, active: true };
    expect((await scim('PUT', `/Users/${userId}`, active)).body.active).toBe(true);
    expect(await membersOf(id)).toEqual([admin.userId]);
  });
});

describe('Entra ID', () => {
  it('tests the connection, provisions, changes by odd patches, and fills groups', async () => {
    const { id, admin, member, scim } = await organization();
    const nobody = await scim('GET', '/Users?filter=externalId+eq+%22ce8e9d46-1d3c-4e0b%22');
    expect([nobody.status, nobody.body.totalResults]).toEqual([200, 0]);
    const created = await scim('POST', '/Users?aadOptscim062020', {
      schemas: [USER, ENTERPRISE],
      ...{ externalId: 'ann-object-id', userName: member.email, active: true, displayName: 'Ann' },
      emails: [{ primary: true, type: 'work', value: member.email }],
      ...{ meta: { resourceType: 'User' }, name: { formatted: 'Ann B', familyName: 'B', givenName: 'Ann' } },
      roles: [],
      [ENTERPRISE]: { department: 'IT' },
    });
    expect(created.status).toBe(201);
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

    const group = await scim('POST', '/Groups', { schemas: [GROUP], externalId: 'g1', displayName: 'Staff' });
    const place = `/Groups/${group.body.id}`;
    const found = await scim('GET', '/Groups?excludedAttributes=members&filter=displayName+eq+%22staff%22');
    expect(found.body.Resources).toHaveLength(1);
    expect(found.body.Resources[0].members).toBeUndefined();
    const add = { op: 'Add', path: 'members', value: [{ $ref: null, value: created.body.id }] };
    expect((await scim('PATCH', place, patch(add))).body.members).toHaveLength(1);
    expect(await teamsOf(member.userId)).toEqual(['Staff']);
    const member_ = `/Groups?filter=id eq "${group.body.id}" and members eq "${created.body.id}"`;
    expect((await scim('GET', member_)).body.totalResults).toBe(1);
    await scim('PATCH', place, patch({ op: 'Remove', path: 'members', value: [{ value: created.body.id }] }));
    expect(await teamsOf(member.userId)).toEqual([]);
    await scim('PATCH', place, patch(add));
    const filtered = patch({ op: 'remove', path: `members[value eq "${created.body.id}"]` });
    expect((await scim('PATCH', place, filtered)).body).toMatchObject({ members: [] });
    expect(await teamsOf(member.userId)).toEqual([]);

    // The person is known by the link, though the address is another now.
    const off = await scim('PATCH', path, patch({ op: 'Replace', path: 'active', value: 'False' }));
    expect(off.body.active).toBe(false);
    expect(await membersOf(id)).toEqual([admin.userId]);
    expect((await scim('DELETE', path)).status).toBe(204);
    expect((await scim('GET', path)).status).toBe(404);
    expect((await scim('DELETE', place)).status).toBe(204);
    expect(await web.catalogue.db.selectFrom('teams').select('id').where('account_id', '=', id).execute()).toEqual([]);
  });
});
