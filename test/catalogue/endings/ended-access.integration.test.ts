import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createAccessToken, revokeAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { changeAccountPolicy } from '../../../src/catalogue/accounts/accounts.ts';
import { endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { deleteOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { setPassword } from '../../../src/catalogue/accounts/users.ts';
import type { CatalogueSnapshot } from '../../../src/catalogue/endings/catalogue-snapshot.ts';
import {
  type EndedAccess,
  isEndedSince,
  type RecordedEnding,
  type RestingOn,
  readEndedAccess,
  recordEndedAccess,
  settleGrants,
} from '../../../src/catalogue/endings/ended-access.ts';
import { changeCompute, changeComputePolicy, deleteCompute } from '../../../src/catalogue/projects/computes.ts';
import { deleteDatabaseRole, replaceDatabaseRolePassword } from '../../../src/catalogue/projects/database-roles.ts';
import { deleteProject } from '../../../src/catalogue/projects/projects.ts';
import { shareProject, unshareProject } from '../../../src/catalogue/projects/shares.ts';
import { sweepExpired } from '../../../src/catalogue/store/housekeeping.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import {
  decideOrganizationRequest,
  requestOrganization,
} from '../../../src/catalogue/transfers/organization-requests.ts';
import { transferProjects } from '../../../src/catalogue/transfers/project-transfers.ts';
import { newUserId, type UserId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  openTestCatalogue,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

async function town() {
  const catalogue = catalogueOf();
  const [admin, member, guest] = await Promise.all(
    ['admin', 'member', 'guest'].map((name) => addPerson(catalogue, name)),
  );
  if (admin === undefined || member === undefined || guest === undefined) throw new Error('three people were added');
  const organization = await addOrganization(catalogue, admin);
  const membership = await addMemberTo(catalogue, organization, { person: member });
  const project = await addProject(catalogue, organization.id);
  const projectId = project.project.id;
  const context = await actingAs(catalogue, admin);
  const place = { projectId, branchId: project.compute.branchId, name: 'app' };
  return {
    ...{ catalogue, admin, member, guest, organization, membership, project, projectId, context, place },
    computeId: project.compute.id,
  };
}

type Town = Awaited<ReturnType<typeof town>>;

interface TakingAway {
  readonly what: string;
  readonly change: (town: Town) => Promise<unknown>;
  readonly ended: (town: Town) => readonly EndedAccess[];
}

const end = (owners: EndedAccess['owners']): EndedAccess => ({ kind: 'end', owners });
const rules = (owners: EndedAccess['owners']): EndedAccess => ({ kind: 'rules', owners });
const recheck = (owners: EndedAccess['owners']): EndedAccess => ({ kind: 'recheck', owners });

const TAKEN_AWAY: readonly TakingAway[] = [
  {
    what: 'a removed member',
    change: ({ catalogue, context, organization, membership }) =>
      removeMember(catalogue, context, { accountId: organization.id, membershipId: membership.id }),
    // It was the person's last membership.
    ended: ({ member: { userId }, organization }) => [end({ userId, accountId: organization.id }), end({ userId })],
  },
  {
    what: 'a share that ends',
    change: async ({ catalogue, context, projectId, guest }) => {
      const [outcome] = await shareProject(catalogue, context, { projectId, emails: [guest.email] });
      if (outcome?.kind !== 'shared') throw new Error('the project was not shared');
      await unshareProject(catalogue, context, { projectId, shareId: outcome.share.id });
    },
    ended: ({ guest, projectId }) => [end({ userId: guest.userId, projectId })],
  },
  {
    what: 'a deleted database role',
    change: ({ catalogue, context, place }) => deleteDatabaseRole(catalogue, context, { ...place, name: 'app_reader' }),
    ended: ({ projectId }) => [end({ projectId, databaseRole: 'app_reader' })],
  },
  {
    what: "a role's new password",
    change: ({ catalogue, context, place }) =>
      replaceDatabaseRolePassword(catalogue, context, { ...place, password: new Secret('another password') }),
    ended: ({ projectId }) => [end({ projectId, databaseRole: 'app' })],
  },
  {
    what: 'a revoked access token',
    change: async ({ catalogue, context, computeId }) => {
      const input = { name: 'CI', computeId, owner: 'self', access: 'read_write' } as const;
      const { accessToken } = await createAccessToken(catalogue, context, input);
      await revokeAccessToken(catalogue, context, accessToken.id);
    },
    ended: () => [end({ accessTokenId: expect.stringMatching(/^tok-/) })],
  },
  {
    what: "an account's policy",
    change: ({ catalogue, context, organization }) =>
      changeAccountPolicy(catalogue, context, { accountId: organization.id, passwordlessAccess: false }),
    ended: ({ organization }) => [recheck({ accountId: organization.id })],
  },
  {
    what: "a compute's policy",
    change: ({ catalogue, context, computeId }) =>
      changeComputePolicy(catalogue, context, { computeId, policy: { linkLogin: false } }),
    ended: ({ computeId }) => [recheck({ computeId })],
  },
  {
    what: 'a compute that is closed to links',
    change: ({ catalogue, context, computeId }) =>
      changeCompute(catalogue, context, { computeId, changes: { passwordlessAccess: false } }),
    ended: ({ computeId }) => [recheck({ computeId })],
  },
  {
    what: 'a disabled compute',
    change: ({ catalogue, context, computeId }) =>
      changeCompute(catalogue, context, { computeId, changes: { isDisabled: true } }),
    ended: ({ computeId }) => [end({ computeId })],
  },
  {
    what: 'a removed compute',
    change: ({ catalogue, context, computeId }) => deleteCompute(catalogue, context, { computeId }),
    ended: ({ computeId }) => [end({ computeId })],
  },
  {
    what: 'a removed project',
    change: ({ catalogue, context, projectId }) => deleteProject(catalogue, context, projectId),
    ended: ({ projectId }) => [end({ projectId })],
  },
  {
    what: 'a removed organization',
    change: async ({ catalogue, context, projectId, organization }) => {
      await deleteProject(catalogue, context, projectId);
      await deleteOrganization(catalogue, context, organization.id);
    },
    ended: ({ projectId, organization }) => [end({ projectId }), end({ accountId: organization.id })],
  },
  {
    what: 'a changed password',
    change: ({ catalogue, context, admin }) =>
      setPassword(catalogue, context, {
        person: { id: admin.userId, credentialsVersion: 0 },
        password: new Secret('correct horse battery'),
      }),
    ended: ({ admin }) => [end({ userId: admin.userId })],
  },
  {
    what: 'signing out everywhere',
    change: ({ catalogue, context, admin }) => endAllBrowserSessions(catalogue, context, admin.userId),
    ended: ({ admin }) => [end({ userId: admin.userId })],
  },
  {
    what: 'a transfer, for people and tokens of the account left, and what other rules let in',
    change: async ({ catalogue, context, admin, organization, projectId, computeId }) => {
      const destination = await addOrganization(catalogue, admin);
      const input = { name: 'CI', computeId, owner: 'account', access: 'read_write' } as const;
      await createAccessToken(catalogue, context, input);
      await transferProjects(catalogue, await actingAs(catalogue, admin), {
        sourceAccountId: organization.id,
        destinationAccountId: destination.id,
        projectIds: [projectId],
      });
    },
    ended: ({ member, projectId }) => [
      end({ accessTokenId: expect.stringMatching(/^tok-/) }),
      end({ projectId, userId: member.userId }),
      rules({ projectId }),
    ],
  },
  {
    what: 'the conversion of a personal account, for its tokens, and what other rules let in',
    change: async ({ catalogue, member }) => {
      const asMember = await actingAs(catalogue, member);
      const own = await addProject(catalogue, member.accountId);
      const input = { name: 'CI', computeId: own.compute.id, owner: 'account', access: 'read_write' } as const;
      await createAccessToken(catalogue, asMember, input);
      const wish = { adminEmail: member.email, name: 'New Org', consent: 'given' } as const;
      const request = await requestOrganization(catalogue, asMember, wish);
      await decideOrganizationRequest(catalogue, SYSTEM_CONTEXT, { requestId: request.id, verdict: 'approve' });
    },
    ended: () => [end({ accessTokenId: expect.stringMatching(/^tok-/) }), rules({ projectId: expect.any(String) })],
  },
];

describe('what is taken away', () => {
  it.each(TAKEN_AWAY)('is written down with $what', async ({ change, ended }) => {
    const of = await town();
    const { snapshot } = await readEndedAccess(of.catalogue.db, null);
    await change(of);
    const { endings } = await readEndedAccess(of.catalogue.db, snapshot);
    expect(endings.map(({ kind, owners }) => ({ kind, owners }))).toEqual(ended(of));
  });

  it('is not written down with a change that does not commit', async () => {
    const { catalogue, context, organization } = await town();
    const { snapshot } = await readEndedAccess(catalogue.db, null);
    const change = changeAccountPolicy(
      {
        ...catalogue,
        nodeId: catalogue.nodeId,
        transaction: (work) => catalogue.transaction((tx) => work(tx).then(fail)),
      },
      context,
      { accountId: organization.id, passwordlessAccess: false },
    );
    await expect(change).rejects.toThrow('no commit');
    expect((await readEndedAccess(catalogue.db, snapshot)).endings).toEqual([]);
  });
});

function fail(): never {
  throw new Error('no commit');
}

const NOTHING: RestingOn = {
  userId: null,
  accountId: null,
  projectId: null,
  computeId: null,
  grantId: null,
  accessTokenId: null,
  databaseRole: null,
};

describe('reading what ended', () => {
  it('finds a change that began first and committed last, once', async () => {
    const catalogue = catalogueOf();
    const [late, early] = [newUserId(), newUserId()];
    const { snapshot: start } = await readEndedAccess(catalogue.db, null);
    const slow = await catalogue.db.startTransaction().execute();
    await recordEndedAccess(slow, end({ userId: late }));
    await catalogue.transaction((tx) => recordEndedAccess(tx, end({ userId: early })));
    const first = await readEndedAccess(catalogue.db, start);
    expect(usersOf(first.endings)).toEqual([early]);
    await slow.commit().execute();
    const second = await readEndedAccess(catalogue.db, first.snapshot);
    expect(usersOf(second.endings)).toEqual([late]);
    expect((await readEndedAccess(catalogue.db, second.snapshot)).endings).toEqual([]);
  });

  it('tells whether access ended after it was given, and not when it was given again', async () => {
    const catalogue = catalogueOf();
    const on: RestingOn = { ...NOTHING, userId: newUserId() };
    const since = async (snapshot: CatalogueSnapshot) => isEndedSince(catalogue.db, { snapshot, on, kind: null });
    const { snapshot: given } = await readEndedAccess(catalogue.db, null);
    expect(await since(given)).toBe(false);
    await catalogue.transaction((tx) => recordEndedAccess(tx, end({ userId: on.userId ?? newUserId() })));
    const { snapshot: givenAgain } = await readEndedAccess(catalogue.db, null);
    expect(await since(given)).toBe(true);
    expect(await since(givenAgain)).toBe(false);
  });

  it('needs every owner of an ending to match, and tells changed rules apart', async () => {
    const { catalogue, projectId, organization } = await town();
    const { snapshot } = await readEndedAccess(catalogue.db, null);
    await catalogue.transaction((tx) =>
      recordEndedAccess(tx, [end({ projectId, databaseRole: 'app' }), recheck({ accountId: organization.id })]),
    );
    const isEnded = (on: Partial<RestingOn>, kind: 'end' | null = 'end') =>
      isEndedSince(catalogue.db, { snapshot, on: { ...NOTHING, ...on }, kind });
    expect(await isEnded({ projectId })).toBe(false);
    expect(await isEnded({ projectId, databaseRole: 'app_reader' })).toBe(false);
    expect(await isEnded({ projectId, databaseRole: 'app' })).toBe(true);
    expect(await isEnded({ accountId: organization.id })).toBe(false);
    expect(await isEnded({ accountId: organization.id }, null)).toBe(true);
  });

  it("ignores rows of another server's transactions, as a restored dump has them", async () => {
    const catalogue = catalogueOf();
    const { snapshot } = await readEndedAccess(catalogue.db, null);
    const userId = newUserId();
    await catalogue.db
      .insertInto('ended_access')
      .values({ ...rowOf(userId), transaction_id: '99999999999' })
      .execute();
    expect((await readEndedAccess(catalogue.db, snapshot)).endings).toEqual([]);
    const on = { ...NOTHING, userId };
    expect(await isEndedSince(catalogue.db, { snapshot, on, kind: null })).toBe(false);
  });

  it('costs nothing for ever: what ended a month ago is swept away', async () => {
    const catalogue = catalogueOf();
    const [old, young] = [newUserId(), newUserId()];
    const daysAgo = (days: number) => sql<Date>`now() - ${`${days} days`}::interval`;
    for (const [userId, days] of [[old, 32] as const, [young, 30] as const]) {
      await catalogue.db
        .insertInto('ended_access')
        .values({ ...rowOf(userId), ended_at: daysAgo(days) })
        .execute();
    }
    await sweepExpired(catalogue);
    const kept = await catalogue.db.selectFrom('ended_access').select('user_id').execute();
    expect(kept.map(({ user_id }) => user_id)).toContain(young);
    expect(kept.map(({ user_id }) => user_id)).not.toContain(old);
  });
});

describe('the grants that rested on it', () => {
  it('are settled once, by one node of several, and again after a failure', async () => {
    const catalogue = await openTestCatalogue();
    const people = [newUserId(), newUserId(), newUserId()];
    await catalogue.transaction((tx) =>
      recordEndedAccess(
        tx,
        people.map((userId) => end({ userId })),
      ),
    );
    const failing = settleGrants(catalogue, () => Promise.reject(new Error('Redis is away')));
    await expect(failing).rejects.toThrow('Redis is away');
    expect((await readEndedAccess(catalogue.db, null)).hasUnsettledGrants).toBe(true);
    const settled: Array<UserId | undefined> = [];
    const settle = () => settleGrants(catalogue, async ({ owners }) => void settled.push(owners.userId));
    const counts = await Promise.all([settle(), settle()]);
    expect(counts.toSorted()).toEqual([0, 3]);
    expect(settled).toEqual(people);
    expect(await settle()).toBe(0);
    expect((await readEndedAccess(catalogue.db, null)).hasUnsettledGrants).toBe(false);
  });
});

function usersOf(endings: readonly RecordedEnding[]) {
  return endings.map(({ owners }) => owners.userId);
}

function rowOf(userId: UserId) {
  return {
    kind: 'end' as const,
    user_id: userId,
    account_id: null,
    project_id: null,
    compute_id: null,
    grant_id: null,
    access_token_id: null,
    database_role: null,
    grants_ended_at: null,
  };
}
