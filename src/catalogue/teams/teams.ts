// The teams of an organization: named sets of its members, whom access rules name. Their people are
// in team-members.ts.

import type { Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, isOrganizationId, newTeamId, type TeamId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import type { TeamsTable } from '../tables/teams.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

export type Team = ReturnType<typeof teamFrom>;

export interface WhichTeam {
  readonly accountId: AccountId;
  readonly teamId: TeamId;
}

/** Together with the rules that may name them, a bound on what a login reads. */
const MAX_TEAMS = 500;

/** By name, with the number of people in each. */
export async function listTeams(catalogue: Catalogue, { actor }: AuditContext, accountId: AccountId) {
  requireMay(actor, 'teams.read', accountResource(accountId));
  const rows = await teamRows(catalogue).where('teams.account_id', '=', accountId).execute();
  return rows.map((row) => ({ ...teamFrom(row), membersCount: Number(row.members_count) }));
}

export async function getTeam(catalogue: Catalogue, { actor }: AuditContext, { accountId, teamId }: WhichTeam) {
  requireMay(actor, 'teams.read', accountResource(accountId));
  const row = await teamRows(catalogue)
    .where('teams.id', '=', teamId)
    .where('teams.account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`team "${teamId}"`));
  return { ...teamFrom(row), membersCount: Number(row.members_count) };
}

/** Throws `conflict` for a name that is taken in any case, `invalid_input` beyond 500 teams. */
export async function createTeam(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly name: string },
): Promise<Team> {
  const { accountId } = input;
  requireMay(context.actor, 'teams.change', accountResource(accountId));
  if (!isOrganizationId(accountId)) throw notFound(accountResource(accountId));
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'teams.change', resource: accountResource(accountId) });
    return await insertTeam(tx, { catalogue, context, ...input });
  });
}

interface Change {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
}

/** `createTeam` within a transaction and without a permission check. */
export async function insertTeam(
  tx: Transaction<Schema>,
  { catalogue, context, accountId, ...input }: Change & { readonly accountId: AccountId; readonly name: string },
): Promise<Team> {
  const name = requireName(input.name, 'team name');
  await lockAccount(tx, accountId);
  await requireRoom(tx, accountId);
  const row = { id: newTeamId(), account_id: accountId, name, created_at: catalogue.clock.now() };
  await tx
    .insertInto('teams')
    .values(row)
    .execute()
    .catch(refuseTaken(teamNamed(name)));
  const event = { event: 'team.created', accountId, subject: teamNamed(name) } as const;
  await recordChange(tx, { catalogue, context }, event);
  return teamFrom(row);
}

async function requireRoom(tx: Transaction<Schema>, accountId: AccountId): Promise<void> {
  const { count } = await tx
    .selectFrom('teams')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MAX_TEAMS) throw new PosternError('too_many_teams', { params: { limit: String(MAX_TEAMS) } });
}

/** Throws `conflict` for a name that is taken. */
export async function renameTeam(
  catalogue: Catalogue,
  context: AuditContext,
  change: WhichTeam & { readonly name: string },
): Promise<Team> {
  const { accountId } = change;
  requireMay(context.actor, 'teams.change', accountResource(accountId));
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'teams.change', resource: accountResource(accountId) });
    const team = await lockTeam(tx, change);
    return await setTeamName(tx, { catalogue, context, team, name: change.name });
  });
}

/** Does not check permissions. Throws `conflict`. */
export async function setTeamName(
  tx: Transaction<Schema>,
  { catalogue, context, team, ...change }: Change & { readonly team: Team; readonly name: string },
): Promise<Team> {
  const name = requireName(change.name, 'team name');
  if (team.name === name) return team;
  const renamed = tx.updateTable('teams').set({ name }).where('id', '=', team.id).execute();
  await renamed.catch(refuseTaken(teamNamed(name)));
  const event = { event: 'team.changed', accountId: team.accountId, subject: teamNamed(team.name) } as const;
  await recordChange(tx, { catalogue, context }, { ...event, reason: `now ${quoted(name)}` });
  return { ...team, name };
}

export async function deleteTeam(catalogue: Catalogue, context: AuditContext, which: WhichTeam): Promise<Team> {
  const { accountId } = which;
  requireMay(context.actor, 'teams.change', accountResource(accountId));
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'teams.change', resource: accountResource(accountId) });
    const team = await lockTeam(tx, which);
    await removeTeam(tx, { catalogue, context, team });
    return team;
  });
}

/** Does not check permissions. */
export async function removeTeam(
  tx: Transaction<Schema>,
  { catalogue, context, team }: Change & { readonly team: Team },
): Promise<void> {
  const { accountId } = team;
  await tx.deleteFrom('teams').where('id', '=', team.id).execute();
  await recordEndedAccess(tx, { kind: 'rules', owners: { accountId } });
  const event = { event: 'team.removed', accountId, subject: teamNamed(team.name) } as const;
  await recordChange(tx, { catalogue, context }, event);
}

/** Throws `not_found`. Does not check permissions. */
export async function lockTeam(tx: Transaction<Schema>, { accountId, teamId }: WhichTeam): Promise<Team> {
  const row = await tx
    .selectFrom('teams')
    .selectAll()
    .where('id', '=', teamId)
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => missing(`team "${teamId}"`));
  return teamFrom(row);
}

/** As the audit trail and refusals name it. */
export function teamNamed(name: string): string {
  return `team ${quoted(name)}`;
}

function teamRows({ db }: Catalogue) {
  return db
    .selectFrom('teams')
    .selectAll('teams')
    .select(({ selectFrom }) =>
      selectFrom('team_members')
        .select(({ fn }) => fn.count<number>('user_id').distinct().as('count'))
        .whereRef('team_members.team_id', '=', 'teams.id')
        .as('members_count'),
    )
    .orderBy('teams.name')
    .orderBy('teams.id');
}

function teamFrom({ id, account_id, name, created_at }: Selectable<TeamsTable>) {
  return camelRow({ id, account_id, name, created_at });
}
