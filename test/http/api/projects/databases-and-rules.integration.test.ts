import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shareProject } from '../../../../src/catalogue/projects/shares.ts';
import { API_SCOPES } from '../../../../src/catalogue/rights/scopes.ts';
import {
  createAccessRule,
  type NewAccessRule,
  replaceAccessRules,
} from '../../../../src/catalogue/rules/access-rules.ts';
import { createTeam } from '../../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import { type ComputeId, idFrom, type ProjectId } from '../../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addMemberTo } from '../../../support/databases/catalogue-for-tests.ts';
import { tokenWith } from '../../oauth/token-for-tests.ts';
import { newCaller, newOrganization } from '../api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

// People whom the rules let only read, or nothing without another person, dropped it by a form.
describe('a database that the access rules keep somebody from writing in', () => {
  it.each(['read_only', 'strict'] as const)('is dropped, renamed and added to by admins only: %s', async (set) => {
    const { admin, member, guest, branch, role, name, accountId } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set });
    for (const { api } of [member, guest]) {
      const refused = { status: 403, body: { code: 'rule_denied' } };
      expect(await api.delete(`${branch}/databases/${name}`)).toMatchObject(refused);
      expect(await api.patch(`${branch}/databases/${name}`, { database: { name: 'gone' } })).toMatchObject(refused);
      const more = { database: { name: `${name}_more`, owner_name: role } };
      expect(await api.post(`${branch}/databases`, more)).toMatchObject(refused);
      expect(await api.delete(`${branch}/roles/${name}_app`)).toMatchObject(refused);
    }
    expect((await admin.api.get(`${branch}/databases/${name}`)).status).toBe(200);
    expect((await admin.api.delete(`${branch}/roles/${name}_app`)).status).toBe(200);
    expect((await admin.api.delete(`${branch}/databases/${name}`)).status).toBe(200);
  });

  it('is not dropped by somebody who would have to ask first', async () => {
    const { admin, member, branch, name, accountId } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
    const { id: teamId } = await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId, name: 'Owners' });
    await allow(accountId, { approvals: { count: 1, teamId } });
    expect((await member.api.delete(`${branch}/databases/${name}`)).status).toBe(403);
    expect((await admin.api.get(`${branch}/databases/${name}`)).status).toBe(200);
  });

  it('is not dropped with its compute disabled, nor by a program of its person', async () => {
    const { admin, member, branch, name, accountId, endpoints, main, reader } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'read_only' });
    const program = member.api.withKey(await tokenWith(web, member, API_SCOPES));
    const refused = { status: 403, body: { code: 'rule_denied' } };
    expect(await program.delete(`${branch}/databases/${name}`)).toMatchObject(refused);
    for (const id of [main, reader]) {
      expect((await admin.api.patch(`${endpoints}/${id}`, { endpoint: { disabled: true } })).status).toBe(200);
    }
    expect(await member.api.delete(`${branch}/databases/${name}`)).toMatchObject(refused);
    expect((await admin.api.get(`${branch}/databases/${name}`)).status).toBe(200);
  });

  it('is kept while others may be dropped', async () => {
    const { member, branch, name, database, accountId } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
    await allow(accountId, { doors: ['link'], databases: [name] });
    expect((await member.api.delete(`${branch}/databases/${database}`)).status).toBe(403);
    expect((await member.api.delete(`${branch}/databases/${name}`)).status).toBe(200);
  });
});

// A member whom no rule let in could still suspend or delete what others were working with.
describe('a compute that the access rules keep somebody from writing in', () => {
  it.each(['read_only', 'strict'] as const)('is suspended, changed and deleted by admins only: %s', async (set) => {
    const { admin, member, accountId, endpoints, reader } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set });
    const path = `${endpoints}/${reader}`;
    const refused = { status: 403, body: { code: 'rule_denied' } };
    expect(await member.api.post(`${path}/suspend`)).toMatchObject(refused);
    expect(await member.api.post(`${path}/restart`)).toMatchObject(refused);
    expect(await member.api.patch(path, { endpoint: { disabled: true } })).toMatchObject(refused);
    expect(await member.api.delete(path)).toMatchObject(refused);
    expect((await admin.api.get(path)).body.endpoint).toMatchObject({ disabled: false });
    expect((await admin.api.post(`${path}/suspend`)).status).toBe(200);
    expect((await admin.api.delete(path)).status).toBe(200);
  });

  it('is theirs to suspend once a rule lets them write there, and no other one', async () => {
    const { member, accountId, endpoints, main, reader } = await sharedShop();
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
    const object = { kind: 'compute', computeId: idFrom<ComputeId>(reader) } as const;
    const rule = { accountId, subject: { kind: 'members' }, object } as const;
    await createAccessRule(web.catalogue, SYSTEM_CONTEXT, { ...rule, grants: { doors: ['link'] } });
    expect((await member.api.post(`${endpoints}/${reader}/suspend`)).status).toBe(200);
    expect((await member.api.post(`${endpoints}/${main}/suspend`)).status).toBe(403);
  });
});

async function allow(accountId: NewAccessRule['accountId'], grants: NewAccessRule['grants']) {
  const rule = { accountId, subject: { kind: 'members' }, object: { kind: 'account' }, grants } as const;
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, rule);
}

/** A hosted project of an organization, with a second database and role, a member and a guest. */
async function sharedShop() {
  const [admin, member, guest] = [await newCaller(web), await newCaller(web), await newCaller(web)];
  const { id: accountId } = await newOrganization(web, admin);
  await addMemberTo(web.catalogue, { id: accountId }, { person: member });
  const { body } = await admin.api.post('/projects', { project: { org_id: accountId } });
  const projectId = idFrom<ProjectId>(body.project.id);
  await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId, emails: [guest.email] });
  const branch = `/projects/${projectId}/branches/${body.branch.id}`;
  const [role, database] = [body.roles[0].name, body.databases[0].name];
  const name = `notes_${Date.now()}`;
  await admin.api.post(`${branch}/databases`, { database: { name, owner_name: role } });
  await admin.api.post(`${branch}/roles`, { role: { name: `${name}_app` } });
  const [main] = body.endpoints;
  const endpoints = `/projects/${projectId}/endpoints`;
  const wanted = { endpoint: { type: 'read_only', branch_id: body.branch.id } };
  const { endpoint: reader } = (await admin.api.post(endpoints, wanted)).body;
  const computes = { endpoints, main: main.id, reader: reader.id };
  return { admin, member, guest, accountId, branch, role, name, database, ...computes };
}
