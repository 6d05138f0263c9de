// What a sign-in at a provider changes: teams, memberships by a rule, offers to join.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Identity, signInWithIdentity } from '../../../src/catalogue/accounts/identities.ts';
import { applyGroups } from '../../../src/catalogue/joining/apply-groups.ts';
import { acceptJoinOffer, declineJoinOffers, listJoinOffers } from '../../../src/catalogue/joining/join-offers.ts';
import { addJoinRule } from '../../../src/catalogue/joining/join-rules.ts';
import type { KnownIssuer } from '../../../src/catalogue/joining/known-issuers.ts';
import { addTeamGroup } from '../../../src/catalogue/joining/team-groups.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, newUserId, type TeamId, type UserId } from '../../../src/ids.ts';
import { actingAs, addOrganization, addPerson, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const OKTA: KnownIssuer = {
  ...{ issuer: 'https://okta.example/', name: 'Okta', domains: ['acme.example'], groupsClaim: 'groups' },
};

const catalogue = useTestCatalogue();
let accountId: AccountId;
let teamId: TeamId;

beforeAll(async () => {
  accountId = (await addOrganization(catalogue(), await addPerson(catalogue(), 'admin'))).id;
  teamId = (await createTeam(catalogue(), SYSTEM_CONTEXT, { accountId, name: 'DBA' })).id;
  const rule = { accountId, issuer: OKTA, kind: 'group', value: 'staff' } as const;
  await addJoinRule(catalogue(), SYSTEM_CONTEXT, rule);
  await addTeamGroup(catalogue(), SYSTEM_CONTEXT, { accountId, teamId, issuer: OKTA, groupName: 'dba' });
});

type Groups = readonly string[] | 'unknown';

async function newcomer(domain = 'elsewhere.example') {
  const email = `${newUserId()}@${domain}`;
  const identity: Identity = {
    issuer: 'https://okta.example',
    subject: email,
    email,
    emailVerified: true,
    name: 'Ann',
  };
  const { id } = await signInWithIdentity(catalogue(), SYSTEM_CONTEXT, identity);
  const signIn = (groups: Groups) =>
    applyGroups(catalogue(), SYSTEM_CONTEXT, { ...identity, person: { id, email }, groups, verifiedEmail: email });
  return { id, signIn };
}

async function contextOf(userId: UserId) {
  const actor = (await loadPersonActor(catalogue(), userId)) ?? expect.fail('nobody');
  return { ...SYSTEM_CONTEXT, actor };
}

async function placesOf(userId: UserId): Promise<string[]> {
  const teams = await catalogue()
    .db.selectFrom('team_members')
    .select('team_id')
    .where('user_id', '=', userId)
    .execute();
  const { memberships } = await contextOf(userId).then(({ actor }) => actor);
  return [...(memberships.has(accountId) ? ['member'] : []), ...teams.map(() => 'team')];
}

async function join(userId: UserId): Promise<void> {
  const context = await contextOf(userId);
  const [offer] = await listJoinOffers(catalogue(), context);
  await acceptJoinOffer(catalogue(), context, { ruleId: offer?.ruleId ?? expect.fail('nothing is offered') });
}

describe('groups at a sign-in', () => {
  it('make nobody a member, and offer it once', async () => {
    const { id, signIn } = await newcomer();
    await signIn(['staff', 'dba']);
    expect(await placesOf(id)).toEqual([]);
    await declineJoinOffers(catalogue(), await contextOf(id));
    await signIn(['staff', 'dba']);
    expect(await listJoinOffers(catalogue(), await contextOf(id), 'asked')).toEqual([]);
    await join(id);
    expect(await placesOf(id)).toEqual(['member', 'team']);
  });

  it.each<[string, Groups, string[]]>([
    ['the same', ['dba', 'staff'], ['member', 'team']],
    ['too many to be told', 'unknown', ['member', 'team']],
    ['without the one that fills the team', ['staff'], ['member']],
    ['without the one by which the person joined', ['dba'], []],
    ['none', [], []],
    ['of another case', ['Staff', 'DBA'], []],
  ])('that are %s leave what they should', async (_what, groups, places) => {
    const { id, signIn } = await newcomer();
    await signIn(['staff', 'dba']);
    await join(id);
    await signIn(groups);
    expect(await placesOf(id)).toEqual(places);
  });

  it('take away no offer of another issuer, and withdraw their own', async () => {
    const { id, signIn } = await newcomer();
    await signIn(['staff']);
    await signIn([]);
    expect(await listJoinOffers(catalogue(), await contextOf(id))).toEqual([]);
  });

  it('leave an admin a member', async () => {
    const { id, signIn } = await newcomer();
    await signIn(['staff']);
    await join(id);
    const own = catalogue().db.updateTable('memberships').set({ member_role: 'admin' }).where('user_id', '=', id);
    await own.execute();
    await signIn([]);
    expect(await placesOf(id)).toEqual(['member']);
  });
});

describe('a rule', () => {
  const wanted = { issuer: OKTA, kind: 'domain', value: '@Acme.example' } as const;

  it('of a domain offers to join to whom the issuer vouches for', async () => {
    await addJoinRule(catalogue(), SYSTEM_CONTEXT, { ...wanted, accountId });
    const { id, signIn } = await newcomer('acme.example');
    await signIn('unknown');
    expect(await listJoinOffers(catalogue(), await contextOf(id))).toMatchObject([{ value: 'acme.example' }]);
  });

  it('names no domain that the operator has not given to the issuer', async () => {
    const gmail = { ...wanted, accountId, value: 'gmail.com' };
    await expect(addJoinRule(catalogue(), SYSTEM_CONTEXT, gmail)).rejects.toThrow('does not vouch for addresses');
  });

  it('is made by nobody whom the issuer does not know', async () => {
    const stranger = await addPerson(catalogue(), 'stranger');
    const own = await addOrganization(catalogue(), stranger);
    const rule = { accountId: own.id, issuer: OKTA, kind: 'group', value: 'staff' } as const;
    const adding = addJoinRule(catalogue(), await actingAs(catalogue(), stranger), rule);
    await expect(adding).rejects.toThrow('only people of Okta');
  });
});
