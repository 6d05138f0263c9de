import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { getCompute } from '../../../src/catalogue/projects/computes.ts';
import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { effectivePolicy } from '../../../src/catalogue/rights/policy.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { ComputeId } from '../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { connectionRecord, type RecordingHandle, recordingHandle } from '../../support/nodes/fleet-for-tests.ts';
import {
  type Holding,
  hold,
  hostedProject,
  organizationForTests,
  personAtBrowser,
  stateOf,
} from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('what rested on a right ends with it', () => {
  it('when a member is removed; the others go on', async () => {
    const { organization, admin, member, warehouse, base } = await organizationForTests(web);
    const [theirs, others] = [await hold(web, member, warehouse), await hold(web, admin, warehouse)];
    const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: member.userId });
    const { status } = await admin.post(`${base}/people/members/${membership?.id}/remove`);
    expect(status).toBe(303);
    expect([await stateOf(web, theirs), await stateOf(web, others)]).toEqual(['ended', 'going on']);
  });

  it('when a member leaves', async () => {
    const { organization, member, warehouse, base } = await organizationForTests(web);
    const held = await hold(web, member, warehouse);
    const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: member.userId });
    await member.post(`${base}/people/members/${membership?.id}/remove`);
    expect(await stateOf(web, held)).toBe('ended');
    expect((await member.get(`${base}/projects`)).status).toBe(404);
  });

  it.each(['sharing', 'guests'])('when a project is no longer shared, from the page of %s', async (page) => {
    const { admin, warehouse, base } = await organizationForTests(web);
    const guest = await personAtBrowser(web, 'guest');
    const { id: projectId } = warehouse.project;
    const [share] = await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId, emails: [guest.email] });
    if (share?.kind !== 'shared') throw new Error('it was to be shared');
    const held = await hold(web, guest, warehouse);
    const place = page === 'sharing' ? `${base}/projects/${projectId}/sharing` : `${base}/people/guests`;
    expect((await admin.post(`${place}/${share.share.id}/remove`)).status).toBe(303);
    expect(await stateOf(web, held)).toBe('ended');
    expect((await guest.get(`/app/${guest.accountId}/projects/${projectId}`)).status).toBe(404);
  });

  it('when a guest leaves a project, which only a guest may', async () => {
    const { admin, member, warehouse, base } = await organizationForTests(web);
    const guest = await personAtBrowser(web, 'guest');
    const { id: projectId } = warehouse.project;
    await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId, emails: [guest.email] });
    const held = await hold(web, guest, warehouse);
    const place = `/app/${guest.accountId}/projects/${projectId}`;
    expect((await guest.get(`${place}/settings`)).text).toContain(`href="${place}/leave"`);
    expect((await guest.get(`${place}/leave`)).text).toContain('Leave warehouse?');
    expect((await guest.postAndOpen(`${place}/leave`)).text).toContain('You have left the project');
    expect(await stateOf(web, held)).toBe('ended');
    expect((await guest.get(place)).status).toBe(404);
    for (const person of [admin, member]) {
      const { status, text } = await person.post(`${base}/projects/${projectId}/leave`);
      expect([status, /only a guest may leave this project/i.test(text)]).toEqual([403, true]);
    }
  });

  it('when a compute is deleted, and when a project is', async () => {
    const { admin, member, warehouse, base } = await organizationForTests(web);
    const place = `${base}/projects/${warehouse.project.id}`;
    const onCompute = await hold(web, member, warehouse);
    expect((await admin.post(`${place}/computes/${warehouse.compute.id}/delete`)).status).toBe(303);
    expect(await stateOf(web, onCompute)).toBe('ended');
    const onProject = await hold(web, member, warehouse);
    expect((await admin.post(`${place}/delete`, { name: 'warehouse' })).status).toBe(303);
    expect(await stateOf(web, onProject)).toBe('ended');
  });

  it('when the password of its role is reset', async () => {
    const { organization, admin, base } = await organizationForTests(web);
    const shop = await hostedProject(web, organization);
    const held = await hold(web, admin, shop);
    const [role] = shop.roles;
    const place = `${base}/projects/${shop.project.id}/databases/roles/${role?.name}`;
    expect((await admin.postAndOpen(`${place}/reset`)).status).toBe(200);
    expect(await stateOf(web, held)).toBe('ended');
  });

  it('when the person signs out everywhere, this browser too', async () => {
    const { member, warehouse } = await organizationForTests(web);
    const held = await hold(web, member, warehouse);
    expect((await member.post('/app/me/sign-out-everywhere')).location).toBe('/sign-in');
    expect(await stateOf(web, held)).toBe('ended');
    expect((await member.get('/app/me/sessions')).location).toMatch(/^\/sign-in/);
  });
});

