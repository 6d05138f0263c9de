import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newShareId } from '../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { type ApiForTests, newCaller, newOrganization } from './api-for-tests.ts';
import { insertProjects } from './insert-projects.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

/** As neonctl counts: asks until a page is not full. A loop would be caught by the limit. */
async function readAll(api: ApiForTests, path: string, limit: number): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let cursor = '';
  for (let pages = 1; pages <= 20; pages += 1) {
    const { body } = await api.get(`${path}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    ids.push(...body.projects.map((project: { id?: string; project_id?: string }) => project.id ?? project.project_id));
    if (body.projects.length < limit) return { ids, pages };
    expect(body.pagination.cursor, 'a full page has a cursor').toBeTypeOf('string');
    cursor = body.pagination.cursor;
  }
  throw new Error('the pages never end');
}

describe('lists of projects', () => {
  it.each([
    [0, 1],
    [99, 1],
    [100, 2],
    [101, 2],
    [200, 3],
  ])('of %i end after %i pages of 100', async (count, pages) => {
    const caller = await newCaller(web);
    const organization = await newOrganization(web, caller);
    const expected = count === 0 ? [] : await insertProjects(web.catalogue, organization.id, count);
    const read = await readAll(caller.api, `/projects?org_id=${organization.id}`, 100);
    expect(read.pages).toBe(pages);
    expect(read.ids).toEqual(expected);
  });

  it('have ten items when no limit is given, newest first', async () => {
    const caller = await newCaller(web);
    const expected = await insertProjects(web.catalogue, caller.accountId, 12);
    const { body } = await caller.api.get('/projects');
    expect(body.projects.map((project: { id: string }) => project.id)).toEqual(expected.slice(0, 10));
  });

  it('neither lose nor repeat a project while others are made', async () => {
    const caller = await newCaller(web);
    const expected = await insertProjects(web.catalogue, caller.accountId, 30);
    const first = await caller.api.get('/projects?limit=20');
    await web.catalogue.db
      .updateTable('projects')
      .set({ name: 'renamed meanwhile' })
      .where('account_id', '=', caller.accountId)
      .execute();
    await insertProjects(web.catalogue, caller.accountId, 1);
    const second = await caller.api.get(`/projects?limit=20&cursor=${first.body.pagination.cursor}`);
    const ids = [...first.body.projects, ...second.body.projects].map((project) => project.id);
    expect(expected.every((id) => ids.includes(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('of consumption end as well', async () => {
    const caller = await newCaller(web);
    await insertProjects(web.catalogue, caller.accountId, 101);
    const range = 'from=2024-06-30T00:00:00Z&to=2024-07-02T00:00:00Z&granularity=daily';
    const read = await readAll(caller.api, `/consumption_history/projects?${range}`, 100);
    expect(read).toMatchObject({ pages: 2 });
    expect(new Set(read.ids).size).toBe(101);
    expect((await readAll(caller.api, '/consumption/projects?', 50)).ids).toEqual(read.ids);
  });

  it('of a person’s shared projects end as well', async () => {
    const [owner, guest] = [await newCaller(web), await newCaller(web)];
    const ids = await insertProjects(web.catalogue, owner.accountId, 20);
    const granted_at = new Date();
    await web.catalogue.db
      .insertInto('project_shares')
      .values(
        ids.map((project_id) => ({
          ...{ id: newShareId(), project_id, user_id: guest.userId, granted_by: null, granted_at },
          ...{ email: guest.email, email_key: guest.email.toLowerCase() },
        })),
      )
      .execute();
    expect(await readAll(guest.api, '/projects/shared?', 10)).toEqual({ ids, pages: 3 });
  });
});

describe('lists of members', () => {
  it('follow the order that was asked for from page to page', async () => {
    const admin = await newCaller(web);
    const members = [await newCaller(web, 'b'), await newCaller(web, 'c'), await newCaller(web, 'a')];
    const organization = await newOrganization(web, admin, members);
    const path = `/organizations/${organization.id}/members?sort_by=email&sort_order=asc&limit=3`;
    const first = await admin.api.get(path);
    expect(first.body.pagination).toMatchObject({ sort_by: 'email', sort_order: 'asc' });
    const second = await admin.api.get(`${path}&cursor=${first.body.pagination.next}`);
    expect(second.body.pagination).not.toHaveProperty('next');
    const emails = [...first.body.members, ...second.body.members].map(({ user }) => user.email);
    expect(emails).toEqual([admin, ...members].map(({ email }) => email).toSorted());
  });
});

describe('a cursor', () => {
  it('works in the list and the order that gave it, and nowhere else', async () => {
    const [caller, other] = [await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, caller, [other]);
    await insertProjects(web.catalogue, caller.accountId, 2);
    const made = await caller.api.post('/projects', { project: {} });
    const project = `/projects/${made.body.project.id}`;
    const cursorOf = async (path: string) => {
      const { pagination } = (await caller.api.get(path)).body;
      return pagination.cursor ?? pagination.next;
    };
    const members = `/organizations/${organization.id}/members?limit=1`;
    const cursors = {
      projects: await cursorOf('/projects?limit=1'),
      operations: await cursorOf(`${project}/operations?limit=1`),
      members: await cursorOf(members),
      branches: await cursorOf(`${project}/branches?limit=1`),
      garbage: 'AAAA',
    };
    const lists = {
      projects: '/projects?limit=1',
      consumption: '/consumption/projects?limit=1',
      shared: '/projects/shared?limit=1',
      organization: `/projects?org_id=${organization.id}`,
      operations: `${project}/operations?limit=1`,
      members,
      emails: `${members}&sort_by=email`,
      branches: `${project}/branches?limit=1`,
    };
    const accepted: string[] = [];
    for (const [list, path] of Object.entries(lists)) {
      for (const [from, cursor] of Object.entries(cursors)) {
        const { status } = await caller.api.get(`${path}&cursor=${cursor}`);
        if (status === 200) accepted.push(`${list} by ${from}`);
        else expect(status, `${list} by ${from}`).toBe(400);
      }
    }
    expect(accepted).toEqual([
      'projects by projects',
      'consumption by projects',
      'operations by operations',
      'members by members',
      'branches by branches',
    ]);
    expect((await other.api.get(`/projects?cursor=${cursors.projects}`)).status).toBe(400);
  });
});
