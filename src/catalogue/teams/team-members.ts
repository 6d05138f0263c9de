// The people of a team, and by which ways they are in: by hand, or by the groups of an issuer. A
// person who is in by several ways leaves with the last of them.

import { sql, type Transaction } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { isMember } from '../accounts/memberships.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { getTeam, lockTeam, type Team, teamNamed, type WhichTeam } from './teams.ts';

/** How a person got into a team. */
export type WayIn = { readonly kind: 'hand' } | { readonly kind: 'group'; readonly issuer: string };

export interface TeamMember {
  readonly userId: UserId;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly name: string;
  /** By hand first; at least one. */
  readonly ways: readonly WayIn[];
  readonly addedAt: Date;
}

/** By name. */
export async function listTeamMembers(
  catalogue: Catalogue,
  context: AuditContext,
  which: WhichTeam,
): Promise<TeamMember[]> {
  const team = await getTeam(catalogue, context, which);
  const rows = await catalogue.db
    .selectFrom('team_members')
    .innerJoin('users', 'users.id', 'team_members.user_id')
    .select(['users.id', 'users.email', 'users.email_verified', 'users.name'])
    .select(sql<Date>`min(team_members.added_at)`.as('added_at'))
    .select(sql<string[]>`array_agg(team_members.issuer order by team_members.issuer)`.as('issuers'))
    .where('team_members.team_id', '=', team.id)
    .groupBy('users.id')
    .orderBy('users.name')
    .orderBy('users.id')
    .execute();
  return rows.map(({ id, email, email_verified: isEmailVerified, name, added_at, issuers }) => ({
    userId: id,
    email,
    isEmailVerified,
    name,
    ways: issuers.map((issuer) => (issuer === '' ? { kind: 'hand' } : { kind: 'group', issuer })),
    addedAt: added_at,
  }));
}

interface TeamAndPerson extends WhichTeam {
  readonly userId: UserId;
}

/** By hand. Throws `conflict` for who is in by hand already, `precondition` for no member. */
export async function addTeamMember(catalogue: Catalogue, context: AuditContext, input: TeamAndPerson): Promise<void> {
  const asked = { action: 'teams.change', resource: accountResource(input.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const team = await lockTeam(tx, input);
    const email = await emailOfMember(tx, input);
    const isNew = await enterTeam(tx, { catalogue, context, team, person: { id: input.userId, email }, way: HAND });
    if (!isNew) {
      throw new PosternError('already_exists', { params: { thing: `${email} in ${teamNamed(team.name)}` } });
    }
  });
}

/** By hand. Throws `conflict` for a person whom only a group of an issuer put in. */
export async function removeTeamMember(
  catalogue: Catalogue,
  context: AuditContext,
  input: TeamAndPerson,
): Promise<void> {
  const asked = { action: 'teams.change', resource: accountResource(input.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const team = await lockTeam(tx, input);
    const email = await emailOfMember(tx, input);
    const wasIn = await leaveTeam(tx, { catalogue, context, team, person: { id: input.userId, email }, way: HAND });
    if (wasIn) return;
    const other = await tx
      .selectFrom('team_members')
      .select('issuer')
      .where('team_id', '=', team.id)
      .where('user_id', '=', input.userId)
      .executeTakeFirst();
    if (other === undefined) throw missing(`${email} in ${teamNamed(team.name)}`);
    throw new PosternError('team_member_by_group', { params: { email, team: team.name } });
  });
}

const HAND: WayIn = { kind: 'hand' };

interface TeamChange {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly team: Team;
  readonly person: { readonly id: UserId; readonly email: string };
  readonly way: WayIn;
}

/** False for who is in by that way already. The person must be a member of the organization. */
export async function enterTeam(tx: Transaction<Schema>, { catalogue, context, team, person, way }: TeamChange) {
  const added = await tx
    .insertInto('team_members')
    .values({
      team_id: team.id,
      account_id: team.accountId,
      user_id: person.id,
      added_by: way.kind,
      issuer: issuerOf(way),
      added_at: catalogue.clock.now(),
    })
    .onConflict((conflict) => conflict.columns(['team_id', 'user_id', 'issuer']).doNothing())
    .returning('user_id')
    .executeTakeFirst();
  if (added === undefined) return false;
  await recordTeamChange(tx, { catalogue, context, team, person, way }, 'added');
  return true;
}

/** False for who is not in by that way. */
export async function leaveTeam(tx: Transaction<Schema>, { catalogue, context, team, person, way }: TeamChange) {
  const { numDeletedRows } = await tx
    .deleteFrom('team_members')
    .where('team_id', '=', team.id)
    .where('user_id', '=', person.id)
    .where('issuer', '=', issuerOf(way))
    .executeTakeFirst();
  if (numDeletedRows === 0n) return false;
  await recordEndedAccess(tx, { kind: 'rules', owners: { userId: person.id, accountId: team.accountId } });
  await recordTeamChange(tx, { catalogue, context, team, person, way }, 'removed');
  return true;
}

async function recordTeamChange(
  tx: Transaction<Schema>,
  { catalogue, context, team, person, way }: TeamChange,
  change: 'added' | 'removed',
): Promise<void> {
  const { accountId, name } = team;
  const reason = `${person.email} ${change} ${inWords(way)}`;
  await recordChange(
    tx,
    { catalogue, context },
    { event: 'team.changed', accountId, subject: teamNamed(name), reason },
  );
}

function inWords(way: WayIn): string {
  switch (way.kind) {
    case 'hand':
      return 'by hand';
    case 'group':
      return `by a group of ${quoted(way.issuer)}`;
    default:
      return assertNever(way);
  }
}

function issuerOf(way: WayIn): string {
  return way.kind === 'hand' ? '' : way.issuer;
}

async function emailOfMember(tx: Transaction<Schema>, { accountId, userId }: TeamAndPerson): Promise<string> {
  const person = await tx.selectFrom('users').select('email').where('id', '=', userId).executeTakeFirst();
  if (person === undefined || !(await isMember(tx, { accountId, userId }))) throw missing(`member "${userId}"`);
  return person.email;
}
