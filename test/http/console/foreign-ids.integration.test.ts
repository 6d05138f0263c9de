import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { hold, type OrganizationForTests, organizationForTests, stateOf } from './console-for-tests.ts';

let web: WebForTests;
let ours: OrganizationForTests;
let theirs: OrganizationForTests;

beforeAll(async () => {
  web = await startWeb();
  [ours, theirs] = await Promise.all([organizationForTests(web), organizationForTests(web)]);
});

afterAll(() => web.close());

describe('ids of others under one’s own address do not exist', () => {
  it('a project of another organization, on each of its pages', async () => {
    const place = `${ours.base}/projects/${theirs.warehouse.project.id}`;
    for (const page of ['', '/connect', '/databases', '/consumption', '/sharing', '/settings', '/delete']) {
      expect((await ours.admin.get(place + page)).status).toBe(404);
    }
    expect((await ours.admin.post(`${place}/delete`, { name: 'warehouse' })).status).toBe(404);
  });

  it('one’s own project under the address of another own account', async () => {
    const path = `/app/${ours.admin.accountId}/projects/${ours.warehouse.project.id}`;
    expect((await ours.admin.get(path)).status).toBe(404);
  });

  it('a compute of another project', async () => {
    const place = `${ours.base}/projects/${ours.warehouse.project.id}/computes/${theirs.warehouse.compute.id}`;
    expect((await ours.admin.get(`${place}/policy`)).status).toBe(404);
    expect((await ours.admin.post(`${place}/policy`)).status).toBe(404);
    expect((await ours.admin.post(`${place}/suspend`)).status).toBe(404);
    expect((await ours.admin.post(`${place}/delete`)).status).toBe(404);
  });

  it('a membership, an invitation and a share of another organization', async () => {
    const accountId = theirs.organization.id;
    const membership = await findMembership(web.catalogue, { accountId, userId: theirs.member.userId });
    const invitations = [{ email: 'somebody@example.org', memberRole: 'member' }] as const;
    const [invited] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, { accountId, invitations });
    const shareWith = { projectId: theirs.warehouse.project.id, emails: ['guest@example.org'] };
    const [shared] = await shareProject(web.catalogue, SYSTEM_CONTEXT, shareWith);
    if (invited?.kind !== 'invited' || shared?.kind !== 'shared') throw new Error('both were to be new');
    const paths = [
      `/people/members/${membership?.id}/remove`,
      `/people/invitations/${invited.invitation.id}/cancel`,
      `/people/invitations/${invited.invitation.id}/resend`,
      `/people/guests/${shared.share.id}/remove`,
    ];
    for (const path of paths) expect((await ours.admin.post(ours.base + path)).status).toBe(404);
    const guests = { project_id: theirs.warehouse.project.id, emails: 'me@example.org' };
    expect((await ours.admin.post(`${ours.base}/people/invite-guests`, guests)).status).toBe(404);
  });

  it('connections, remembered approvals and browsers of somebody else', async () => {
    const held = await hold(web, theirs.member, theirs.warehouse);
    const [connection] = await web.liveConnections.list({ userId: theirs.member.userId });
    const page = (await theirs.member.get('/app/me/sessions')).text;
    expect(page).toContain(held.grant.id);
    const paths = [
      `/app/me/sessions/connections/${connection?.id}/end`,
      `/app/me/sessions/grants/${held.grant.id}/revoke`,
      `/app/me/sessions/browsers/00000000-0000-4000-8000-000000000000/sign-out`,
    ];
    for (const path of paths) expect((await ours.admin.post(path)).status).toBe(404);
    expect(await stateOf(web, held)).toBe('going on');
    await theirs.member.post(`/app/me/sessions/grants/${held.grant.id}/revoke`);
    await theirs.member.post(`/app/me/sessions/connections/${connection?.id}/end`);
    expect(await stateOf(web, held)).toBe('ended');
  });

  it("a member's connection is ended by an admin, not by another member", async () => {
    const held = await hold(web, ours.admin, ours.warehouse);
    const records = await web.liveConnections.list({ projectId: ours.warehouse.project.id });
    const path = `${ours.base}/projects/${ours.warehouse.project.id}/connections/${records.at(-1)?.id}/end`;
    expect((await ours.member.post(path, { reason: 'because' })).status).toBe(403);
    expect((await ours.admin.post(path, { reason: ' ' })).status).toBe(400);
    expect((await ours.admin.post(path, { reason: 'nightly restore' })).status).toBe(303);
    expect(held.connection.ends).toEqual([{ kind: 'killed', reason: 'nightly restore' }]);
  });
});

describe('what a member may not do is refused, whatever the page offers', () => {
  it.each([
    ['deleting a project', (base: string, project: string) => [`${base}/projects/${project}/delete`, { name: 'x' }]],
    ['inviting', (base: string) => [`${base}/people/invite`, { emails: 'a@example.org', role: 'member' }]],
    ['editing billing', (base: string) => [`${base}/billing`, { company: 'Mine now' }]],
    ['changing the plan', (base: string) => [`${base}/billing/plan`, { plan: 'enterprise' }]],
    ['renaming the organization', (base: string) => [`${base}/settings/name`, { name: 'Mine now' }]],
    ['deleting the organization', (base: string) => [`${base}/settings/delete`, { name: 'Example Org' }]],
    ['making a key of the organization', (base: string) => [`${base}/api-keys`, { name: 'mine' }]],
    [
      'sharing a project',
      (base: string, project: string) => [`${base}/projects/${project}/sharing`, { emails: 'a@b.c' }],
    ],
    [
      'changing the policy of a compute',
      (base: string, project: string, compute: string) => [
        `${base}/projects/${project}/computes/${compute}/policy`,
        {},
      ],
    ],
  ] as const)('%s', async (_what, formOf) => {
    const [path, fields] = formOf(ours.base, ours.warehouse.project.id, ours.warehouse.compute.id);
    const answer = await ours.member.post(path as string, fields as Record<string, string>);
    expect(answer.status).toBe(403);
  });
});
