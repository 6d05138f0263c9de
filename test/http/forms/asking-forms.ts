// Forms of requests for access: in an organization where every login asks a team first.

import { judgeAsking } from '../../../src/catalogue/access/ask-target.ts';
import { breakGlass } from '../../../src/catalogue/asking/break-glass.ts';
import { fileRequest } from '../../../src/catalogue/asking/file-request.ts';
import { nameGlassPerson } from '../../../src/catalogue/asking/glass-people.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { openLoginLink, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { organizationForTests } from '../console/console-for-tests.ts';
import { type Fill, filled } from './filled-form.ts';

/** The admin is the team that decides. */
export async function askingOrganization(web: WebForTests) {
  const scene = await organizationForTests(web);
  const { admin, organization } = scene;
  const accountId = organization.id;
  const team = await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId, name: 'Owners' });
  await addTeamMember(web.catalogue, SYSTEM_CONTEXT, { accountId, teamId: team.id, userId: admin.userId });
  await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, {
    accountId,
    subject: { kind: 'members' },
    object: { kind: 'account' },
    grants: { doors: ['link'], approvals: { count: 1, teamId: team.id }, reason: 'required' },
  });
  return scene;
}

/** The member has asked, without a terminal. */
export async function waitingRequest(web: WebForTests, durationMs = 3_600_000) {
  const scene = await askingOrganization(web);
  const { userId } = scene.member;
  const access = 'read_write' as const;
  const choice = { userId, computeId: scene.warehouse.compute.id, database: null, databaseRole: null, access };
  const how = { door: 'link', address: null, signIn: null } as const;
  const { asking, ...target } = await judgeAsking(web.catalogue, choice, how);
  if (asking === null) throw new Error('the rule was to ask');
  const { request } = await fileRequest(web.catalogue, await actingAs(web.catalogue, scene.member), {
    target: { ...target, asking },
    choice,
    reason: 'Ticket 4711: a customer cannot see an order',
    durationMs,
    loginRequestId: null,
    waitMs: 3_600_000,
  });
  return { ...scene, request };
}

/** The member may break the glass. */
export async function glassOrganization(web: WebForTests) {
  const scene = await organizationForTests(web);
  const which = { accountId: scene.organization.id, userId: scene.member.userId };
  await nameGlassPerson(web.catalogue, SYSTEM_CONTEXT, which);
  return scene;
}

/** The member broke it, and it is over. */
export async function brokenGlass(web: WebForTests) {
  const scene = await glassOrganization(web);
  const wish = { computeId: scene.warehouse.compute.id, reason: 'Incident 4711', durationMs: 60_000 };
  const signIn = { method: 'password', at: web.catalogue.clock.now() } as const;
  const actor = await loadPersonActor(web.catalogue, scene.member.userId);
  if (actor === null) throw new Error('the member is there');
  const { request } = await breakGlass(web.catalogue, { ...SYSTEM_CONTEXT, actor }, { ...wish, signIn });
  const over = { status: 'ended', until: null } as const;
  await web.catalogue.db.updateTable('access_requests').set(over).where('id', '=', request.id).execute();
  return { ...scene, request };
}

export const ASKING_FORMS: Readonly<Record<string, Fill>> = {
  '/app/me/requests/break-glass': async (web) => {
    const { member, warehouse } = await glassOrganization(web);
    const fields = { compute: warehouse.compute.id, minutes: '15', reason: 'Incident 4711' };
    return await filled(member, '/app/me/requests/break-glass', fields);
  },
  '/app/me/requests/:requestId/review': async (web) => {
    const { admin, request } = await brokenGlass(web);
    return await filled(admin, `/app/me/requests/${request.id}/review`, { review: 'It was needed.' });
  },
  '/app/:accountId/settings/break-glass': async (web) => {
    const { admin, base, member } = await organizationForTests(web);
    return await filled(admin, `${base}/settings/break-glass`, { email: member.email });
  },
  '/app/:accountId/settings/break-glass/:userId/remove': async (web) => {
    const { admin, base, member } = await glassOrganization(web);
    return await filled(admin, `${base}/settings/break-glass/${member.userId}/remove`);
  },
  '/app/me/requests/new': async (web) => {
    const { member, warehouse } = await askingOrganization(web);
    const fields = { compute: warehouse.compute.id, access: 'read_write', minutes: '60', reason: 'Ticket 4711' };
    return await filled(member, '/app/me/requests/new', fields);
  },
  '/app/me/requests/:requestId': async (web) => {
    const { admin, request } = await waitingRequest(web);
    return await filled(admin, `/app/me/requests/${request.id}`, { decision: 'agree', answer: '' });
  },
  '/app/me/requests/:requestId/withdraw': async (web) => {
    const { member, request } = await waitingRequest(web);
    return await filled(member, `/app/me/requests/${request.id}/withdraw`);
  },
  '/psql_session/:key/ask': async (web) => {
    const { member, warehouse } = await askingOrganization(web);
    const { path, request } = await openLoginLink(web, { address: '127.0.0.1' });
    const { text } = await member.jar.open(path);
    const fields = { compute_id: warehouse.compute.id, access: 'read_write', reason: 'Ticket 4711', minutes: '60' };
    const at = `/psql_session/${request.id}/ask`;
    return { web, jar: member.jar, userId: member.userId, path: at, fields, csrfToken: csrfTokenIn(text) };
  },
};
