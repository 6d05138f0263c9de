import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { createProject } from '../../../src/catalogue/projects/new-projects.ts';
import { createOperation, listOperations } from '../../../src/catalogue/projects/operations.ts';
import { listProjects, listSharedProjects, projectPageQuery } from '../../../src/catalogue/projects/project-lists.ts';
import {
  changeProject,
  deleteProject,
  findProject,
  getProject,
  type Project,
} from '../../../src/catalogue/projects/projects.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import type { Page } from '../../../src/catalogue/store/keyset-pages.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { type AccountId, idFrom, newProjectId } from '../../../src/ids.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

function addEmptyProject(catalogue: Catalogue, accountId: AccountId, name: string) {
  const input = { accountId, name, pgVersion: 16, regionId: 'local', creationSource: 'attached' } as const;
  return createProject(catalogue, SYSTEM_CONTEXT, input);
}

async function allPages<Item>(fetchPage: (cursor: string | null) => Promise<Page<Item>>): Promise<Item[][]> {
  const pages: Item[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await fetchPage(cursor);
    pages.push([...page.items]);
    cursor = page.cursor;
  } while (cursor !== null);
  return pages;
}

describe('a list of projects', () => {
  it.each([100, 101, 200])('of %i has pages without gaps or duplicates, and ends', async (count) => {
    const catalogue = catalogueOf();
    const { accountId } = await addPerson(catalogue, 'many');
    for (let index = 0; index < count; index += 1) {
      // Several made within the same millisecond.
      if (index % 7 === 0) clock.push(1);
      await addEmptyProject(catalogue, accountId, `project ${index}`);
    }
    const pages = await allPages((cursor) =>
      listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 100, cursor }),
    );
    expect(pages.map((page) => page.length)).toEqual({ 100: [100, 0], 101: [100, 1], 200: [100, 100, 0] }[count]);
    const projects = pages.flat();
    expect(new Set(projects.map((project) => project.id)).size).toBe(count);
    const times = projects.map((project) => project.createdAt.getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('does not shift when projects are created between its pages', async () => {
    const catalogue = catalogueOf();
    const { accountId } = await addPerson(catalogue, 'growing');
    for (let index = 0; index < 6; index += 1) await addEmptyProject(catalogue, accountId, `old ${index}`);
    clock.push(1);
    const first = await listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 3 });
    await addEmptyProject(catalogue, accountId, 'new');
    const second = await listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 3, cursor: first.cursor });
    const seen = [...first.items, ...second.items].map((project) => project.name);
    expect(new Set(seen).size).toBe(6);
    expect(seen).not.toContain('new');
  });

  it('is searched by a part of the name or id, in any case, taken literally', async () => {
    const catalogue = catalogueOf();
    const { accountId } = await addPerson(catalogue, 'searcher');
    const { project } = await addEmptyProject(catalogue, accountId, 'Shop_1');
    await addEmptyProject(catalogue, accountId, 'Shopx1');
    const found = async (search: string) =>
      (await listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10, search })).items.map((one) => one.name);
    expect(await found('shop_')).toEqual(['Shop_1']);
    expect(await found(project.id.slice(-8))).toEqual(['Shop_1']);
    expect(await found('%')).toEqual([]);
    expect((await found('SHOP')).sort()).toEqual(['Shop_1', 'Shopx1']);
  });

  it.each(['nonsense', Buffer.from('2026').toString('base64url'), Buffer.from('x y').toString('base64url')])(
    'refuses the unknown cursor "%s"',
    async (cursor) => {
      const catalogue = catalogueOf();
      const { accountId } = await addPerson(catalogue, 'cursor');
      const listed = listProjects(catalogue, SYSTEM_CONTEXT, { accountId, limit: 10, cursor });
      await expect(listed).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );

  it('of another account is not found; a guest sees the shared projects', async () => {
    const catalogue = catalogueOf();
    const [owner, guest] = [await addPerson(catalogue, 'owner'), await addPerson(catalogue, 'guest')];
    const { project } = await addEmptyProject(catalogue, owner.accountId, 'shared');
    await addEmptyProject(catalogue, owner.accountId, 'not shared');
    await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [guest.email] });
    const asGuest = await actingAs(catalogue, guest);
    const foreign = listProjects(catalogue, asGuest, { accountId: owner.accountId, limit: 10 });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
    const shared = await listSharedProjects(catalogue, asGuest, { limit: 10 });
    expect(shared.items.map((one) => one.id)).toEqual([project.id]);
    expect((await listProjects(catalogue, asGuest, { accountId: guest.accountId, limit: 10 })).items).toEqual([]);
  });

  it('reads only its page by an index, however many projects there are', async () => {
    const catalogue = catalogueOf();
    const { accountId } = await addPerson(catalogue, 'indexed');
    await sql`
      insert into accounts select 'org-bulk-' || n, 'organization', null, 'Bulk', 'bulk-' || n, 'business', true, '{}', '{}', now(), now()
        from generate_series(1, 200) n
    `.execute(catalogue.db);
    await sql`
      insert into projects select 'bulk-' || n, 'org-bulk-' || (n % 200 + 1), 'bulk ' || n, 16, 'local', 'attached', '{}', '{}', 0, true, null,
        now() - n * interval '1 minute', now() from generate_series(1, 10000) n
    `.execute(catalogue.db);
    await addEmptyProject(catalogue, accountId, 'one');
    const bulkId = idFrom<AccountId>('org-bulk-7');
    // The application's role may not analyze; the planner then guesses, which must be good enough
    // too.
    const base = catalogue.db.selectFrom('projects').selectAll().where('account_id', '=', bulkId);
    const cursor = (await listProjects(catalogue, SYSTEM_CONTEXT, { accountId: bulkId, limit: 10 })).cursor;
    const list = `projects ${bulkId}`;
    for (const request of [{ limit: 10 }, { limit: 10, cursor }, { limit: 10, search: 'bulk' }]) {
      const plan = await projectPageQuery(base, { ...request, list }).explain(
        'text',
        sql`analyze, costs off, timing off`,
      );
      const text = JSON.stringify(plan);
      expect(text).toContain('projects_of_account');
      expect(text).not.toContain('Seq Scan');
      expect(text).not.toMatch(/rows=\d{3,}/);
    }
  });
});

