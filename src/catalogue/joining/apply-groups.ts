// What a sign-in at an identity provider changes in organizations: teams are filled and emptied,
// memberships that a rule gave end with it, and rules that now speak for the person offer to join.

import type { Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import { endMembership, signOutBy } from '../accounts/end-ways-in.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { fillScimTeams } from '../scim/scim-teams.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { enterTeam, leaveTeam } from '../teams/team-members.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { groupsOf } from './groups-of-identity.ts';
import { normalIssuer } from './known-issuers.ts';
import { offerToJoin, type SignedInIdentity, type SignIn, speaksFor } from './offer-to-join.ts';

/** What the person had and has no more by this sign-in. */
export interface AppliedGroups {
  readonly teamsLeft: number;
  readonly membershipsEnded: number;
}

/** For a person who has just joined: into the teams of the groups that are known already. */
export async function fillTeams(
  tx: Transaction<Schema>,
  { catalogue, context, person }: Pick<How, 'catalogue' | 'context'> & Pick<SignedInIdentity, 'person'>,
): Promise<void> {
  const identities = tx.selectFrom('identities').select('issuer').where('user_id', '=', person.id);
  const issuers = (await identities.execute()).map(({ issuer }) => normalIssuer(issuer));
  for (const issuer of new Set(issuers)) {
    const groups = new Set(await groupsOf(tx, { userId: person.id, issuer }));
    await fitTeams({ tx, catalogue, context, signedIn: { person, issuer } }, groups);
  }
}

interface How extends SignIn {
  readonly context: AuditContext;
}

/** Before the browser session begins. What fell away ends, with the person's other sessions. */
export async function applyGroups(
  catalogue: Catalogue,
  context: AuditContext,
  identity: SignedInIdentity,
): Promise<AppliedGroups> {
  const issuer = normalIssuer(identity.issuer);
  return catalogue.transaction(async (tx) => {
    // NOTE: one sign-in of a person after the other, or two could undo each other's changes.
    await tx.selectFrom('users').select('id').where('id', '=', identity.person.id).forUpdate().execute();
    await keepGroups(tx, catalogue, identity);
    const isKnown = identity.groups !== 'unknown';
    const groups = isKnown ? new Set(await groupsOf(tx, { userId: identity.person.id, issuer })) : null;
    const how = { tx, catalogue, context, signedIn: { ...identity, issuer }, groups };
    const teamsLeft = groups === null ? 0 : await fitTeams(how, groups);
    const membershipsEnded = await endLostMemberships(how);
    await offerToJoin(how);
    await fillScimTeams(tx, { catalogue, context, accountId: null, person: identity.person });
    if (teamsLeft + membershipsEnded > 0) {
      const { id: userId } = identity.person;
      await signOutBy(tx, { catalogue, context, reason: 'a group was lost' }, userId);
      await recordEndedAccess(tx, { kind: 'recheck', owners: { userId } });
    }
    return { teamsLeft, membershipsEnded };
  });
}

async function keepGroups(
  tx: Transaction<Schema>,
  { clock }: Catalogue,
  { issuer, subject, groups }: SignedInIdentity,
): Promise<void> {
  if (groups === 'unknown') return;
  await tx
    .updateTable('identities')
    .set({ groups: JSON.stringify(groups), groups_read_at: clock.now() })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .execute();
}

interface FittedTeams extends Pick<How, 'tx' | 'catalogue' | 'context'> {
  readonly signedIn: Pick<SignedInIdentity, 'person' | 'issuer'>;
}

/** Returns how many teams the person left. */
async function fitTeams(how: FittedTeams, groups: ReadonlySet<string>): Promise<number> {
  const { tx, catalogue, context, signedIn } = how;
  const { person, issuer } = signedIn;
  const way = { kind: 'group', issuer } as const;
  const mapped = await tx
    .selectFrom('team_groups')
    .innerJoin('teams', 'teams.id', 'team_groups.team_id')
    .innerJoin('memberships', 'memberships.account_id', 'teams.account_id')
    .select(['teams.id', 'teams.account_id', 'teams.name', 'teams.created_at', 'group_name'])
    .where('memberships.user_id', '=', person.id)
    .where('issuer', '=', issuer)
    .orderBy('teams.id')
    .execute();
  const isIn = await teamsOf(tx, { userId: person.id, issuer });
  const wanted = new Set(mapped.filter(({ group_name }) => groups.has(group_name)).map(({ id }) => id));
  for (const row of mapped) {
    if (!wanted.has(row.id) || isIn.has(row.id)) continue;
    const team = { id: row.id, accountId: row.account_id, name: row.name, createdAt: row.created_at };
    await enterTeam(tx, { catalogue, context, team, person, way });
  }
  const lost = [...isIn.values()].filter(({ id }) => !wanted.has(id));
  for (const team of lost) await leaveTeam(tx, { catalogue, context, team, person, way });
  return lost.length;
}

/** Those that the person is in by groups of the issuer. */
async function teamsOf(tx: Transaction<Schema>, { userId, issuer }: { userId: UserId; issuer: string }) {
  const rows = await tx
    .selectFrom('team_members')
    .innerJoin('teams', 'teams.id', 'team_members.team_id')
    .select(['teams.id', 'teams.account_id as accountId', 'teams.name', 'teams.created_at as createdAt'])
    .where('user_id', '=', userId)
    .where('issuer', '=', issuer)
    .execute();
  return new Map(rows.map((team) => [team.id, team]));
}

/** A person who became an admin meanwhile stays by that. */
async function endLostMemberships({ tx, catalogue, context, ...how }: How): Promise<number> {
  const { person, issuer } = how.signedIn;
  const byRule = await tx
    .selectFrom('memberships_by_rule')
    .innerJoin('join_rules', 'join_rules.id', 'memberships_by_rule.rule_id')
    .innerJoin('memberships', (join) =>
      join
        .onRef('memberships.account_id', '=', 'memberships_by_rule.account_id')
        .onRef('memberships.user_id', '=', 'memberships_by_rule.user_id'),
    )
    .selectAll('memberships')
    .select(['join_rules.kind', 'join_rules.value'])
    .where('memberships.user_id', '=', person.id)
    .where('memberships.member_role', '=', 'member')
    .where('join_rules.issuer', '=', issuer)
    .execute();
  const lost = byRule.filter((rule) => speaksFor(how, rule) === 'no');
  for (const { kind, value, ...member } of lost) {
    const reason = `no more in the ${kind} by which they joined`;
    await endMembership(tx, { catalogue, context, member: { ...member, email: person.email }, reason });
  }
  return lost.length;
}
