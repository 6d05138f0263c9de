// SCIM 2.0 as RFC 7644 has it, and what an organization's key cannot do to anybody else.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertUser } from '../../../src/catalogue/accounts/users.ts';
import { countGroupsWithin } from '../../../src/catalogue/scim/scim-group-members.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newUserId, type ScimGroupId } from '../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addMemberTo, addOrganization } from '../../support/databases/catalogue-for-tests.ts';
import { newCaller, useUpMinute } from '../api/api-for-tests.ts';
import { type ScimClient, scimClient, scimOf } from './scim-client.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const deactivate = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] };

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function organization() {
  const admin = await newCaller(web, 'admin');
  const { id } = await addOrganization(web.catalogue, admin);
  return { id, admin, scim: await scimOf(web, id) };
}

type Place = Awaited<ReturnType<typeof organization>>;

async function push(scim: ScimClient, userName: string, rest: object = {}) {
  const { status, body } = await scim('POST', '/Users', { userName, ...rest });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const isMember = async ({ id }: Place, userId: string) =>
  (
    await web.catalogue.db
      .selectFrom('memberships')
      .select('id')
      .where('account_id', '=', id)
      .where('user_id', '=', userId as never)
      .execute()
  ).length === 1;

describe('filters', () => {
  it('find users by and, or, not, pr, co, sw, ew, brackets and times, in any case', async () => {
    const { scim } = await organization();
    const emails = [{ value: 'ann@work.example', type: 'work' }];
    await push(scim, 'ann@acme.example', { externalId: 'E1', displayName: 'Ann 100%', emails });
    await push(scim, 'bob@acme.example', { name: { familyName: 'O"Brien' }, active: false });
    await push(scim, 'cleo@other.example');
    const found = async (filter: string) => {
      const { body } = await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
      return body.Resources?.map(({ userName }: { userName: string }) => userName[0]).join('') ?? body.scimType;
    };
    expect(await found('userName eq "ANN@acme.example"')).toBe('a');
    expect(await found('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "BOB"')).toBe('b');
    expect(await found('externalId eq "e1"')).toBe('');
    expect(await found('externalId pr or active eq false')).toBe('ab');
    expect(await found('not (externalId pr) and userName co "acme"')).toBe('b');
    expect(await found('displayName ew "100%" and not (displayName ew "100_")')).toBe('a');
    expect(await found('name.familyName eq "o\\"brien"')).toBe('b');
    expect(await found('emails[type eq "work" and value co "@work."]')).toBe('a');
    expect(await found('emails.value eq "ann@work.example" or active eq "False"')).toBe('ab');
    expect(await found('displayName ne "x"')).toBe('abc');
    expect(await found('meta.created gt "2020-01-01T00:00:00Z" and userName gt "b"')).toBe('bc');
    expect(await found(`userName eq "'; drop table users; --"`)).toBe('');
  });

  it('that cannot be used are refused as invalidFilter', async () => {
    const { scim } = await organization();
    const hostile = [
      ...['userName', 'userName eq', 'userName eq ann', 'password eq "x"', '__proto__ eq "x"', 'constructor pr'],
      ...['active gt true', 'meta.created co "x"', 'emails[', 'id eq 1', 'userName eq "a" )', '"'],
      ...[`${'('.repeat(5_000)}a pr`, `${'not '.repeat(400)}(id pr)`, Array(60).fill('id pr').join(' or ')],
    ];
    for (const filter of hostile) {
      const { status, body } = await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`);
      expect([status, body.scimType, body.status], filter.slice(0, 40)).toEqual([400, 'invalidFilter', '400']);
    }
  });
});

it('pages begin at 1, keep their order and say how many there are', async () => {
  const { scim } = await organization();
  for (let index = 0; index < 5; index++) await push(scim, `person-${index}@acme.example`);
  const page = async (query: string) => {
    const { body } = await scim('GET', `/Users?${query}`);
    const names = body.Resources.map(({ userName }: { userName: string }) => userName.at(7));
    return [body.totalResults, body.startIndex, body.itemsPerPage, names.join('')];
  };
  expect(await page('startIndex=1&count=2')).toEqual([5, 1, 2, '01']);
  expect(await page('startIndex=4&count=2')).toEqual([5, 4, 2, '34']);
  expect(await page('startIndex=6&count=2')).toEqual([5, 6, 0, '']);
  expect(await page('startIndex=0&count=-3')).toEqual([5, 1, 0, '']);
  expect(await page('count=0')).toEqual([5, 1, 0, '']);
  expect(await page('startIndex=x&count=99999999999')).toEqual([5, 1, 5, '01234']);
});

it('versions guard against changes that were not seen', async () => {
  const { scim } = await organization();
  const { id, meta } = await push(scim, 'ann@acme.example');
  const change = (displayName: string) => ({ schemas: [PATCH], Operations: [{ op: 'add', value: { displayName } }] });
  const path = `/Users/${id}`;
  expect((await scim('GET', path, undefined, { 'if-none-match': meta.version })).status).toBe(304);
  const first = await scim('PATCH', path, change('Ann'), { 'if-match': meta.version });
  expect([first.status, first.headers.get('etag')]).toEqual([200, 'W/"2"']);
  for (const version of [meta.version, '"x"', 'W/"99999"']) {
    expect((await scim('PATCH', path, change('Bob'), { 'if-match': version })).status, version).toBe(412);
    expect((await scim('DELETE', path, undefined, { 'if-match': version })).status, version).toBe(412);
  }
  expect((await scim('PATCH', path, change('Ann'))).headers.get('etag')).toBe('W/"2"');
  const both = await Promise.all(['x', 'y'].map((name) => scim('PATCH', path, change(name), { 'if-match': 'W/"2"' })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  expect((await scim('PUT', path, { userName: 'ann@acme.example' }, { 'if-match': '*' })).status).toBe(200);
});

it('errors have the type that RFC 7644 names', async () => {
  const { scim } = await organization();
  const { id } = await push(scim, 'ann@acme.example');
  await push(scim, 'bob@acme.example');
  await scim('POST', '/Groups', { displayName: 'DBA' });
  const operations = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
  const path = `/Users/${id}`;
  const cases: ReadonlyArray<readonly [string, string, unknown, number, string | undefined]> = [
    ['POST', '/Users', { userName: 'ANN@acme.example' }, 409, 'uniqueness'],
    ['POST', '/Users', { userName: 'other', emails: [{ value: 'ann@acme.example' }] }, 409, 'uniqueness'],
    ['POST', '/Groups', { displayName: 'dba' }, 409, 'uniqueness'],
    ['POST', '/Users', '{"userName":', 400, 'invalidSyntax'],
    ['POST', '/Users', '\u00ff', 400, 'invalidSyntax'],
    ['POST', '/Users', '{"userName":"a\\u0000b@c.d"}', 400, 'invalidSyntax'],
    ['POST', '/Users', [], 400, 'invalidValue'],
    ['POST', '/Users', {}, 400, 'invalidValue'],
    ['POST', '/Users', { userName: 'no address' }, 400, 'invalidValue'],
    ['POST', '/Users', { userName: { __proto__: 1 } }, 400, 'invalidValue'],
    ['POST', '/Groups', { displayName: 'x', members: [{ value: 'nobody' }] }, 400, 'invalidValue'],
    ['PATCH', path, operations({ op: 'replace', path: 'active', value: 'maybe' }), 400, 'invalidValue'],
    ['PATCH', path, operations({ op: 'jump', path: 'active', value: true }), 400, 'invalidValue'],
    ['PATCH', path, operations(), 400, 'invalidValue'],
    ['PATCH', path, operations({ op: 'remove' }), 400, 'invalidPath'],
    ['PATCH', path, operations({ op: 'replace', path: 'emails[', value: 'x' }), 400, 'invalidPath'],
    ['PATCH', path, operations({ op: 'add', path: 'emails[type eq].value', value: 'x' }), 400, 'invalidFilter'],
    ['PATCH', path, operations({ op: 'add', path: 'id', value: 'x' }), 400, 'mutability'],
    ['PATCH', path, operations({ op: 'remove', path: 'userName' }), 400, 'mutability'],
    ['GET', '/Users/nobody', undefined, 404, undefined],
    ['GET', '/Nothing', undefined, 404, undefined],
    ['PUT', '/Users', {}, 405, undefined],
    ['GET', '/Schemas?filter=id%20pr', undefined, 403, undefined],
    ['POST', '/Users', `"${'x'.repeat(1_024 * 1_024)}"`, 413, undefined],
  ];
  for (const [method, where, body, status, scimType] of cases) {
    const reply = await scim(method, where, body);
    const told = JSON.stringify([method, where, body]).slice(0, 120);
    expect([reply.status, reply.body.status, reply.body.scimType], told).toEqual([status, String(status), scimType]);
    expect(reply.body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  const polluting =
    '{"Operations":[{"op":"add","value":{"name":{"__proto__":{"polluted":1}},"__proto__.polluted":1}}]}';
  await scim('PATCH', path, polluting);
  expect(Reflect.get({}, 'polluted')).toBe(undefined);
});

it('a body just below 1 MiB fills a group with thousands of people', async () => {
  const { id, scim } = await organization();
  const now = new Date();
  const rows = Array.from({ length: 5_000 }, (_, index) => ({
    ...{ id: newUserId() as never, account_id: id, user_name: `u${index}`, user_name_key: `u${index}` },
    ...{ external_id: null, email: `u${index}@x.y`, email_key: `u${index}@x.y`, is_active: true, attributes: '{}' },
    ...{ user_id: null, version: 1, created_at: now, updated_at: now },
  }));
  for (let at = 0; at < rows.length; at += 1_000) {
    await web.catalogue.db
      .insertInto('scim_users')
      .values(rows.slice(at, at + 1_000))
      .execute();
  }
  const members = rows.map(({ id: value }) => ({ value, display: 'x'.repeat(120) }));
  const body = JSON.stringify({ displayName: 'Everybody', members });
  expect(body.length).toBeGreaterThan(900_000);
  expect(body.length).toBeLessThan(1_024 * 1_024);
  const { status, body: group } = await scim('POST', '/Groups', body);
  expect([status, group.members?.length]).toEqual([201, 5_000]);
});

// Forty thousand names in one value were as many operations, each looking at all before it.
it('a patch does no more work than its operations say', async () => {
  const { scim } = await organization();
  const { id } = await push(scim, 'busy@example.org', { emails: [{ value: 'busy@example.org' }] });
  const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, at) => [`emails[type eq ${at}]`, {}]));
  const spread = await scim('PATCH', `/Users/${id}`, { Operations: [{ op: 'add', value: many }] });
  expect([spread.status, spread.body.scimType]).toEqual([400, 'invalidPath']);
  const each = Array.from({ length: 1_000 }, (_, at) => ({ op: 'add', path: `emails[type eq ${at}]`, value: {} }));
  expect((await scim('PATCH', `/Users/${id}`, { Operations: each })).status).toBe(400);
  const { body: group } = await scim('POST', '/Groups', { displayName: 'Few', members: [{ value: id }] });
  const some = { op: 'remove', path: 'members[display eq "a" or value eq "b"]' };
  expect((await scim('PATCH', `/Groups/${group.id}`, { Operations: [some] })).status).toBe(400);
  const one = { op: 'remove', path: `members[value eq "${id}"]` };
  expect((await scim('PATCH', `/Groups/${group.id}`, { Operations: [one] })).status).toBe(204);
});

it('a page has fewer groups where they are large', async () => {
  const { scim } = await organization();
  const people = await Promise.all(['a', 'b', 'c'].map((name) => push(scim, `${name}@example.org`)));
  const members = people.map(({ id: value }) => ({ value }));
  const groups: ScimGroupId[] = [];
  for (const displayName of ['One', 'Two', 'Three']) {
    groups.push((await scim('POST', '/Groups', { displayName, members })).body.id);
  }
  const within = (most: number) => countGroupsWithin(web.catalogue, groups, most);
  expect([await within(100), await within(9), await within(8), await within(6), await within(1)]).toEqual([
    3, 3, 2, 2, 1,
  ]);
});

it('tells what it can do', async () => {
  const { scim } = await organization();
  const config = await scim('GET', '/ServiceProviderConfig');
  expect(config.body).toMatchObject({
    patch: { supported: true },
    etag: { supported: true },
    sort: { supported: false },
  });
  expect((await scim('GET', '/ResourceTypes')).body.Resources.map(({ id }: { id: string }) => id)).toEqual([
    'User',
    'Group',
  ]);
  const { body } = await scim('GET', '/Schemas');
  for (const { id } of body.Resources) expect((await scim('GET', `/Schemas/${id}`)).body.id).toBe(id);
  expect((await scim('GET', '/ResourceTypes/User')).body.endpoint).toBe('/Users');
});

describe('a key', () => {
  it('opens its own organization and nothing else; other keys do not open this', async () => {
    const [mine, other] = [await organization(), await organization()];
    const { body: made } = await mine.admin.api.post(`/organizations/${mine.id}/scim_keys`, { name: 'Okta' });
    const call = async (id: Place['id'], key: string) =>
      (await scimClient(web.localUrl, { id, key })('GET', '/Users')).status;
    expect(await call(mine.id, made.key)).toBe(200);
    expect(await call(other.id, made.key)).toBe(401);
    expect(await call(mine.id, mine.admin.key)).toBe(401);
    const asApi = await fetch(`${web.localUrl}/api/v2/projects`, { headers: { authorization: `Bearer ${made.key}` } });
    expect(asApi.status).toBe(401);
    const { body: listed } = await mine.admin.api.get(`/organizations/${mine.id}/scim_keys`);
    expect(listed.base_url).toBe(`${web.url}/scim/v2/organizations/${mine.id}`);
    expect(JSON.stringify(listed)).not.toContain(made.key);
    expect((await mine.admin.api.get(`/organizations/${mine.id}/api_keys`)).body).toEqual([]);
    const path = `/organizations/${mine.id}/scim_keys/${made.id}`;
    expect((await other.admin.api.delete(`/organizations/${other.id}/scim_keys/${made.id}`)).status).toBe(404);
    expect((await mine.admin.api.delete(path)).status).toBe(200);
    expect(await call(mine.id, made.key)).toBe(401);
    expect(web.logged()).not.toContain(made.key);
  });

  it('reads, changes and takes over nobody outside its organization', async () => {
    const [mine, other] = [await organization(), await organization()];
    const stranger = await newCaller(web, 'stranger');
    await addMemberTo(web.catalogue, { id: other.id }, { person: stranger });
    const before = await web.catalogue.db.selectFrom('users').selectAll().where('id', '=', stranger.userId).execute();
    const unknown = await push(mine.scim, `${newUserId()}@acme.example`);
    const known = await push(mine.scim, stranger.email, { displayName: 'Renamed', active: true });
    // Whether an address has a person here is not told.
    expect(Object.keys(known).filter((name) => name !== 'displayName')).toEqual(Object.keys(unknown));
    expect(await isMember(mine, stranger.userId)).toBe(false);
    await mine.scim('POST', '/Groups', { displayName: 'DBA', members: [{ value: known.id }] });
    await mine.scim('PATCH', `/Users/${known.id}`, deactivate);
    await mine.scim('DELETE', `/Users/${known.id}`);
    expect(await isMember(other, stranger.userId)).toBe(true);
    expect((await stranger.api.get('/users/me')).status).toBe(200);
    expect(await web.catalogue.db.selectFrom('users').selectAll().where('id', '=', stranger.userId).execute()).toEqual(
      before,
    );
    const theirs = await push(other.scim, stranger.email);
    for (const method of ['GET', 'DELETE'] as const) {
      expect((await mine.scim(method, `/Users/${theirs.id}`)).status).toBe(404);
    }
    expect((await mine.scim('PATCH', `/Users/${theirs.id}`, deactivate)).status).toBe(404);
    const borrowed = { displayName: 'Theirs', members: [{ value: theirs.id }] };
    expect((await mine.scim('POST', '/Groups', borrowed)).status).toBe(400);
    expect(await isMember(other, stranger.userId)).toBe(true);
  });

  it('is guessed no more often than others', async () => {
    const { id } = await organization();
    const guess = scimClient(web.localUrl, { id, key: `postern_scim_${'A'.repeat(43)}` });
    const address = '203.0.113.77';
    const from = { 'x-forwarded-for': address };
    expect((await guess('GET', '/Users', undefined, from)).status).toBe(401);
    await useUpMinute(web, { keyId: `nobody:${address}`, address });
    const limited = await guess('GET', '/Users', undefined, from);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });
});

it('the last admin stays, and nothing of the request is done', async () => {
  const place = await organization();
  const { id } = await push(place.scim, place.admin.email);
  const refused = await place.scim('PATCH', `/Users/${id}`, deactivate);
  expect([refused.status, refused.body.scimType]).toEqual([409, undefined]);
  expect((await place.scim('DELETE', `/Users/${id}`)).status).toBe(409);
  expect((await place.scim('GET', `/Users/${id}`)).body.active).toBe(true);
  expect(await isMember(place, place.admin.userId)).toBe(true);
});

it('a member with an address that nobody proved loses access by it, and gets no team', async () => {
  const place = await organization();
  const email = `${newUserId()}@acme.example`;
  const input = { email, name: 'Mallory', password: null, emailVerified: false };
  const person = await web.catalogue.transaction((tx) =>
    insertUser(tx, { catalogue: web.catalogue, context: SYSTEM_CONTEXT, input, passwordHash: null }),
  );
  await addMemberTo(web.catalogue, place, { person: { userId: person.id, email, accountId: person.id as never } });
  const { id } = await push(place.scim, email);
  await place.scim('POST', '/Groups', { displayName: 'DBA', members: [{ value: id }] });
  const teams = web.catalogue.db.selectFrom('team_members').select('team_id').where('user_id', '=', person.id);
  expect(await teams.execute()).toEqual([]);
  await place.scim('PATCH', `/Users/${id}`, deactivate);
  expect(await isMember(place, person.id)).toBe(false);
});

it('a person elsewhere as well is signed out and keeps what they have there', async () => {
  const [mine, other] = [await organization(), await organization()];
  const both = await newCaller(web, 'both');
  await addMemberTo(web.catalogue, mine, { person: both });
  await addMemberTo(web.catalogue, other, { person: both });
  const { id } = await push(mine.scim, both.email);
  await mine.scim('PATCH', `/Users/${id}`, deactivate);
  expect([await isMember(mine, both.userId), await isMember(other, both.userId)]).toEqual([false, true]);
  expect((await both.api.get('/users/me')).status).toBe(200);
});

it('a group takes over no team that somebody made by hand', async () => {
  const place = await organization();
  const { body } = await place.admin.api.post(`/organizations/${place.id}/teams`, { name: 'DBA' });
  expect((await place.scim('POST', '/Groups', { displayName: 'dba' })).body.scimType).toBe('uniqueness');
  expect((await place.scim('GET', `/Groups/${body.team?.id ?? body.id}`)).status).toBe(404);
});
