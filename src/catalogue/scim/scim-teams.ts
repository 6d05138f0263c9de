// The teams that SCIM groups fill. A group is a team's way in like the groups of a sign-in; people
// who are pushed and have not joined get in when they do.

import type { Transaction } from 'kysely';
import type { AccountId, ScimGroupId, ScimUserId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { enterTeam, leaveTeam, type WayIn } from '../teams/team-members.ts';
import type { AuditContext } from '../trail/audit-context.ts';

/** In the place of an issuer, whose names are addresses. */
export const SCIM_WAY: WayIn = { kind: 'group', issuer: 'SCIM' };

interface Filling {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  /** Null: in all of the person's organizations. */
  readonly accountId: AccountId | null;
  readonly person: { readonly id: UserId; readonly email: string };
}

/** For a person who has just joined, or signs in. */
export async function fillScimTeams(
  tx: Transaction<Schema>,
  { catalogue, context, accountId, person }: Filling,
): Promise<void> {
  const rows = await linkedMembers(tx)
    .where('scim_users.user_id', '=', person.id)
    .$if(accountId !== null, (query) => query.where('scim_users.account_id', '=', accountId))
    .execute();
  for (const row of rows) await enterTeam(tx, { catalogue, context, team: teamOf(row), person, way: SCIM_WAY });
}

interface ChangedGroup extends Pick<Filling, 'catalogue' | 'context'> {
  readonly groupId: ScimGroupId;
  readonly added: readonly ScimUserId[];
  readonly removed: readonly ScimUserId[];
}

/** Of those who are members of the organization. The rows of the group are the caller's. */
export async function fitScimTeam(tx: Transaction<Schema>, changed: ChangedGroup): Promise<void> {
  const { catalogue, context, groupId, added, removed } = changed;
  if (removed.length > 0) {
    for (const row of await linkedPeople(tx, groupId, removed)) {
      await leaveTeam(tx, { catalogue, context, team: teamOf(row), person: personOf(row), way: SCIM_WAY });
    }
  }
  if (added.length > 0) {
    for (const row of await linkedPeople(tx, groupId, added)) {
      await enterTeam(tx, { catalogue, context, team: teamOf(row), person: personOf(row), way: SCIM_WAY });
    }
  }
}

async function linkedPeople(tx: Transaction<Schema>, groupId: ScimGroupId, ids: readonly ScimUserId[]) {
  return await tx
    .selectFrom('scim_groups')
    .innerJoin('teams', 'teams.id', 'scim_groups.team_id')
    .innerJoin('scim_users', 'scim_users.account_id', 'scim_groups.account_id')
    .innerJoin('memberships', (join) =>
      join
        .onRef('memberships.account_id', '=', 'scim_users.account_id')
        .onRef('memberships.user_id', '=', 'scim_users.user_id'),
    )
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['teams.id', 'teams.account_id', 'teams.name', 'teams.created_at', 'users.id as user_id', 'users.email'])
    .where('scim_groups.id', '=', groupId)
    .where('scim_users.id', 'in', ids)
    .execute();
}

function linkedMembers(tx: Transaction<Schema>) {
  return tx
    .selectFrom('scim_users')
    .innerJoin('memberships', (join) =>
      join
        .onRef('memberships.account_id', '=', 'scim_users.account_id')
        .onRef('memberships.user_id', '=', 'scim_users.user_id'),
    )
    .innerJoin('scim_group_members', 'scim_group_members.scim_user_id', 'scim_users.id')
    .innerJoin('scim_groups', 'scim_groups.id', 'scim_group_members.group_id')
    .innerJoin('teams', 'teams.id', 'scim_groups.team_id')
    .select(['teams.id', 'teams.account_id', 'teams.name', 'teams.created_at'])
    .where('scim_users.is_active', '=', true)
    .orderBy('teams.id');
}

type LinkedPerson = Awaited<ReturnType<typeof linkedPeople>>[number];
type TeamRow = Pick<LinkedPerson, 'id' | 'account_id' | 'name' | 'created_at'>;

function teamOf({ id, account_id, name, created_at }: TeamRow) {
  return { id, accountId: account_id, name, createdAt: created_at };
}

function personOf({ user_id, email }: LinkedPerson) {
  return { id: user_id, email };
}