describe('a new policy', () => {
  it('ends grants and what rests on them; other doors go on', async () => {
    const { organization, admin, warehouse, base } = await organizationForTests(web);
    const { grant } = await hold(web, admin, warehouse);
    const { status, location } = await admin.post(`${base}/settings/policy`, {
      link_login: 'yes',
      longest_grant: '0',
      longest_connection: '3600000',
      idle_timeout: '0',
      fresh_sign_in: '0',
      max_connections: '',
      reverse_code: 'always',
      allowed_networks: '203.0.113.0/24\n10.0.0.0/8',
      own_networks: '',
    });
    expect([status, location]).toEqual([303, `${base}/settings?done=policy_saved`]);
    expect(await web.grants.get(grant.id)).toBeNull();
    const page = await admin.get(`${base}/settings`);
    expect(page.text).toContain('203.0.113.0/24');
    expect(organization.policy).toEqual({});
  });

  it('of a compute ends only what rests on its old one; members cannot reopen it', async () => {
    const { organization, admin, member, warehouse, base } = await organizationForTests(web);
    const elsewhere = await addProject(web.catalogue, organization.id, 'elsewhere');
    const [here, other] = [await hold(web, member, warehouse), await hold(web, member, elsewhere)];
    const [resting, restingElsewhere] = [restOn(here), restOn(other)];
    const { computeId, place, path } = policyOf(base, warehouse);
    const times = { longest_grant: '', longest_connection: '', idle_timeout: '600000', fresh_sign_in: '300000' };
    const fields = { ...times, max_connections: '7', reverse_code: 'when_new' };
    const saved = await admin.post(path, { ...fields, replication: 'yes', allowed_networks: '203.0.113.0/24' });
    expect([saved.status, saved.location]).toEqual([303, `${path}?done=policy_saved`]);
    expect([await web.grants.get(here.grant.id), await web.grants.get(other.grant.id)]).toEqual([null, other.grant]);
    expect([resting.ends, restingElsewhere.ends]).toEqual([[{ kind: 'revoked' }], []]);
    expect(here.connection.ends).toEqual([]);
    const numbers = { idleTimeoutMs: 600_000, freshSignInMs: 300_000, maxConnections: 7 };
    const kept = { ...numbers, replication: true, linkLogin: false, allowedNetworks: ['203.0.113.0/24'] };
    const { compute } = await getCompute(web.catalogue, SYSTEM_CONTEXT, { computeId });
    expect(compute.policy).toEqual({ ...kept, readOnlyOnly: false, reverseCode: 'when_new', ownNetworks: [] });
    await member.post(`${place}/computes/${computeId}/link-login`, { link_login: 'on' });
    expect(await isOpenToLinks(organization, computeId)).toBe(false);
    expect((await member.get(place)).text).not.toContain('Switch login by link');
    await admin.post(path, { ...fields, link_login: 'yes' });
    expect(await isOpenToLinks(organization, computeId)).toBe(true);
  });

  it('of a compute is shown to members, and offered for saving to admins only', async () => {
    const { admin, member, warehouse, base } = await organizationForTests(web);
    const { place, path } = policyOf(base, warehouse);
    expect((await member.get(place)).text).toContain(`href="${path}"`);
    expect((await member.get(path)).text).toMatch(/<fieldset class="plain-fieldset" disabled/);
    const page = (await admin.get(path)).text;
    expect(page).toContain('Save policy');
    expect(page).toContain('<option value selected>as the account says</option>');
    const times = { longest_grant: '3600000', longest_connection: '', idle_timeout: '0', fresh_sign_in: '0' };
    const wrong = { ...times, max_connections: '', reverse_code: 'always' };
    const { status, text } = await admin.post(path, { ...wrong, allowed_networks: 'not-a-network' });
    expect([status, text]).toEqual([400, expect.stringContaining('is not a network such as 10.0.0.0/8')]);
    expect(text).toContain('not-a-network</textarea>');
    expect(text).toContain('<option value="3600000" selected>at most 1 hour</option>');
    const many = await admin.post(path, { ...wrong, max_connections: '10001' });
    expect([many.status, many.text]).toEqual([
      400,
      expect.stringContaining('Connections at a time must be a number from 1 to 10,000.'),
    ]);
  });

  it('names the network that is none, and keeps what was typed', async () => {
    const { admin, base } = await organizationForTests(web);
    const { status, text } = await admin.post(`${base}/settings/policy`, {
      longest_grant: '0',
      longest_connection: '3600000',
      idle_timeout: '0',
      fresh_sign_in: '0',
      max_connections: '',
      reverse_code: 'always',
      allowed_networks: '10.0.0.0/8, not-a-network',
      own_networks: '',
    });
    expect(status).toBe(400);
    expect(text).toContain('&quot;not-a-network&quot; is not a network such as 10.0.0.0/8');
    expect(text).toContain('10.0.0.0/8, not-a-network</textarea>');
  });
});

/** A live connection that came in by the grant. */
function restOn({ grant: { id, accountId, projectId, computeId } }: Holding): RecordingHandle {
  const connection = recordingHandle();
  const record = connectionRecord(web.catalogue.nodeId, { accountId, projectId, computeId, grantId: id });
  web.liveConnections.register(record, connection);
  return connection;
}

function policyOf(base: string, { project, compute }: RegisteredProject) {
  const place = `${base}/projects/${project.id}`;
  return { computeId: compute.id, place, path: `${place}/computes/${compute.id}/policy` };
}

async function isOpenToLinks(account: Account, computeId: ComputeId): Promise<boolean> {
  const { compute } = await getCompute(web.catalogue, SYSTEM_CONTEXT, { computeId });
  return effectivePolicy(account, compute).linkLogin;
}
