import { describe, expect, it } from 'vitest';
import { acceptInvitation, signUpWithInvitation } from '../../../src/catalogue/accounts/accept-invitation.ts';
import { listInvitations, resendInvitation } from '../../../src/catalogue/accounts/invitations.ts';
import { type InvitationOutcome, inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { adminsOverPerson, findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import {
  acceptOwnInvitation,
  declineOwnInvitation,
  listOwnInvitations,
} from '../../../src/catalogue/accounts/own-invitations.ts';
import { createUser, getUser } from '../../../src/catalogue/accounts/users.ts';
import { type ShareOutcome, shareProject } from '../../../src/catalogue/projects/shares.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId, UserId } from '../../../src/ids.ts';
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

/** The same installation once a mail server is configured. */
function mailing<Of extends Catalogue>(catalogue: Of): Of {
  return { ...catalogue, settings: { ...catalogue.settings, mailsLinks: true } };
}

async function setOperator(catalogue: Catalogue, userId: UserId, is: 'operator' | 'none'): Promise<void> {
  await catalogue.db
    .updateTable('users')
    .set({ is_operator: is === 'operator' })
    .where('id', '=', userId)
    .execute();
}

async function inviteAsOperator(
  catalogue: Catalogue,
  { admin, accountId }: { admin: { userId: UserId }; accountId: AccountId },
) {
  await setOperator(catalogue, admin.userId, 'operator');
  const context = await actingAs(catalogue, admin);
  return async (email: string) => {
    const invitations = [{ email, memberRole: 'member' as const }];
    return (await inviteMembers(catalogue, context, { accountId, invitations }))[0];
  };
}

// Without a mail server whoever invites an address sees the link. Signing up with it verified the
// address, and gave the inviter every invitation and share that other accounts meant for it.
describe('a link that its inviter has seen', () => {
  it('admits a new person, but to nothing else that was meant for the address', async () => {
    const [attacker, victim] = [await organization(), await organization()];
    const { catalogue } = attacker;
    const email = newEmail();
    const { project } = await addProject(catalogue, victim.accountId);
    await shareProject(catalogue, victim.asAdmin, { projectId: project.id, emails: [email] });
    await victim.invite(email);
    const token = tokenOf(await attacker.invite(email));
    const user = await signUp(catalogue, token, 'Mallory');
    expect(user.emailVerified).toBe(false);
    const actor = await actorOf(catalogue, user.id);
    expect([...actor.memberships.keys()]).toEqual([attacker.accountId]);
    expect(actor.shares).toEqual(new Set());
    expect(await listOwnInvitations(catalogue, { ...SYSTEM_CONTEXT, actor })).toEqual([]);
  });

  // Whether a mail server was configured was asked when the link was used, not when it was made.
  it('verifies nothing when mail is sent by the time that it is used', async () => {
    const [attacker, victim] = [await organization(), await organization()];
    const email = newEmail();
    await victim.invite(email, 'admin');
    const { project } = await addProject(attacker.catalogue, attacker.accountId);
    const shared = { projectId: project.id, emails: [email] };
    const share = linkOf((await shareProject(attacker.catalogue, attacker.asAdmin, shared))[0]);
    const token = tokenOf(await attacker.invite(email));
    const later = mailing(attacker.catalogue);
    const user = await signUp(later, token, 'Mallory');
    expect(user.emailVerified).toBe(false);
    await acceptInvitation(later, await actingAs(later, { userId: user.id }), { token: share, userId: user.id });
    expect((await getUser(later, user.id)).emailVerified).toBe(false);
    expect(await findMembership(later, { accountId: victim.accountId, userId: user.id })).toBeNull();
  });

  it('gives access to one shared project, also to a signed-in person', async () => {
    const [first, second] = [await organization(), await organization()];
    const { catalogue } = first;
    const email = newEmail();
    const share = async ({ accountId, asAdmin }: typeof first) => {
      const { project } = await addProject(catalogue, accountId);
      const [outcome] = await shareProject(catalogue, asAdmin, { projectId: project.id, emails: [email] });
      return { project, token: linkOf(outcome) };
    };
    const [mine, other] = [await share(first), await share(second)];
    const user = await signUp(catalogue, mine.token);
    expect((await actorOf(catalogue, user.id)).shares).toEqual(new Set([mine.project.id]));
    const context = await actingAs(catalogue, { userId: user.id });
    await acceptInvitation(catalogue, context, { token: other.token, userId: user.id });
    expect((await actorOf(catalogue, user.id)).shares).toEqual(new Set([mine.project.id, other.project.id]));
  });

  it('verifies the address when an operator sent the invitation', async () => {
    const { catalogue, accountId, admin } = await organization();
    const invite = await inviteAsOperator(catalogue, { admin, accountId });
    const token = tokenOf(await invite(newEmail()));
    await setOperator(catalogue, admin.userId, 'none');
    const user = await signUp(catalogue, token);
    expect(user.emailVerified).toBe(true);
    expect(await findMembership(catalogue, { accountId, userId: user.id })).not.toBeNull();
  });

  it('verifies nothing because its inviter became an operator later', async () => {
    const { catalogue, admin, invite } = await organization();
    const token = tokenOf(await invite(newEmail()));
    await setOperator(catalogue, admin.userId, 'operator');
    expect((await signUp(catalogue, token)).emailVerified).toBe(false);
  });

  it('verifies nothing when an admin resent what an operator had sent', async () => {
    const { catalogue, accountId, admin, asAdmin } = await organization();
    const invite = await inviteAsOperator(catalogue, { admin, accountId });
    await invite(newEmail());
    await setOperator(catalogue, admin.userId, 'none');
    const [listed] = await listInvitations(catalogue, asAdmin, accountId);
    const which = { accountId, invitationId: listed?.id ?? expect.fail('not listed') };
    const resent = await resendInvitation(catalogue, asAdmin, which);
    expect((await signUp(catalogue, resent.token.reveal())).emailVerified).toBe(false);
  });

  it('cannot make a second account for an address that has one', async () => {
    const { catalogue, invite } = await organization();
    const email = newEmail();
    await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'First', password: null, emailVerified: false });
    const token = tokenOf(await invite(email));
    await expect(signUp(catalogue, token)).rejects.toMatchObject({ code: 'conflict', hint: expect.any(String) });
  });
});

