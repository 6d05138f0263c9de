import { describe, expect, it } from 'vitest';
import { acceptInvitation, signUpWithInvitation } from '../../../src/catalogue/accounts/accept-invitation.ts';
import { signInWithIdentity } from '../../../src/catalogue/accounts/identities.ts';
import {
  cancelInvitation,
  findInvitationByToken,
  listInvitations,
  resendInvitation,
} from '../../../src/catalogue/accounts/invitations.ts';
import { type InvitationOutcome, inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { listOwnInvitations } from '../../../src/catalogue/accounts/own-invitations.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { convertGuest, listGuests } from '../../../src/catalogue/projects/guests.ts';
import { listShares, type ShareOutcome, shareProject } from '../../../src/catalogue/projects/shares.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { UserId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const DAY_MS = 24 * 3_600_000;
const PASSWORD = new Secret('correct horse');
const clock = pushedClock();
const catalogueOf = useTestCatalogue({ clock });

async function organization() {
  const catalogue = catalogueOf();
  const admin = await addPerson(catalogue, 'admin');
  const { id: accountId } = await addOrganization(catalogue, admin);
  const asAdmin = await actingAs(catalogue, admin);
  const invite = async (email: string, memberRole: 'admin' | 'member' = 'member') => {
    const [outcome] = await inviteMembers(catalogue, asAdmin, { accountId, invitations: [{ email, memberRole }] });
    return outcome;
  };
  return { catalogue, admin, accountId, asAdmin, invite };
}

let counter = 0;
const newEmail = () => `new-${++counter}@example.com`;

function tokenOf(outcome: InvitationOutcome | undefined): string {
  if (outcome?.kind !== 'invited') throw new Error(`expected an invitation, not ${outcome?.kind}`);
  return outcome.token.reveal();
}

function linkOf(outcome: ShareOutcome | undefined): string {
  if (outcome === undefined || !('link' in outcome)) throw new Error('expected a link');
  return outcome.link.token.reveal();
}

function signUp(catalogue: Catalogue, token: string, name = 'New') {
  return signUpWithInvitation(catalogue, SYSTEM_CONTEXT, { token, name, password: PASSWORD });
}

describe('inviting', () => {
  // A stranger's organization had a known person as a member at once, and then got the person's
  // reports, with address, database and application.
  it('makes nobody a member, and does not tell whose address has an account', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const known = await addPerson(catalogue, 'known');
    const outcomes = await inviteMembers(catalogue, asAdmin, {
      accountId,
      invitations: [
        { email: known.email.toUpperCase(), memberRole: 'admin' },
        { email: newEmail(), memberRole: 'member' },
        { email: asAdmin.actor.kind === 'person' ? asAdmin.actor.email : '', memberRole: 'member' },
      ],
    });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['invited', 'invited', 'already_member']);
    expect(await findMembership(catalogue, { accountId, userId: known.userId })).toBeNull();
    const [toKnown, toUnknown] = outcomes.slice(0, 2).map((outcome) => Object.keys(outcome));
    expect(toKnown).toEqual(toUnknown);
  });

  it('is allowed for admins only', async () => {
    const { catalogue, accountId } = await organization();
    const member = await addPerson(catalogue, 'member');
    await addMemberTo(catalogue, { id: accountId }, { person: member });
    const context = await actingAs(catalogue, member);
    const invitations = [{ email: newEmail(), memberRole: 'member' as const }];
    await expect(inviteMembers(catalogue, context, { accountId, invitations })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('invites nobody when one of the addresses is invalid', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const invitations = [newEmail(), 'nonsense'].map((email) => ({ email, memberRole: 'member' as const }));
    await expect(inviteMembers(catalogue, asAdmin, { accountId, invitations })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(await listInvitations(catalogue, asAdmin, accountId)).toEqual([]);
  });

  it('stores tokens as hashes only', async () => {
    const { catalogue, invite } = await organization();
    const token = tokenOf(await invite(newEmail()));
    expect(Buffer.from(token, 'base64url').length).toBe(32);
    const rows = await catalogue.db.selectFrom('invitations').selectAll().execute();
    expect(rows.map((row) => row.token_hash.toString('base64url') + JSON.stringify(row)).join()).not.toContain(token);
  });

  it('a second time leaves one invitation, whose first link no longer works', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const email = newEmail();
    const first = tokenOf(await invite(email));
    const second = tokenOf(await invite(email, 'admin'));
    expect(await listInvitations(catalogue, asAdmin, accountId)).toMatchObject([{ email, memberRole: 'admin' }]);
    expect(await findInvitationByToken(catalogue, first)).toBeNull();
    expect(await findInvitationByToken(catalogue, second)).not.toBeNull();
  });
});

describe('an invitation', () => {
  it('lets its person sign up and join', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const email = newEmail();
    const token = tokenOf(await invite(email, 'admin'));
    expect(await findInvitationByToken(catalogue, token)).toMatchObject({
      email,
      to: { kind: 'organization', name: 'Example Org', memberRole: 'admin' },
    });
    const user = await signUp(catalogue, token);
    expect(user).toMatchObject({ email, isOperator: false });
    expect(await findMembership(catalogue, { accountId, userId: user.id })).toMatchObject({ memberRole: 'admin' });
    expect(await listInvitations(catalogue, asAdmin, accountId)).toEqual([]);
    const again = signUp(catalogue, token);
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
  });

  it('expires after 7 days, stays listed as expired, and is renewed when resent', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const token = tokenOf(await invite(newEmail()));
    clock.push(7 * DAY_MS);
    expect(await findInvitationByToken(catalogue, token)).toBeNull();
    const [listed] = await listInvitations(catalogue, asAdmin, accountId);
    expect(listed?.status).toBe('expired');
    if (listed === undefined) throw new Error('not listed');
    const resent = await resendInvitation(catalogue, asAdmin, { accountId, invitationId: listed.id });
    expect(resent.invitation).toMatchObject({ id: listed.id, status: 'pending' });
    expect(await findInvitationByToken(catalogue, resent.token.reveal())).not.toBeNull();
    expect(await findInvitationByToken(catalogue, token)).toBeNull();
  });

  it('no longer works when it is canceled', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const token = tokenOf(await invite(newEmail()));
    const [listed] = await listInvitations(catalogue, asAdmin, accountId);
    const which = { accountId, invitationId: listed?.id ?? expect.fail('not listed') };
    await cancelInvitation(catalogue, asAdmin, which);
    expect(await findInvitationByToken(catalogue, token)).toBeNull();
    await expect(cancelInvitation(catalogue, asAdmin, which)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be resent and canceled in its own organization only', async () => {
    const mine = await organization();
    const foreign = await organization();
    await foreign.invite(newEmail());
    const [listed] = await listInvitations(foreign.catalogue, foreign.asAdmin, foreign.accountId);
    const which = { accountId: mine.accountId, invitationId: listed?.id ?? expect.fail('not listed') };
    const resent = resendInvitation(mine.catalogue, mine.asAdmin, which);
    await expect(resent).rejects.toMatchObject({ code: 'not_found' });
    const canceled = cancelInvitation(mine.catalogue, mine.asAdmin, { ...which, accountId: foreign.accountId });
    await expect(canceled).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be accepted by its own person, once', async () => {
    const { catalogue, accountId, invite } = await organization();
    const email = newEmail();
    const token = tokenOf(await invite(email));
    const input = { email, name: 'Unverified', password: null, emailVerified: false };
    const user = await createUser(catalogue, SYSTEM_CONTEXT, input);
    const other = await addPerson(catalogue, 'other');
    const byOther = acceptInvitation(catalogue, await actingAs(catalogue, other), {
      token,
      userId: other.userId,
    });
    await expect(byOther).rejects.toMatchObject({ code: 'forbidden' });
    const context = await actingAs(catalogue, { userId: user.id });
    await acceptInvitation(catalogue, context, { token, userId: user.id });
    expect(await findMembership(catalogue, { accountId, userId: user.id })).not.toBeNull();
    const again = acceptInvitation(catalogue, context, { token, userId: user.id });
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
  });

  it('waits for its person after a sign-in with a verified e-mail, and only then', async () => {
    const { catalogue, accountId, invite } = await organization();
    const identity = (claims: { email: string; emailVerified: boolean }) => ({
      ...claims,
      issuer: 'https://id.example.com',
      subject: claims.email,
      name: 'By identity',
    });
    const [verified, unverified] = [newEmail(), newEmail()];
    await invite(verified);
    await invite(unverified);
    const joined = await signInWithIdentity(
      catalogue,
      SYSTEM_CONTEXT,
      identity({ email: verified, emailVerified: true }),
    );
    const waiting = await signInWithIdentity(
      catalogue,
      SYSTEM_CONTEXT,
      identity({ email: unverified, emailVerified: false }),
    );
    const waitingFor = async (userId: UserId) =>
      (await listOwnInvitations(catalogue, { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, userId) })).length;
    expect([await waitingFor(joined.id), await waitingFor(waiting.id)]).toEqual([1, 0]);
    expect(await findMembership(catalogue, { accountId, userId: joined.id })).toBeNull();
    expect(
      await signInWithIdentity(catalogue, SYSTEM_CONTEXT, identity({ email: verified, emailVerified: true })),
    ).toEqual(joined);
  });
});

