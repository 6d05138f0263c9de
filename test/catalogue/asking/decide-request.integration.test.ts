import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeAsking } from '../../../src/catalogue/access/ask-target.ts';
import { agreeToRequest } from '../../../src/catalogue/asking/decide-request.ts';
import { fileRequest } from '../../../src/catalogue/asking/file-request.ts';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember, removeTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { organizationForTests, personAtBrowser } from '../../http/console/console-for-tests.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addMemberTo, type PersonForTests } from '../../support/databases/catalogue-for-tests.ts';

const HOUR_MS = 3_600_000;

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

/** A request that two of a team have to agree to, and three people of that team. */
async function requestForTwo() {
  const { catalogue } = web;
  const { admin, member, organization, warehouse } = await organizationForTests(web);
  const accountId = organization.id;
  const { id: teamId } = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId, name: 'Owners' });
  const others = [await personAtBrowser(web, 'second'), await personAtBrowser(web, 'third')];
  for (const person of others) await addMemberTo(catalogue, organization, { person });
  const team: PersonForTests[] = [admin, ...others];
  for (const { userId } of team) await addTeamMember(catalogue, SYSTEM_CONTEXT, { accountId, teamId, userId });
  await replaceAccessRules(catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  const grants = { doors: ['link'], approvals: { count: 2, teamId } } as const;
  const everywhere = { subject: { kind: 'members' }, object: { kind: 'account' } } as const;
  await createAccessRule(catalogue, SYSTEM_CONTEXT, {
    accountId,
    ...everywhere,
    grants: { ...grants, doors: ['link'] },
  });
  const { userId } = member;
  const access = 'read_write' as const;
  const choice = { userId, computeId: warehouse.compute.id, database: null, databaseRole: null, access };
  const { asking, ...target } = await judgeAsking(catalogue, choice, { door: 'link', address: null, signIn: null });
  if (asking === null) throw new Error('the rule was to ask');
  const { request } = await fileRequest(catalogue, await actingAs(catalogue, member), {
    ...{ target: { ...target, asking }, choice, reason: 'Ticket 4711' },
    ...{ durationMs: HOUR_MS, loginRequestId: null, waitMs: HOUR_MS },
  });
  const agree = async (person: PersonForTests) => {
    const wish = { id: request.id, terminalAddress: null, moveLogin: async () => true };
    return (await agreeToRequest(catalogue, await actingAs(catalogue, person), wish)).kind;
  };
  const leave = ({ userId }: PersonForTests) =>
    removeTeamMember(catalogue, SYSTEM_CONTEXT, { accountId, teamId, userId });
  const row = { team_id: teamId, account_id: accountId, added_by: 'group' as const, issuer: 'https://idp.example' };
  const joinByGroup = ({ userId: user_id }: PersonForTests) =>
    catalogue.db
      .insertInto('team_members')
      .values({ ...row, user_id, added_at: new Date() })
      .execute();
  const events = catalogue.db.selectFrom('audit_events').select('body');
  const agreements = async () => {
    const bodies = (await events.where('event', '=', 'access_request.agreed').execute()).map(({ body }) => body);
    return bodies.filter((body) => JSON.stringify(body).includes(request.id)).length;
  };
  return { team, agree, agreements, leave, joinByGroup };
}

describe('a request that two have to agree to', () => {
  it('is approved by the second', async () => {
    const { team, agree, agreements } = await requestForTwo();
    const [first, second] = team;
    if (first === undefined || second === undefined) throw new Error('they were to be three');
    expect([await agree(first), await agree(first)]).toEqual(['agreed', 'agreed']);
    expect(await agreements(), 'a second click is recorded').toBe(1);
    expect(await agree(second)).toBe('approved');
  });

  it('is not approved by one who is in the team by two ways', async () => {
    const { team, agree, joinByGroup } = await requestForTwo();
    const [first, second] = team;
    if (first === undefined || second === undefined) throw new Error('they were to be three');
    await joinByGroup(first);
    expect([await agree(first), await agree(second)]).toEqual(['agreed', 'approved']);
  });

  // Somebody who was thrown out still counted as one of the two.
  it.each<[string, (person: PersonForTests, scene: Awaited<ReturnType<typeof requestForTwo>>) => Promise<unknown>]>([
    ['left the team', (person, { leave }) => leave(person)],
    ['was disabled', ({ userId }) => disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId })],
  ])('does not count who %s since', async (_how, end) => {
    const scene = await requestForTwo();
    const [first, second, third] = scene.team;
    if (first === undefined || second === undefined || third === undefined) throw new Error('they were to be three');
    expect(await scene.agree(second)).toBe('agreed');
    await end(second, scene);
    expect([await scene.agree(first), await scene.agree(third)]).toEqual(['agreed', 'approved']);
  });
});