describe('a mailed link', () => {
  it('verifies the address, and leaves other invitations to be accepted', async () => {
    const [first, other] = [await organization(), await organization()];
    const catalogue = mailing(first.catalogue);
    const email = newEmail();
    await other.invite(email, 'admin');
    const [outcome] = await inviteMembers(catalogue, first.asAdmin, {
      accountId: first.accountId,
      invitations: [{ email, memberRole: 'member' }],
    });
    const user = await signUp(catalogue, tokenOf(outcome));
    expect(user.emailVerified).toBe(true);
    const actor = await actorOf(catalogue, user.id);
    expect([...actor.memberships.keys()]).toEqual([first.accountId]);
    const own = { ...SYSTEM_CONTEXT, actor };
    const [waiting, ...more] = await listOwnInvitations(catalogue, own);
    expect([waiting, more]).toMatchObject([{ memberRole: 'admin', inviterEmail: other.admin.email }, []]);
    const which = { invitationId: waiting?.id ?? expect.fail('nothing waits') };
    expect(await acceptOwnInvitation(catalogue, own, which)).toBe(other.accountId);
    expect((await actorOf(catalogue, user.id)).memberships.get(other.accountId)).toBe('admin');
    await expect(acceptOwnInvitation(catalogue, own, which)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a known person', () => {
  it('declines an invitation, which nobody else can answer', async () => {
    const { catalogue, accountId, asAdmin, invite } = await organization();
    const [known, stranger] = [await addPerson(catalogue, 'known'), await addPerson(catalogue, 'stranger')];
    await invite(known.email, 'admin');
    const own = { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, known.userId) };
    const foreign = { ...SYSTEM_CONTEXT, actor: await actorOf(catalogue, stranger.userId) };
    const [waiting] = await listOwnInvitations(catalogue, own);
    const which = { invitationId: waiting?.id ?? expect.fail('nothing waits') };
    for (const answer of [acceptOwnInvitation, declineOwnInvitation]) {
      await expect(answer(catalogue, foreign, which)).rejects.toMatchObject({ code: 'not_found' });
    }
    await declineOwnInvitation(catalogue, own, which);
    expect(await listInvitations(catalogue, asAdmin, accountId)).toEqual([]);
    expect(await findMembership(catalogue, { accountId, userId: known.userId })).toBeNull();
  });

  it('is reported to organizations that they joined by an own act only', async () => {
    const [joined, added, shared] = [await organization(), await organization(), await organization()];
    const { catalogue } = joined;
    const person = await addPerson(catalogue, 'reporter');
    const token = tokenOf(await joined.invite(person.email));
    await acceptInvitation(catalogue, await actingAs(catalogue, person), { token, userId: person.userId });
    await addMemberTo(catalogue, { id: added.accountId }, { person });
    const { project } = await addProject(catalogue, shared.accountId);
    await shareProject(catalogue, shared.asAdmin, { projectId: project.id, emails: [person.email] });
    await shared.invite(person.email);
    const told = await adminsOverPerson(catalogue, person.userId);
    expect(told.map(({ id }) => id)).toEqual([joined.accountId]);
  });
});
