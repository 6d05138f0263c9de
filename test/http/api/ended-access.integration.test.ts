// What rests on a right ends with it: grants, and live connections on whichever node. Seen from a
// connection's side.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Compute } from '../../../src/catalogue/projects/compute-rows.ts';
import type { Project } from '../../../src/catalogue/projects/projects.ts';
import { type EndCause, UNKNOWN_QUERY_STATE } from '../../../src/fleet/live-connection.ts';
import { idFrom, newConnectionId, newGrantId, type UserId } from '../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type CallerForTests, newCaller, newOrganization } from './api-for-tests.ts';

let web: WebForTests;
let admin: CallerForTests;

beforeAll(async () => {
  web = await startWeb();
  admin = await newCaller(web, 'admin');
});

afterAll(() => web.close());

interface Use {
  /** The connection was told to end. */
  hasEnded(): boolean;
  hasGrant(): Promise<boolean>;
}

interface Connectable {
  readonly project: Pick<Project, 'id' | 'accountId'>;
  readonly compute: Pick<Compute, 'id'>;
}

/** A person (or nobody, for a role's password) who is connected to a project, by a grant. */
async function useProject(
  { project, compute }: Connectable,
  { person, databaseRole = 'app' }: { person: CallerForTests; databaseRole?: string },
): Promise<Use> {
  const causes: EndCause[] = [];
  const place = { accountId: project.accountId, projectId: project.id, computeId: compute.id };
  const target = { ...place, database: 'appdb', databaseRole };
  const terminal = { address: '192.0.2.1', requestedUser: 'app', application: 'psql' };
  const grant = await web.grants.create({
    ...{ ...target, ...terminal, id: newGrantId(), userId: person.userId, personEmail: person.email },
    ...{
      access: 'read_write',
      loginRequestId: null,
      glassId: null,
      rightAsOf: null,
      lifeMs: 60_000,
      longestGrantMs: 60_000,
      usesLeft: null,
    },
  });
  web.liveConnections.register(
    {
      ...{ ...target, ...terminal, id: newConnectionId(), nodeId: web.catalogue.nodeId, phase: 'relaying', port: 5000 },
      ...{
        userId: idFrom<UserId>(person.userId),
        personEmail: person.email,
        projectName: 'shop',
        projectLabel: null,
        computeName: 'main',
        hostId: null,
      },
      ...{ grantId: null, accessTokenId: null, loginRequestId: null, glassId: null, since: new Date().toISOString() },
      ...{
        bytesToUpstream: 0,
        bytesToClient: 0,
        transactionStatus: 'I',
        upstreamPid: null,
        tls: null,
        busySince: null,
      },
      ...UNKNOWN_QUERY_STATE,
    },
    {
      rightAsOf: null,
      snapshot: () => ({ bytesToUpstream: 0, bytesToClient: 0, transactionStatus: 'I', ...UNKNOWN_QUERY_STATE }),
      end: (cause) => causes.push(cause),
      recheck: async () => {},
      cancelQuery: async () => {},
      notify: async () => {},
    },
  );
  return {
    hasEnded: () => causes.length > 0,
    hasGrant: async () => (await web.grants.get(grant.id)) !== null,
  };
}

async function expectEnded(use: Use): Promise<void> {
  await waitUntil(() => use.hasEnded(), 'the connection ends');
  expect(await use.hasGrant()).toBe(false);
}

async function expectUntouched(use: Use): Promise<void> {
  expect([use.hasEnded(), await use.hasGrant()]).toEqual([false, true]);
}

