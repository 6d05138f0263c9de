// A member renamed the production project and its compute, asked for "the sandbox", and had them
// back under their names after somebody had agreed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { getRequest } from '../../../src/catalogue/asking/request-lists.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccessRequestId, idFrom } from '../../../src/ids.ts';
import { accessAskedMail } from '../../../src/mail/access-mails.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
import { organizationForTests, type PersonAtBrowser, personAtBrowser } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a request for what its person renamed', () => {
  it('shows the approver ids, former names, who renamed and that any database is meant', async () => {
    const { admin, bob, carol, rename, ask, ids } = await scene();
    await rename({ project: 'sandbox', compute: 'empty test copy' });
    const request = await ask();
    for (const path of ['/app/me/requests', `/app/me/requests/${request.id}`]) {
      expect((await carol.get(path)).text).toContain(ids.project);
    }
    const { text } = await carol.get(`/app/me/requests/${request.id}`);
    expect(text).toContain(ids.compute);
    expect(text).toMatch(/Project renamed.*warehouse.*Compute renamed/s);
    expect(text).toContain(bob.email);
    expect(text).toContain('any of the compute');
    expect(request).toMatchObject({
      project_renamed: { from: ['warehouse'], by: bob.email },
      endpoint_renamed: { from: [ids.compute], by: admin.email },
    });
  });

  it('says the same by mail', async () => {
    const { bob, carol, rename, ask, ids } = await scene();
    await rename({ project: 'sandbox', compute: 'empty test copy' });
    const id = idFrom<AccessRequestId>((await ask()).id);
    const filed = await getRequest(web.catalogue, await actingAs(web.catalogue, carol), id);
    const mail = accessAskedMail(filed, { to: carol.email, brand: 'Postern', link: 'https://postern.example/r' });
    const facts = [`Project: ${ids.project}, renamed from "warehouse" by ${bob.email}`, 'Database: any of the compute'];
    for (const fact of facts) expect(mail.text).toContain(fact);
    expect(mail.text).toContain(`Compute: ${ids.compute}`);
  });

  it('names what it was called then, once it has its name again', async () => {
    const { rename, ask, look } = await scene();
    await rename({ project: 'sandbox', compute: 'empty test copy' });
    const { id } = await ask();
    await rename({ project: 'warehouse', compute: 'primary' });
    expect((await look(id)).project_renamed.from).toEqual(['sandbox']);
    expect((await look(id)).endpoint_renamed.from).toContain('empty test copy');
  });

  it('is not misled by a name that looks like the trail’s own words', async () => {
    const { rename, ask } = await scene();
    await rename({ project: 'a"; renamed from "harmless', compute: 'x' });
    await rename({ project: 'sandbox', compute: 'y' });
    expect((await ask()).project_renamed.from).toEqual(['warehouse', 'a"; renamed from "harmless']);
  });

  it('mentions no rename where there was none', async () => {
    const { ask, carol } = await scene();
    const request = await ask();
    expect(request).toMatchObject({ project_renamed: null, endpoint_renamed: null });
    expect((await carol.get(`/app/me/requests/${request.id}`)).text).not.toContain('renamed');
  });
});

/** Bob asks; Carol is the one whose agreement the only rule wants. */
async function scene() {
  const { organization, admin, member: bob, warehouse } = await organizationForTests(web);
  const carol = await personAtBrowser(web, 'carol');
  const accountId = organization.id;
  await addMemberTo(web.catalogue, organization, { person: carol });
  const { id: teamId } = await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId, name: 'Owners' });
  await addTeamMember(web.catalogue, SYSTEM_CONTEXT, { accountId, teamId, userId: carol.userId });
  await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  const rule = { accountId, subject: { kind: 'members' }, object: { kind: 'account' } } as const;
  const grants = { approvals: { count: 1, teamId } };
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, { ...rule, grants });
  const [api, ofAdmin] = [await apiOf(bob), await apiOf(admin)];
  const ids = { project: warehouse.project.id, compute: warehouse.compute.id };
  const project = `/projects/${ids.project}`;
  return {
    ...{ admin, bob, carol, ids },
    rename: async (names: { readonly project: string; readonly compute: string }) => {
      const renamed = await api.patch(project, { project: { name: names.project } });
      // The asker may rename no compute, as far as the rules make them ask.
      const compute = await ofAdmin.patch(`${project}/endpoints/${ids.compute}`, { endpoint: { name: names.compute } });
      expect([renamed.status, compute.status]).toEqual([200, 200]);
    },
    ask: async () => {
      const asked = await api.post(`${project}/access_requests`, { endpoint_id: ids.compute });
      expect(asked.status).toBe(201);
      return asked.body;
    },
    look: async (id: string) => (await api.get(`/access_requests/${id}`)).body,
  };
}

async function apiOf(person: PersonAtBrowser): Promise<ApiForTests> {
  const { key } = await createPersonalKey(web.catalogue, await actingAs(web.catalogue, person), { name: 'tests' });
  return new ApiForTests(web.localUrl, key.reveal());
}