describe('an identity', () => {
  it('with an unverified e-mail of another person is not linked to that person', async () => {
    const catalogue = catalogueOf();
    const victim = await addPerson(catalogue, 'victim');
    const identity = {
      issuer: 'https://evil.example.com',
      subject: 'attacker',
      email: victim.email,
      emailVerified: false,
      name: 'Victim',
    };
    const signedIn = signInWithIdentity(catalogue, SYSTEM_CONTEXT, identity);
    await expect(signedIn).rejects.toMatchObject({ code: 'conflict' });
    const linked = await signInWithIdentity(catalogue, SYSTEM_CONTEXT, { ...identity, emailVerified: true });
    expect(linked.id).toBe(victim.userId);
  });
});

describe('a guest', () => {
  it('may be invited without an account, and finds the project after signing up', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const { project } = await addProject(catalogue, accountId);
    const email = newEmail();
    const emails = [email, email.toUpperCase()];
    const outcomes = await shareProject(catalogue, asAdmin, { projectId: project.id, emails });
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['shared']);
    const user = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Late', password: null });
    expect((await actorOf(catalogue, user.id)).shares).toEqual(new Set([project.id]));
  });

  it('without an account gets a 7-day link, and a new one when shared with again', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const { project } = await addProject(catalogue, accountId);
    const share = async (email: string) => {
      return linkOf((await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [email] }))[0]);
    };
    const email = newEmail();
    const first = await share(email);
    expect(await findInvitationByToken(catalogue, first)).toMatchObject({
      email,
      to: { kind: 'project', name: project.name },
    });
    const second = await share(email);
    expect(await findInvitationByToken(catalogue, first)).toBeNull();
    clock.push(7 * DAY_MS);
    expect(await findInvitationByToken(catalogue, second)).toBeNull();
    const token = await share(email);
    const user = await signUp(catalogue, token, 'Guest');
    const actor = await actorOf(catalogue, user.id);
    expect([actor.shares, actor.memberships.size]).toEqual([new Set([project.id]), 0]);
    expect(await findInvitationByToken(catalogue, token)).toBeNull();
    const [known] = await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [email] });
    expect(known).toMatchObject({ kind: 'already_shared' });
  });

  it('is not told apart by whether the address has an account, until a link is used', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const { project } = await addProject(catalogue, accountId);
    const known = await addPerson(catalogue, 'known');
    const emails = [known.email, newEmail()];
    const outcomes = await shareProject(catalogue, asAdmin, { projectId: project.id, emails });
    expect(outcomes.map((outcome) => [outcome.kind, linkOf(outcome).length])).toEqual([
      ['shared', 43],
      ['shared', 43],
    ]);
    expect((await listGuests(catalogue, asAdmin, accountId)).map(({ name }) => name)).toEqual([null, null]);
    expect((await listShares(catalogue, asAdmin, project.id)).map((share) => share.isLinkUsed)).toEqual([false, false]);
    const token = linkOf(outcomes[0]);
    await acceptInvitation(catalogue, await actingAs(catalogue, known), { token, userId: known.userId });
    const guest = (await listGuests(catalogue, asAdmin, accountId)).find(({ email }) => email === known.email);
    expect(guest?.name).toMatch(/^known-/);
  });

  it('cannot be a member of the project’s account', async () => {
    const { catalogue, accountId, admin, asAdmin } = await organization();
    const { project } = await addProject(catalogue, accountId);
    const own = await addProject(catalogue, admin.accountId);
    for (const projectId of [project.id, own.project.id]) {
      const outcomes = await shareProject(catalogue, asAdmin, { projectId, emails: [admin.email] });
      expect(outcomes).toEqual([{ kind: 'has_access_already', email: admin.email }]);
      expect(await listShares(catalogue, asAdmin, projectId)).toEqual([]);
    }
  });

  it('is listed with the shared projects, and loses the shares by becoming a member', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const [first, second] = [
      await addProject(catalogue, accountId, 'first'),
      await addProject(catalogue, accountId, 'second'),
    ];
    const guest = await addPerson(catalogue, 'guest');
    for (const { project } of [first, second]) {
      await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [guest.email] });
    }
    const [listed] = await listGuests(catalogue, asAdmin, accountId);
    expect(listed).toMatchObject({ email: guest.email });
    expect(listed?.shares.map((share) => share.projectName)).toEqual(['first', 'second']);
    const token = tokenOf(await convertGuest(catalogue, asAdmin, { accountId, email: guest.email }));
    expect((await actorOf(catalogue, guest.userId)).shares.size).toBe(2);
    await acceptInvitation(catalogue, await actingAs(catalogue, guest), { token, userId: guest.userId });
    expect(await listGuests(catalogue, asAdmin, accountId)).toEqual([]);
    const actor = await actorOf(catalogue, guest.userId);
    expect([actor.shares.size, actor.memberships.get(accountId)]).toEqual([0, 'member']);
    const again = convertGuest(catalogue, asAdmin, { accountId, email: guest.email });
    await expect(again).rejects.toMatchObject({ code: 'not_found' });
  });

  it('cannot see the organization, and cannot share projects', async () => {
    const { catalogue, accountId, asAdmin } = await organization();
    const { project } = await addProject(catalogue, accountId);
    const guest = await addPerson(catalogue, 'guest');
    await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [guest.email] });
    const asGuest = await actingAs(catalogue, guest);
    await expect(listGuests(catalogue, asGuest, accountId)).rejects.toMatchObject({ code: 'not_found' });
    const shared = shareProject(catalogue, asGuest, { projectId: project.id, emails: [newEmail()] });
    await expect(shared).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('does not remain beside a membership when shared with and accepted concurrently', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const { project } = await addProject(catalogue, accountId);
    for (let round = 0; round < 15; round += 1) {
      const person = await addPerson(catalogue, 'racer');
      const own = { token: tokenOf(await invite(person.email)), userId: person.userId };
      const context = await actingAs(catalogue, person);
      await Promise.all([
        shareProject(catalogue, asAdmin, { projectId: project.id, emails: [person.email] }),
        acceptInvitation(catalogue, context, own),
      ]);
      const actor = await actorOf(catalogue, person.userId);
      expect([actor.memberships.has(accountId), actor.shares.size]).toEqual([true, 0]);
    }
  });
});
