// The access rules that a decision depends on, read by index: few, however many an account has.

import { type Kysely, sql } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import type { AccountId, ComputeId, TeamId, UserId } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import type { Agreement } from '../rights/agreement.ts';
import type { Schema } from '../store/schema.ts';
import { BROKEN_GLASS_OF, findAgreements, isGlassBroken } from './find-agreements.ts';
import { type RuleRow, ruleFrom, rulesFrom } from './rule-rows.ts';

/** Whose rules: a person's, those of the account's tokens, or of anybody with a role's password. */
export type RuleReader =
  | { readonly kind: 'person'; readonly userId: UserId }
  | { readonly kind: 'account_tokens' }
  | { readonly kind: 'password_holder' };

/** In the order in which they were made; with the teams that a decision then needs. */
export interface FoundRules {
  readonly rules: readonly AccessRule[];
  /** The person's, as far as the rules name them. */
  readonly teamIds: ReadonlySet<TeamId>;
  /** The person's, where the rules ask first, and any glass that the person broke. */
  readonly agreements: readonly Agreement[];
}

/** The rules about one compute. Empty for an unknown one. */
export async function findRulesOfCompute(
  db: Kysely<Schema>,
  computeId: ComputeId,
  reader: RuleReader,
): Promise<FoundRules> {
  const read = sql<RuleRow>`
    select ${COLUMNS} from computes compute
      join projects project on project.id = compute.project_id
      join access_rules rule on rule.account_id = project.account_id
        and rule.object_key = any(array['', project.id, compute.id, project.label])
        and ${concerns(reader)}
    where compute.id = ${computeId} order by rule.made`.execute(db);
  const [{ rows }, isBroken] = await Promise.all([read, isGlassBroken(db, peopleOf(reader))]);
  return await withAgreements(db, reader, { ...(await foundInSlices(rows)), isBroken });
}

function peopleOf(reader: RuleReader): readonly UserId[] {
  return reader.kind === 'person' ? [reader.userId] : [];
}

/** Of many people at once: their rules about those places, their teams, and what was agreed to. */
export async function findRulesOfPeople(
  db: Kysely<Schema>,
  { accountIds, objectKeys, userIds }: Omit<RuledPlaces, 'ownAccountIds'> & { readonly userIds: readonly UserId[] },
) {
  if (userIds.length === 0) return { rules: [], memberships: [], agreements: [] };
  const [{ rows }, { rows: memberships }] = await Promise.all([
    sql<RuleRow>`
      select ${COLUMNS} from access_rules rule
      where rule.account_id = any(${accountIds}) and rule.object_key = any(${['', ...objectKeys]})
        and rule.subject_key = any(array['members', 'guests']
        || ${userIds}::text[] || array(select team_id from team_members where user_id = any(${userIds})))
      order by rule.made`.execute(db),
    // People who broke the glass are read along, in a team of none.
    sql<{ user_id: UserId; team_id: TeamId | null }>`
      select user_id, team_id from team_members where user_id = any(${userIds})
      union all select user_id, null from (${sql.raw(BROKEN_GLASS_OF)} = any(${userIds})) as broken`.execute(db),
  ]);
  const rules = await rulesFrom(rows);
  const isBroken = memberships.some(({ team_id }) => team_id === null);
  return { rules, memberships, agreements: await findAgreements(db, userIds, { rules, isBroken }) };
}

/** Computes with what is about them besides: their projects, accounts and labels. */
export interface RuledPlaces {
  readonly accountIds: readonly AccountId[];
  /** Those to which the reader belongs: rules for members of others are not read. */
  readonly ownAccountIds: readonly AccountId[];
  /** Ids of computes and projects, and labels. */
  readonly objectKeys: readonly string[];
}

/** The rules about those places that concern the reader; read in slices, since they may be many. */
export async function findRulesOfPlaces(
  db: Kysely<Schema>,
  { accountIds, ownAccountIds, objectKeys }: RuledPlaces,
  reader: RuleReader,
): Promise<FoundRules> {
  if (accountIds.length === 0) return { rules: [], teamIds: new Set(), agreements: [] };
  const read = sql<RuleRow>`
    select ${COLUMNS} from access_rules rule
    where rule.account_id = any(${accountIds}) and rule.object_key = any(${['', ...objectKeys]})
      and (rule.subject_kind <> 'members' or rule.account_id = any(${ownAccountIds}))
      and ${concerns(reader)} order by rule.made`.execute(db);
  const [{ rows }, isBroken] = await Promise.all([read, isGlassBroken(db, peopleOf(reader))]);
  return await withAgreements(db, reader, { ...(await foundInSlices(rows)), isBroken });
}

/** Keeps their order. */
export function byAccount(rules: readonly AccessRule[]): ReadonlyMap<AccountId, readonly AccessRule[]> {
  const found = new Map<AccountId, AccessRule[]>();
  for (const rule of rules) {
    const list = found.get(rule.accountId);
    if (list === undefined) found.set(rule.accountId, [rule]);
    else list.push(rule);
  }
  return found;
}

/**
 * As a JSON list, for a statement of `compute`, `project` and a condition on `rule`; read by
 * `foundRules`.
 */
export function rulesAsJson(concernsReader: string): string {
  return `coalesce((
    select json_agg(json_build_object('id', rule.id, 'account_id', rule.account_id,
      'subject_kind', rule.subject_kind, 'user_id', rule.user_id, 'team_id', rule.team_id,
      'object_kind', rule.object_kind, 'compute_id', rule.compute_id, 'project_id', rule.project_id,
      'label', rule.label, 'grants', rule.grants) order by rule.made)
    from access_rules rule where rule.account_id = project.account_id
      and rule.object_key = any(array['', project.id, compute.id, project.label]) and ${concernsReader}
  ), '[]')`;
}

// As text: every login runs it, and the query builder takes longer than Postgres.
const COLUMNS = sql`rule.id, rule.account_id, rule.subject_kind, rule.user_id, rule.team_id,
  rule.object_kind, rule.compute_id, rule.project_id, rule.label, rule.grants`;

function concerns(reader: RuleReader) {
  switch (reader.kind) {
    case 'person':
      return sql<boolean>`rule.subject_key = any(array['members', 'guests', ${reader.userId}]
        || array(select team_id from team_members where user_id = ${reader.userId}))`;
    case 'account_tokens':
      return sql<boolean>`rule.subject_key = 'account_tokens'`;
    case 'password_holder':
      return sql<boolean>`'role_password' = any(rule.doors)`;
    default:
      return assertNever(reader);
  }
}

/** Without agreements, which no login by password rests on. */
export function foundRules(rows: readonly RuleRow[]): FoundRules {
  return { rules: rows.map(ruleFrom), teamIds: teamsOf(rows), agreements: [] };
}

async function foundInSlices(rows: readonly RuleRow[]): Promise<FoundRules> {
  return { rules: await rulesFrom(rows), teamIds: teamsOf(rows), agreements: [] };
}

/** Of teams, only those that the person is in were read. */
function teamsOf(rows: readonly RuleRow[]): ReadonlySet<TeamId> {
  return new Set(rows.flatMap(({ team_id }) => team_id ?? []));
}

/** With what was agreed to for the reader, where a rule asks first, and with a broken glass. */
export async function withAgreements(
  db: Kysely<Schema>,
  reader: RuleReader,
  { isBroken, ...found }: FoundRules & { readonly isBroken: boolean },
): Promise<FoundRules> {
  const agreements = await findAgreements(db, peopleOf(reader), { rules: found.rules, isBroken });
  return { ...found, agreements };
}