describe('a project', () => {
  async function organization() {
    const catalogue = catalogueOf();
    const [admin, member] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'member')];
    const { id: accountId } = await addOrganization(catalogue, admin);
    await addMemberTo(catalogue, { id: accountId }, { person: member });
    const contexts = { asAdmin: await actingAs(catalogue, admin), asMember: await actingAs(catalogue, member) };
    return { catalogue, admin, member, accountId, ...contexts };
  }

  it('can be created by any member, and deleted by admins only', async () => {
    const { catalogue, member, accountId, asAdmin, asMember } = await organization();
    const { project } = await createProject(catalogue, asMember, {
      accountId,
      pgVersion: 16,
      regionId: 'local',
      creationSource: 'hosted',
    });
    expect(project).toMatchObject({ accountId, name: project.id, createdBy: member.userId });
    expect(project.id).toMatch(/^[a-z]+-[a-z]+-\d{8}$/);
    const byMember = deleteProject(catalogue, asMember, project.id);
    const message = 'only an admin may delete this project';
    await expect(byMember).rejects.toMatchObject({ code: 'forbidden', message });
    await deleteProject(catalogue, asAdmin, project.id);
    expect(await findProject(catalogue.db, project.id)).toBeNull();
    await expect(deleteProject(catalogue, asAdmin, project.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('has the same message when it is unknown and when it is invisible', async () => {
    const { catalogue, asMember } = await organization();
    const { accountId } = await addPerson(catalogue, 'stranger');
    const { project } = await addEmptyProject(catalogue, accountId, 'private');
    for (const projectId of [project.id, newProjectId()]) {
      const refused = { code: 'not_found', message: `project "${projectId}" not found` };
      await expect(getProject(catalogue, asMember, { projectId })).rejects.toMatchObject(refused);
      const changes = { name: 'mine' };
      await expect(changeProject(catalogue, asMember, { projectId, changes })).rejects.toMatchObject(refused);
    }
  });

  it('is labelled by admins only, and the audit trail says so', async () => {
    const { catalogue, accountId, asAdmin, asMember } = await organization();
    const { project } = await addEmptyProject(catalogue, accountId, 'shop');
    const label = { projectId: project.id, changes: { label: 'production' as const } };
    const message = 'only an admin may label this project';
    await expect(changeProject(catalogue, asMember, label)).rejects.toMatchObject({ code: 'forbidden', message });
    expect((await findProject(catalogue.db, project.id))?.label).toBe('none');
    expect(await changeProject(catalogue, asAdmin, label)).toMatchObject({ label: 'production' });
    const asked = { accountId, event: 'project.changed', limit: 10 } as const;
    expect((await listAuditEvents(catalogue, asAdmin, asked)).items).toMatchObject([{ reason: 'label production' }]);
  });

  it('keeps the fields that a change omits', async () => {
    const { catalogue, accountId, asMember } = await organization();
    const { project } = await addEmptyProject(catalogue, accountId, 'before');
    clock.push(1_000);
    const changes = { settings: { quota: { active_time_seconds: 5 } }, historyRetentionSeconds: undefined };
    const changed = await changeProject(catalogue, asMember, { projectId: project.id, changes });
    const expected: Project = { ...project, settings: { quota: { active_time_seconds: 5 } }, updatedAt: clock.now() };
    expect(changed).toEqual(expected);
    expect(await findProject(catalogue.db, project.id)).toEqual(expected);
  });

  it('cannot exceed the plan, also when several are created at the same time', async () => {
    const { catalogue, accountId } = await organization();
    await changePlan(catalogue, SYSTEM_CONTEXT, { accountId, plan: 'free' });
    const made = await Promise.allSettled(
      Array.from({ length: 13 }, (_, index) => addEmptyProject(catalogue, accountId, `project ${index}`)),
    );
    expect(made.filter((one) => one.status === 'fulfilled')).toHaveLength(10);
    expect(made.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'plan_gate' } });
  });

  it('has its operations listed newest first, with their durations', async () => {
    const { catalogue, accountId, asMember } = await organization();
    const { project, compute, branchId } = await addProject(catalogue, accountId);
    const place = { projectId: project.id, branchId, computeId: compute.id };
    const done = { ...place, action: 'create_compute', status: 'finished' } as const;
    const created = await createOperation(catalogue, { ...done, totalDurationMs: 12 });
    clock.push(1_000);
    const start = { ...place, action: 'start_compute', status: 'failed', error: 'no answer' } as const;
    const failed = await createOperation(catalogue, { ...start, totalDurationMs: 250 });
    expect(failed).toMatchObject({ status: 'failed', error: 'no answer', totalDurationMs: 250, failuresCount: 1 });
    const pages = await allPages((cursor) =>
      listOperations(catalogue, asMember, { projectId: project.id, limit: 1, cursor }),
    );
    expect(pages.flat()).toEqual([failed, created]);
    const asStranger: AuditContext = await actingAs(catalogue, await addPerson(catalogue, 'stranger'));
    const foreign = listOperations(catalogue, asStranger, { projectId: project.id, limit: 10 });
    await expect(foreign).rejects.toMatchObject({ code: 'not_found' });
  });
});
