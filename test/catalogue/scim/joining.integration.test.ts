// How people whom SCIM pushed become members: by an own act, and only where the operator's word and
// an admin's rule stand behind it. And that nothing they change about themselves outlasts it.

import { beforeAll, describe, expect, it } from 'vitest';
import { type Identity, signInWithIdentity } from '../../../src/catalogue/accounts/identities.ts';
import { replaceEmail } from '../../../src/catalogue/accounts/verified-email.ts';
import { applyGroups } from '../../../src/catalogue/joining/apply-groups.ts';
import { acceptJoinOffer, listJoinOffers } from '../../../src/catalogue/joining/join-offers.ts';
import { addJoinRule } from '../../../src/catalogue/joining/join-rules.ts';
import type { KnownIssuer } from '../../../src/catalogue/joining/known-issuers.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { createScimGroup } from '../../../src/catalogue/scim/scim-groups.ts';
import type { ScimUser } from '../../../src/catalogue/scim/scim-user.ts';
import { changeScimUser, createScimUser, deleteScimUser } from '../../../src/catalogue/scim/scim-users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, newUserId, type ScimUserId, type UserId } from '../../../src/ids.ts';
import { actingAs, addOrganization, addPerson, useTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';

const ENTRA: KnownIssuer = {
  ...{ issuer: 'https://entra.example', name: 'Entra', domains: ['acme.example'], groupsClaim: 'groups' },
};

const catalogue = useTestCatalogue();
let accountId: AccountId;

async function organizationWithRule(): Promise<AccountId> {
  const { id } = await addOrganization(catalogue(), await addPerson(catalogue(), 'admin'));
  const rule = { accountId: id, issuer: ENTRA, kind: 'provisioned', value: 'acme.example' } as const;
  await addJoinRule(catalogue(), SYSTEM_CONTEXT, rule);
  return id;
}

beforeAll(async () => {
  accountId = await organizationWithRule();
});

async function push(email: string, into = accountId) {
  const input = { userName: email, externalId: null, active: true, emails: [] };
  return await createScimUser(catalogue(), SYSTEM_CONTEXT, { accountId: into, input });
}

async function change(id: ScimUserId, changes: Partial<Pick<ScimUser, 'active' | 'userName'>>) {
  const wanted = { accountId, id, version: null, change: (user: ScimUser) => ({ ...user, ...changes }) };
  await changeScimUser(catalogue(), SYSTEM_CONTEXT, wanted);
}

const activate = (id: ScimUserId) => change(id, { active: true });
const deactivate = (id: ScimUserId) => change(id, { active: false });

async function newcomer(email: string) {
  const identity: Identity = { issuer: ENTRA.issuer, subject: email, email, emailVerified: true, name: 'Ann' };
  const { id } = await signInWithIdentity(catalogue(), SYSTEM_CONTEXT, identity);
  const signIn = (verifiedEmail: string | null) =>
    applyGroups(catalogue(), SYSTEM_CONTEXT, { ...identity, person: { id, email }, groups: [], verifiedEmail });
  return { id, signIn };
}

async function contextOf(userId: UserId) {
  const actor = (await loadPersonActor(catalogue(), userId)) ?? expect.fail('nobody');
  return { ...SYSTEM_CONTEXT, actor };
}

const offersOf = async (userId: UserId) => await listJoinOffers(catalogue(), await contextOf(userId));
const accept = async (userId: UserId) => {
  const [offer] = await offersOf(userId);
  return await acceptJoinOffer(catalogue(), await contextOf(userId), { ruleId: offer?.ruleId ?? expect.fail('none') });
};
const organizationsOf = async (userId: UserId) => [...(await contextOf(userId)).actor.memberships.keys()];

const address = (domain = 'acme.example') => `${newUserId()}@${domain}`;

describe('a provisioned person', () => {
  it('is asked at the next sign-in, joins by accepting, and is in the teams', async () => {
    const email = address();
    const user = await push(email);
    const input = { displayName: `DBA ${email}`, externalId: null, members: new Set([user.id]) };
    await createScimGroup(catalogue(), SYSTEM_CONTEXT, { accountId, input });
    const { id, signIn } = await newcomer(email);
    await signIn(email);
    expect(await organizationsOf(id)).toEqual([]);
    expect(await accept(id)).toBe(accountId);
    expect(await organizationsOf(id)).toEqual([accountId]);
    const teams = catalogue().db.selectFrom('team_members').select('issuer').where('user_id', '=', id);
    expect(await teams.execute()).toEqual([{ issuer: 'SCIM' }]);
    await signIn(null);
    expect(await organizationsOf(id)).toEqual([accountId]);
    await deactivate(user.id);
    expect(await organizationsOf(id)).toEqual([]);
  });

  it('is not asked when deactivated, or when nobody vouches for the address', async () => {
    const email = address();
    const user = await push(email);
    const { id, signIn } = await newcomer(email);
    await signIn(null);
    expect(await offersOf(id)).toEqual([]);
    await deactivate(user.id);
    await signIn(email);
    expect(await offersOf(id)).toEqual([]);
    await activate(user.id);
    await signIn(email);
    expect(await offersOf(id)).toHaveLength(1);
  });

  it('cannot accept after being deactivated or removed', async () => {
    const email = address();
    const user = await push(email);
    const { id, signIn } = await newcomer(email);
    await signIn(email);
    const [offer] = await offersOf(id);
    const take = async () =>
      acceptJoinOffer(catalogue(), await contextOf(id), { ruleId: offer?.ruleId ?? expect.fail('none') });
    await deactivate(user.id);
    await expect(take()).rejects.toMatchObject({ code: 'not_found' });
    await activate(user.id);
    await signIn(email);
    await deleteScimUser(catalogue(), SYSTEM_CONTEXT, { accountId, id: user.id, version: null });
    await expect(take()).rejects.toMatchObject({ code: 'not_found' });
    expect(await organizationsOf(id)).toEqual([]);
  });

  // The offer to the owner of the wrong address led to the teams of the user whose it never was.
  it('takes the offer back from the owner of an address that was wrong', async () => {
    const [wrong, right] = [address(), address()];
    const user = await push(wrong);
    const owner = await newcomer(wrong);
    await owner.signIn(wrong);
    expect(await offersOf(owner.id)).toHaveLength(1);
    await change(user.id, { userName: right });
    expect(await offersOf(owner.id)).toEqual([]);
    const person = await newcomer(right);
    await person.signIn(right);
    expect(await accept(person.id)).toBe(accountId);
  });

  it('loses access under another address, too', async () => {
    const email = address();
    const user = await push(email);
    const { id, signIn } = await newcomer(email);
    await signIn(email);
    await accept(id);
    const moved = {
      catalogue: catalogue(),
      context: SYSTEM_CONTEXT,
      user: { id, email },
      email: address('home.example'),
    };
    await catalogue().transaction((tx) => replaceEmail(tx, moved));
    await deactivate(user.id);
    expect(await organizationsOf(id)).toEqual([]);
  });
});

describe('an organization', () => {
  it('that only pushes users asks nobody; a rule for them needs the domain', async () => {
    const admin = await addPerson(catalogue(), 'mallory');
    const { id } = await addOrganization(catalogue(), admin);
    const email = address();
    await push(email, id);
    const { id: userId, signIn } = await newcomer(email);
    await signIn(email);
    expect(await offersOf(userId)).toEqual([]);
    const rule = { accountId: id, issuer: ENTRA, kind: 'provisioned', value: 'acme.example' } as const;
    const context = await actingAs(catalogue(), admin);
    await expect(addJoinRule(catalogue(), context, rule)).rejects.toMatchObject({ code: 'forbidden' });
    const foreign = { ...rule, value: 'gmail.com' };
    await expect(addJoinRule(catalogue(), SYSTEM_CONTEXT, foreign)).rejects.toMatchObject({ httpStatus: 400 });
  });

  it('offers nothing to people whom another organization pushed', async () => {
    const other = await organizationWithRule();
    const email = address();
    await push(email, other);
    const { id, signIn } = await newcomer(email);
    await signIn(email);
    expect(await accept(id)).toBe(other);
    expect(await organizationsOf(id)).toEqual([other]);
  });
});
