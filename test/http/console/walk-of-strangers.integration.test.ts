// Every page and form of the console and of operations, found by walking the router, asked by
// everybody who has nothing to do there, with the real ids of an organization.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { addNotificationTarget } from '../../../src/catalogue/notifications/notification-targets.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo, addOrganization } from '../../support/databases/catalogue-for-tests.ts';
import { createCatalogueDatabase, type TestDatabase } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { type FoundRoute, routesOf } from '../app/routes-of.ts';
import {
  type Holding,
  hold,
  type OrganizationForTests,
  organizationForTests,
  type PersonAtBrowser,
  personAtBrowser,
} from './console-for-tests.ts';

let database: TestDatabase;
let web: WebForTests;
let victim: OrganizationForTests;
let holding: Holding;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  database = await createCatalogueDatabase();
  web = await startWeb({}, { database });
  victim = await organizationForTests(web);
  const { organization, member, warehouse } = victim;
  holding = await hold(web, member, warehouse);
  const [connection] = await web.liveConnections.list({ accountId: organization.id });
  const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: member.userId });
  const invitations = [{ email: 'somebody@example.org', memberRole: 'member' }] as const;
  const [invited] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, invitations });
  const [shared] = await shareProject(web.catalogue, SYSTEM_CONTEXT, {
    projectId: warehouse.project.id,
    emails: ['guest@example.org'],
  });
  const { target } = await addNotificationTarget(web.catalogue, await actingAs(web.catalogue, victim.admin), {
    ...{ accountId: organization.id, name: 'Operations', format: 'slack' },
    ...{ url: 'https://hooks.example/postern', classes: ['keys'] },
  });
  if (invited?.kind !== 'invited' || shared?.kind !== 'shared') throw new Error('both were to be new');
  ids = {
    accountId: organization.id,
    projectId: warehouse.project.id,
    computeId: warehouse.compute.id,
    connectionId: connection?.id ?? '',
    membershipId: membership?.id ?? '',
    invitationId: invited.invitation.id,
    shareId: shared.share.id,
    nodeId: web.catalogue.nodeId,
    userId: member.userId,
    name: warehouse.roles[0]?.name ?? '',
    keyId: '1',
    tokenId: 'tok-0000000000000000',
    teamId: '00000000-0000-4000-8000-000000000000',
    set: 'strict',
    ruleId: 'rule-000000000000',
    targetId: target.id,
    requestId: '00000000-0000-4000-8000-000000000000',
  };
});

afterAll(() => web.close());

/** Of the organization and of the operators; one's own pages are for everybody. */
function guardedRoutes(): FoundRoute[] {
  return routesOf(web.app).filter(({ path }) => path.startsWith('/app/:accountId') || path.startsWith('/ops'));
}

function addressOf({ path }: FoundRoute): string {
  return path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    const id = ids[name];
    if (id === undefined) throw new Error(`what stands for :${name}?`);
    return id;
  });
}

/** Everything in the catalogue but what notes who came by. */
async function everything(): Promise<string> {
  const { url } = database;
  const tables = await queryRows(url, `select tablename from pg_tables where schemaname = 'public' order by 1`);
  const kept = tables.filter(
    ({ tablename }) => !['browser_sessions', 'audit_events', 'audit_chain'].includes(String(tablename)),
  );
  const rows = kept.map(({ tablename }) => queryRows(url, `select t::text as row from "${tablename}" t order by 1`));
  return JSON.stringify(await Promise.all(rows));
}

const FORM = {
  name: 'warehouse',
  role: 'admin',
  emails: 'me@example.org',
  reason: 'because',
  link_login: 'on',
  plan: 'free',
};

async function statusesFor(person: PersonAtBrowser): Promise<Map<string, number>> {
  const statuses = new Map<string, number>();
  const csrf_token = await person.jar.csrfToken('/app/me/profile');
  for (const route of guardedRoutes()) {
    const address = addressOf(route);
    const answer =
      route.method === 'GET' ? await person.get(address) : await person.jar.post(address, { ...FORM, csrf_token });
    statuses.set(`${route.method} ${route.path}`, answer.status);
  }
  return statuses;
}

async function formerMember(): Promise<PersonAtBrowser> {
  const person = await personAtBrowser(web, 'former');
  // Another membership, since with the last one the browser session ends.
  await addOrganization(web.catalogue, person);
  const { organization } = victim;
  const { id: membershipId } = await addMemberTo(web.catalogue, organization, { person, memberRole: 'admin' });
  await removeMember(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, membershipId });
  // What the removal ended is marked in the catalogue, which is to stay as it is from here on.
  await web.liveConnections.endNow();
  return person;
}

async function guestElsewhere(): Promise<PersonAtBrowser> {
  const [person, other] = [await personAtBrowser(web, 'guest'), await organizationForTests(web)];
  await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: other.warehouse.project.id, emails: [person.email] });
  return person;
}

describe('who has nothing to do with an organization', () => {
  it.each<[string, () => Promise<PersonAtBrowser>]>([
    ['a stranger', () => personAtBrowser(web, 'stranger')],
    ['an admin of another organization', async () => (await organizationForTests(web)).admin],
    ['a guest of another project', guestElsewhere],
    ['an admin who was removed', formerMember],
  ])('%s finds none of its pages and forms and changes nothing', async (_who, make) => {
    const person = await make();
    const before = await everything();
    const statuses = await statusesFor(person);
    expect(statuses.size).toBeGreaterThan(70);
    expect([...statuses].filter(([, status]) => status !== 404 && status !== 403)).toEqual([]);
    expect(await everything()).toBe(before);
    expect(holding.connection.ends).toEqual([]);
    expect(await web.grants.get(holding.grant.id)).toEqual(holding.grant);
  });

  it('visitors and ended sessions are led to sign in, their forms not carried out', async () => {
    const gone = await personAtBrowser(web, 'gone');
    const csrf_token = await gone.jar.csrfToken('/app/me/profile');
    await web.catalogue.db.deleteFrom('browser_sessions').where('user_id', '=', gone.userId).execute();
    const before = await everything();
    for (const jar of [gone.jar, new BrowserJar(web.url)]) {
      for (const route of guardedRoutes()) {
        const address = addressOf(route);
        const isPage = route.method === 'GET';
        const answer = isPage ? await jar.get(address) : await jar.post(address, { ...FORM, csrf_token });
        const seen = [answer.status, answer.location?.split('?')[0]];
        // A form leads to its page, and that to the sign-in.
        expect(seen, `${route.method} ${address}`).toEqual([303, isPage ? '/sign-in' : address]);
      }
    }
    expect(await everything()).toBe(before);
  });
});
