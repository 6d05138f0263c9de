import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_SCOPES } from '../../../../src/catalogue/rights/scopes.ts';
import { createAccessRule, replaceAccessRules } from '../../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addMemberTo, addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { tokenWith } from '../../oauth/token-for-tests.ts';
import { type ApiForTests, newCaller, newOrganization } from '../api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

// The rules were asked of computes that are switched on only, and of a program as of a stranger.
describe('a password that no access rule gives a member', () => {
  it('is shown neither by a role nor in a connection string', async () => {
    const { member, uris } = await warehouse();
    await expectRefused(member.api, uris, 'rule_denied');
  });

  it('stays hidden once the member has disabled the compute', async () => {
    const { member, admin, project, uris } = await warehouse();
    const disabled = await member.api.patch(`${project}/endpoints/${uris.endpoint}`, { endpoint: { disabled: true } });
    expect(disabled.status).toBe(200);
    await expectRefused(member.api, uris, 'rule_denied');
    await expectRefused(admin.api, uris, 'rule_denied');
  });

  it('is shown to admins only once there is no compute to ask about', async () => {
    const { member, admin, project, uris } = await warehouse();
    expect((await admin.api.delete(`${project}/endpoints/${uris.endpoint}`)).status).toBe(200);
    await expectRefused(member.api, uris, 'forbidden');
    expect((await admin.api.get(uris.reveal)).status).toBe(200);
  });

  it('is kept from a program of the member, whatever its scopes are', async () => {
    const { member, uris } = await warehouse();
    const program = member.api.withKey(await tokenWith(web, member, API_SCOPES));
    await expectRefused(program, uris, 'rule_denied');
  });
});

interface Uris {
  readonly reveal: string;
  readonly uri: string;
  readonly endpoint: string;
}

async function expectRefused(api: ApiForTests, { reveal, uri }: Uris, code: string): Promise<void> {
  for (const path of [reveal, uri]) expect(await api.get(path)).toMatchObject({ status: 403, body: { code } });
}

/** An attached project of an organization whose members log in by link only. */
async function warehouse() {
  const [admin, member] = [await newCaller(web, 'admin'), await newCaller(web, 'member')];
  const { id: accountId } = await newOrganization(web, admin);
  await addMemberTo(web.catalogue, { id: accountId }, { person: member });
  const made = await addProject(web.catalogue, accountId, 'warehouse');
  await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  const rule = { accountId, subject: { kind: 'members' }, object: { kind: 'account' } } as const;
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, { ...rule, grants: { doors: ['link'] } });
  const project = `/projects/${made.project.id}`;
  const uris = {
    reveal: `${project}/branches/${made.branchId}/roles/app/reveal_password`,
    uri: `${project}/connection_uri?database_name=appdb&role_name=app`,
    endpoint: made.compute.id,
  };
  return { admin, member, project, uris };
}
