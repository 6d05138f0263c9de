// An admin who was demoted between the check and the write left a key, a token or a member behind.

import { describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createOrganizationKey, createPersonalKey, revokePersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { useApiKey } from '../../../src/catalogue/access/use-api-key.ts';
import { changeAccountPolicy } from '../../../src/catalogue/accounts/accounts.ts';
import { endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { removeMember, setMemberRole } from '../../../src/catalogue/accounts/memberships.ts';
import { renameOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { linkIdentity } from '../../../src/catalogue/accounts/own-identities.ts';
import { disablePerson } from '../../../src/catalogue/people/manage-people.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import type { PersonActor } from '../../../src/catalogue/rights/actors.ts';
import { createAccessRule } from '../../../src/catalogue/rules/access-rules.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import {
  actingAs,
  actorOf,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

/** As the API and the pages act: the actor is loaded, then something happens, then the change. */
async function organizationWithTwoAdmins() {
  const catalogue = catalogueOf();
  const [ada, eve] = [await addPerson(catalogue, 'ada'), await addPerson(catalogue, 'eve')];
  const { id: accountId } = await addOrganization(catalogue, ada);
  const { id: membershipId } = await addMemberTo(catalogue, { id: accountId }, { person: eve, memberRole: 'admin' });
  const { project, compute } = await addProject(catalogue, accountId);
  const context = await actingAs(catalogue, eve);
  const which = { accountId, membershipId };
  const demote = () => setMemberRole(catalogue, SYSTEM_CONTEXT, { ...which, memberRole: 'member' });
  const remove = () => removeMember(catalogue, SYSTEM_CONTEXT, which);
  return { catalogue, ada, eve, accountId, project, compute, context, demote, remove };
}

type Town = Awaited<ReturnType<typeof organizationWithTwoAdmins>>;

const OF_ADMINS: ReadonlyArray<readonly [string, (town: Town) => Promise<unknown>]> = [
  [
    'invites somebody',
    ({ catalogue, context, accountId }) =>
      inviteMembers(catalogue, context, { accountId, invitations: [{ email: 'x@example.com', memberRole: 'admin' }] }),
  ],
  [
    'shares a project',
    ({ catalogue, context, project }) =>
      shareProject(catalogue, context, { projectId: project.id, emails: ['x@example.com'] }),
  ],
  [
    'makes a key of the organization',
    ({ catalogue, context, accountId }) => createOrganizationKey(catalogue, context, { accountId, name: 'late' }),
  ],
  [
    'makes a token of the organization',
    ({ catalogue, context, compute }) =>
      createAccessToken(catalogue, context, {
        name: 'late',
        computeId: compute.id,
        owner: 'account',
        access: 'read_only',
      }),
  ],
  [
    'makes an access rule',
    ({ catalogue, context, accountId, eve }) =>
      createAccessRule(catalogue, context, {
        accountId,
        subject: { kind: 'person', userId: eve.userId },
        object: { kind: 'account' },
        grants: {},
      }),
  ],
  ['makes a team', ({ catalogue, context, accountId }) => createTeam(catalogue, context, { accountId, name: 'late' })],
  [
    'renames the organization',
    ({ catalogue, context, accountId }) => renameOrganization(catalogue, context, { accountId, name: 'Late' }),
  ],
  [
    'changes the policy',
    ({ catalogue, context, accountId }) => changeAccountPolicy(catalogue, context, { accountId, policy: {} }),
  ],
];

describe('an admin who is demoted while a change is under way', () => {
  // The early check sees the actor as it was loaded; only the one in the transaction can refuse.
  it.each(OF_ADMINS)('no longer %s', async (_what, act) => {
    const town = await organizationWithTwoAdmins();
    await town.demote();
    await expect(act(town)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('makes no token of their own once they are removed', async () => {
    const town = await organizationWithTwoAdmins();
    const { catalogue, context, compute } = town;
    await town.remove();
    const token = { name: 'late', computeId: compute.id, owner: 'self', access: 'read_only' } as const;
    await expect(createAccessToken(catalogue, context, token)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is raced by a hundred keys, none of which is made after the demotion', async () => {
    const { catalogue, context, accountId, demote } = await organizationWithTwoAdmins();
    const makeKey = (index: number) => createOrganizationKey(catalogue, context, { accountId, name: `key ${index}` });
    const rows = catalogue.db.selectFrom('api_keys').select('id').where('account_id', '=', accountId);
    const countKeys = async () => (await rows.execute()).length;
    const keys = Promise.allSettled(Array.from({ length: 100 }, (_, index) => makeKey(index)));
    await demote();
    const made = await countKeys();
    await keys;
    expect(await countKeys()).toBe(made);
  });
});

describe('a person whose way in ends while a change is under way', () => {
  it('makes no key once the browser session is over', async () => {
    const catalogue = catalogueOf();
    const ann = await addPerson(catalogue, 'ann');
    const { sessionId } = await beginSession(catalogue, { userId: ann.userId, ip: '192.0.2.1', userAgent: 'test' });
    const actor: PersonActor = { ...(await actorOf(catalogue, ann.userId)), viaSessionId: sessionId };
    const context = { ...SYSTEM_CONTEXT, actor };
    await createPersonalKey(catalogue, context, { name: 'in time' });
    await endAllBrowserSessions(catalogue, context, ann.userId);
    const late = createPersonalKey(catalogue, context, { name: 'late' });
    await expect(late).rejects.toThrow('sign-in required');
    const identity = { issuer: 'https://issuer.example', subject: 'eve', email: null, emailVerified: false, name: 'E' };
    await expect(linkIdentity(catalogue, context, identity)).rejects.toThrow('sign-in required');
  });

  it('makes no key once the API key is revoked, or the person disabled', async () => {
    const catalogue = catalogueOf();
    const ann = await addPerson(catalogue, 'ann');
    const first = await createPersonalKey(catalogue, await actingAs(catalogue, ann), { name: 'first' });
    const used = await useApiKey(catalogue, first.key.reveal(), '192.0.2.1');
    const byKey: AuditContext = { ...SYSTEM_CONTEXT, actor: used?.actor ?? SYSTEM_CONTEXT.actor };
    await revokePersonalKey(catalogue, await actingAs(catalogue, ann), first.apiKey.id);
    await expect(createPersonalKey(catalogue, byKey, { name: 'late' })).rejects.toMatchObject({ code: 'invalid_key' });
    const context = await actingAs(catalogue, ann);
    await disablePerson(catalogue, SYSTEM_CONTEXT, { userId: ann.userId });
    await expect(createPersonalKey(catalogue, context, { name: 'late' })).rejects.toThrow('sign-in required');
  });
});
