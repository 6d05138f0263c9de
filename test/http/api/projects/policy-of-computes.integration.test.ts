// A member who was refused by a compute's policy added another compute of the same data, without
// one, and went in by that.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCompute } from '../../../../src/catalogue/projects/compute-rows.ts';
import { changeComputePolicy } from '../../../../src/catalogue/projects/computes.ts';
import { createCompute } from '../../../../src/catalogue/projects/create-compute.ts';
import type { PolicySettings } from '../../../../src/catalogue/rights/policy.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import type { ComputeId } from '../../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo, addProject } from '../../../support/databases/catalogue-for-tests.ts';
import { type CallerForTests, newCaller, newOrganization } from '../api-for-tests.ts';

const POLICY: PolicySettings = { allowedNetworks: ['10.0.0.0/8'], freshSignInMs: 60_000, longestGrantMs: 0 };

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('another compute of the same data', () => {
  it('starts with the policy of the first on a host, whatever the caller sends', async () => {
    const { admin, member, accountId } = await organization();
    const { body } = await admin.api.post('/projects', { project: { org_id: accountId } });
    const [first] = body.endpoints;
    await restrict(first.id, { passwordlessAccess: false });
    const endpoint = { branch_id: body.branch.id, type: 'read_only', passwordless_access: true };
    const added = await member.api.post(`/projects/${body.project.id}/endpoints`, { endpoint });
    expect(added).toMatchObject({ status: 201, body: { endpoint: { passwordless_access: false } } });
    const { policy } = await compute(added.body.endpoint.id);
    expect(policy).toEqual({ ...POLICY, readOnlyOnly: true });
  });

  it('starts with the stricter of all that write at addresses', async () => {
    const { member, made } = await warehouse();
    await restrict(made.compute.id);
    const second = await addAddress(member, made);
    expect((await compute(second.id)).policy).toEqual(POLICY);
    await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId: second.id, policy: { readOnlyOnly: true } });
    const third = await addAddress(member, made);
    expect((await compute(third.id)).policy).toEqual({ ...POLICY, readOnlyOnly: true });
  });

  it('cannot be made free by deleting the one with the policy', async () => {
    const { admin, member, made, endpoints } = await warehouse();
    const open = await addAddress(member, made);
    await restrict(made.compute.id);
    const path = `${endpoints}/${made.compute.id}`;
    const refused = { status: 403, body: { code: 'forbidden', message: expect.stringContaining('looser policy') } };
    expect(await member.api.delete(path)).toMatchObject(refused);
    expect((await member.api.delete(`${endpoints}/${open.id}`)).status).toBe(200);
    expect(await member.api.delete(path)).toMatchObject(refused);
    expect((await admin.api.delete(path)).status).toBe(200);
  });

  it('lets a member delete the older one where both are as strict', async () => {
    const { member, made, endpoints } = await warehouse();
    await restrict(made.compute.id);
    const second = await addAddress(member, made);
    expect((await member.api.delete(`${endpoints}/${made.compute.id}`)).status).toBe(200);
    expect((await compute((await addAddress(member, made)).id)).policy).toEqual(POLICY);
    expect((await compute(second.id)).policy).toEqual(POLICY);
  });
});

async function organization() {
  const [admin, member] = [await newCaller(web, 'admin'), await newCaller(web, 'member')];
  const { id: accountId } = await newOrganization(web, admin);
  await addMemberTo(web.catalogue, { id: accountId }, { person: member });
  return { admin, member, accountId };
}

async function warehouse() {
  const people = await organization();
  const made = await addProject(web.catalogue, people.accountId, 'warehouse');
  return { ...people, made, endpoints: `/projects/${made.project.id}/endpoints` };
}

async function restrict(computeId: ComputeId, more: { readonly passwordlessAccess?: boolean } = {}): Promise<void> {
  await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId, policy: POLICY, ...more });
}

async function addAddress(member: CallerForTests, made: Awaited<ReturnType<typeof addProject>>) {
  return await createCompute(web.catalogue, await actingAs(web.catalogue, member), {
    ...{ project: made.project, branchId: made.branchId, type: 'read_write', state: 'active', hostId: null },
    ...{ host: 'other.internal', port: 5432, tls: { mode: 'disable' } },
  });
}

async function compute(id: ComputeId) {
  return (await findCompute(web.catalogue.db, id)) ?? expect.fail('there is no such compute');
}
