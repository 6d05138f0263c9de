import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/audit-context.ts';
import { findMembership } from '../../../src/catalogue/member-lists.ts';
import { shareProject } from '../../../src/catalogue/shares.ts';
import { startWeb, type WebForTests } from '../../support/web-for-tests.ts';
import { hold, hostedProject, organizationForTests, personAtBrowser, stateOf } from './console-for-tests.ts';

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
    expect((await admin.post(`${place}/reset`)).status).toBe(200);
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
  it('forgets remembered approvals and ends what rests on them; what came in by other doors goes on', async () => {
    const { organization, admin, warehouse, base } = await organizationForTests(web);
    const { grant } = await hold(web, admin, warehouse);
    const { status, location } = await admin.post(`${base}/settings/policy`, {
      link_login: 'yes',
      longest_grant: '0',
      longest_connection: '3600000',
      idle_timeout: '0',
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

  it('names the network that is none, and keeps what was typed', async () => {
    const { admin, base } = await organizationForTests(web);
    const { status, text } = await admin.post(`${base}/settings/policy`, {
      longest_grant: '0',
      longest_connection: '3600000',
      idle_timeout: '0',
      reverse_code: 'always',
      allowed_networks: '10.0.0.0/8, not-a-network',
      own_networks: '',
    });
    expect(status).toBe(400);
    expect(text).toContain('&quot;not-a-network&quot; is not a network such as 10.0.0.0/8');
    expect(text).toContain('10.0.0.0/8, not-a-network</textarea>');
  });
});
