// Which groups of an identity provider fill which teams of an organization.

import { PosternError } from '../../errors.ts';
import type { AccountId, TeamId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import { leaveTeam } from '../teams/team-members.ts';
import { lockTeam, teamNamed } from '../teams/teams.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { groupsOf } from './groups-of-identity.ts';
import { type KnownIssuer, normalIssuer, requireOwnIssuer } from './known-issuers.ts';

const MAX_GROUP_CHARACTERS = 512;

export async function listTeamGroups(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'joining.change', accountResource(accountId));
  const rows = await catalogue.db
    .selectFrom('team_groups')
    .innerJoin('teams', 'teams.id', 'team_groups.team_id')
    .select(['team_id', 'name as team_name', 'issuer', 'group_name'])
    .where('teams.account_id', '=', accountId)
    .orderBy('teams.name')
    .orderBy('group_name')
    .execute();
  return rows.map(camelRow);
}

export interface TeamGroup {
  readonly accountId: AccountId;
  readonly teamId: TeamId;
  readonly issuer: KnownIssuer;
  readonly groupName: string;
}

/** People get in at their next sign-in. Throws as `addJoinRule`. */
export async function addTeamGroup(catalogue: Catalogue, context: AuditContext, input: TeamGroup): Promise<void> {
  const { accountId, issuer } = input;
  const asked = { action: 'joining.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const groupName = input.groupName.trim().normalize('NFC');
  if (groupName === '' || groupName.length > MAX_GROUP_CHARACTERS) throw new PosternError('join_value_missing');
  if (issuer.groupsClaim === null) throw new PosternError('issuer_without_groups', { params: { name: issuer.name } });
  await requireOwnIssuer(catalogue, context, { issuer, domain: null });
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const team = await lockTeam(tx, input);
    const place = { account_id: accountId, team_id: team.id, issuer: normalIssuer(issuer.issuer) };
    await tx
      .insertInto('team_groups')
      .values({ ...place, group_name: groupName, created_at: catalogue.clock.now() })
      .execute()
      .catch(refuseTaken(`group ${quoted(groupName)} for ${teamNamed(team.name)}`));
    const facts = { accountId, subject: teamNamed(team.name), reason: `filled by group ${quoted(groupName)}` };
    await recordChange(tx, { catalogue, context }, { event: 'team.changed', ...facts });
  });
}

/** Members who are in by this group alone leave the team now. */
export async function removeTeamGroup(
  catalogue: Catalogue,
  context: AuditContext,
  which: Omit<TeamGroup, 'issuer'> & { readonly issuer: string },
): Promise<void> {
  const { accountId, issuer, groupName } = which;
  const asked = { action: 'joining.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const team = await lockTeam(tx, which);
    const ofIssuer = tx.deleteFrom('team_groups').where('team_id', '=', team.id).where('issuer', '=', issuer);
    const { numDeletedRows } = await ofIssuer.where('group_name', '=', groupName).executeTakeFirst();
    if (numDeletedRows === 0n) throw missing('group');
    const facts = { accountId, subject: teamNamed(team.name), reason: `no more filled by group ${quoted(groupName)}` };
    await recordChange(tx, { catalogue, context }, { event: 'team.changed', ...facts });
    const others = tx.selectFrom('team_groups').select('group_name').where('team_id', '=', team.id);
    const left = new Set((await others.where('issuer', '=', issuer).execute()).map(({ group_name }) => group_name));
    const members = await tx
      .selectFrom('team_members')
      .innerJoin('users', 'users.id', 'team_members.user_id')
      .select(['users.id', 'users.email'])
      .where('team_id', '=', team.id)
      .where('issuer', '=', issuer)
      .execute();
    for (const person of members) {
      const groups = await groupsOf(tx, { userId: person.id, issuer });
      if (groups.some((group) => left.has(group))) continue;
      await leaveTeam(tx, { catalogue, context, team, person, way: { kind: 'group', issuer } });
    }
  });
}
