import { describe, expect, it } from 'vitest';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { addTeamMember, listTeamMembers, removeTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam, deleteTeam, listTeams, renameTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const catalogueOf = useTestCatalogue();

async function teamOfOne() {
  const catalogue = catalogueOf();
  const [admin, member] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'member')];
  const { id: accountId } = await addOrganization(catalogue, admin);
  const membership = await addMemberTo(catalogue, { id: accountId }, { person: member });
  const context = await actingAs(catalogue, admin);
  const team = await createTeam(catalogue, context, { accountId, name: 'Data' });
  const inTeam = { accountId, teamId: team.id, userId: member.userId };
  await addTeamMember(catalogue, context, inTeam);
  const waysOf = async () =>
    (await listTeamMembers(catalogue, SYSTEM_CONTEXT, inTeam)).map(({ email, ways }) => [email, ways]);
  return { catalogue, accountId, admin, member, membership, context, team, inTeam, waysOf };
}

const GROUP = { added_by: 'group', issuer: 'https://id.example.com', added_at: new Date() } as const;

describe('a team', () => {
  it('has members of its organization, added by hand once', async () => {
    const { catalogue, context, accountId, member, inTeam, waysOf } = await teamOfOne();
    expect(await waysOf()).toEqual([[member.email, [{ kind: 'hand' }]]]);
    expect(await listTeams(catalogue, context, accountId)).toMatchObject([{ name: 'Data', membersCount: 1 }]);
    await expect(addTeamMember(catalogue, context, inTeam)).rejects.toThrow(`${member.email} in team "Data" already`);
    const stranger = await addPerson(catalogue, 'stranger');
    const other = { ...inTeam, userId: stranger.userId };
    await expect(addTeamMember(catalogue, context, other)).rejects.toThrow('member "');
  });

  it('has a name of its own, in any case', async () => {
    const { catalogue, context, accountId, team } = await teamOfOne();
    await expect(createTeam(catalogue, context, { accountId, name: 'DATA' })).rejects.toThrow('already exists');
    const renamed = await renameTeam(catalogue, context, { accountId, teamId: team.id, name: 'DATA' });
    expect(renamed.name).toBe('DATA');
    await deleteTeam(catalogue, context, { accountId, teamId: team.id });
    expect(await listTeams(catalogue, context, accountId)).toEqual([]);
  });

  it('loses whoever leaves the organization', async () => {
    const { catalogue, context, accountId, member, membership, waysOf } = await teamOfOne();
    await removeMember(catalogue, context, { accountId, membershipId: membership.id });
    expect(await findMembership(catalogue, { accountId, userId: member.userId })).toBeNull();
    expect(await waysOf()).toEqual([]);
  });

  it('keeps by a group whom an admin takes out by hand', async () => {
    const { catalogue, context, accountId, team, member, inTeam, waysOf } = await teamOfOne();
    const row = { team_id: team.id, account_id: accountId, user_id: member.userId, ...GROUP };
    await catalogue.db.insertInto('team_members').values(row).execute();
    const byGroup = { kind: 'group', issuer: GROUP.issuer };
    expect(await waysOf()).toEqual([[member.email, [{ kind: 'hand' }, byGroup]]]);
    await removeTeamMember(catalogue, context, inTeam);
    expect(await waysOf()).toEqual([[member.email, [byGroup]]]);
    await expect(removeTeamMember(catalogue, context, inTeam)).rejects.toThrow('by a group of the identity provider');
  });

  it('is changed by admins and seen by members', async () => {
    const { catalogue, accountId, member, inTeam } = await teamOfOne();
    const context = await actingAs(catalogue, member);
    await expect(removeTeamMember(catalogue, context, inTeam)).rejects.toThrow('only an admin may change teams');
    expect(await listTeams(catalogue, context, accountId)).toHaveLength(1);
  });
});