describe('access ends', () => {
  it('for a member who is removed, to that organization only', async () => {
    const member = await newCaller(web);
    const organization = await newOrganization(web, admin, [member]);
    const lost = await useProject(await addProject(web.catalogue, organization.id), { person: member });
    const own = await useProject(await addProject(web.catalogue, member.accountId), { person: member });
    const { body } = await admin.api.get(`/organizations/${organization.id}/members?limit=1`);
    expect(body.members[0].member.user_id).toBe(member.userId);
    await admin.api.delete(`/organizations/${organization.id}/members/${body.members[0].member.id}`);
    await expectEnded(lost);
    await expectUntouched(own);
  });

  it('for a guest whose share is revoked, to that project only', async () => {
    const guest = await newCaller(web);
    const [first, second] = [
      await addProject(web.catalogue, admin.accountId),
      await addProject(web.catalogue, admin.accountId),
    ];
    const share = ({ project }: Connectable) =>
      admin.api.post(`/projects/${project.id}/permissions`, { email: guest.email });
    const { body } = await share(first);
    await share(second);
    const [lost, kept] = [await useProject(first, { person: guest }), await useProject(second, { person: guest })];
    const mine = await useProject(first, { person: admin });
    await admin.api.delete(`/projects/${first.project.id}/permissions/${body.id}`);
    await expectEnded(lost);
    await expectUntouched(kept);
    await expectUntouched(mine);
  });

  it('for those whom a transfer leaves behind, and for nobody else', async () => {
    const [left, both, guest] = [await newCaller(web), await newCaller(web), await newCaller(web)];
    const source = await newOrganization(web, admin, [left, both]);
    const destination = await newOrganization(web, admin, [both]);
    const moved = await addProject(web.catalogue, source.id);
    await admin.api.post(`/projects/${moved.project.id}/permissions`, { email: guest.email });
    const uses = [left, both, guest].map((person) => useProject(moved, { person }));
    const [ofLeft, ofBoth, ofGuest] = await Promise.all(uses);
    const staying = await useProject(await addProject(web.catalogue, source.id), { person: left });
    const body = { destination_org_id: destination.id, project_ids: [moved.project.id] };
    expect((await admin.api.post(`/organizations/${source.id}/projects/transfer`, body)).status).toBe(200);
    if (ofLeft !== undefined) await expectEnded(ofLeft);
    for (const use of [ofBoth, ofGuest, staying]) if (use !== undefined) await expectUntouched(use);
  });

  it('with a compute that is disabled or removed, and grants with its closing to links', async () => {
    const registered = await addProject(web.catalogue, admin.accountId);
    const path = `/projects/${registered.project.id}/endpoints/${registered.compute.id}`;
    const byLink = await useProject(registered, { person: admin });
    await admin.api.patch(path, { endpoint: { passwordless_access: false } });
    expect([byLink.hasEnded(), await byLink.hasGrant()]).toEqual([false, false]);
    const use = await useProject(registered, { person: admin });
    await admin.api.patch(path, { endpoint: { disabled: true } });
    await expectEnded(use);
    const again = await useProject(registered, { person: admin });
    expect((await admin.api.delete(path)).status).toBe(200);
    await expectEnded(again);
  });

  it('with the password of a database role, for that role only', async () => {
    const { body } = await admin.api.post('/projects', { project: {} });
    const [role, branch] = [body.roles[0].name, `/projects/${body.project.id}/branches/${body.branch.id}`];
    const registered = { project: { ...body.project, accountId: admin.accountId }, compute: body.endpoints[0] };
    const lost = await useProject(registered, { person: admin, databaseRole: role });
    const other = await useProject(registered, { person: admin, databaseRole: 'reader' });
    await admin.api.post(`${branch}/roles/${role}/reset_password`);
    await expectEnded(lost);
    await expectUntouched(other);
    await admin.api.delete(`/projects/${body.project.id}`);
    await expectEnded(other);
  });
});

describe('suspending an attached compute', () => {
  it('ends the connections that are idle', async () => {
    const registered = await addProject(web.catalogue, admin.accountId);
    const use = await useProject(registered, { person: admin });
    await admin.api.post(`/projects/${registered.project.id}/endpoints/${registered.compute.id}/suspend`);
    await waitUntil(() => use.hasEnded(), 'the idle connection ends');
    expect(await use.hasGrant()).toBe(true);
  });
});
