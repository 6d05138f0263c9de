// Reads what the rights of a connection depend on, for one connection or for many at once.

import type { AccessTokenId, AccountId, ComputeId, TeamId, UserId } from '../../ids.ts';
import { computeNotFound } from '../projects/computes.ts';
import { loadPersonActors, type PersonActor, type PersonJson, personAsJson, personFromJson } from '../rights/actors.ts';
import { BROKEN_GLASS_OF } from '../rules/find-agreements.ts';
import {
  byAccount,
  type FoundRules,
  findRulesOfCompute,
  findRulesOfPeople,
  foundRules,
  type RuleReader,
  rulesAsJson,
  withAgreements,
} from '../rules/find-rules.ts';
import type { RuleRow } from '../rules/rule-rows.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import { type FoundRow, loadTargetRows, TARGET_COLUMNS, type TargetRow, targetRowFrom } from './target-row.ts';

export interface RightsReader {
  /** Throws `not_found` for an unknown or disabled compute. */
  targetRow(computeId: ComputeId): Promise<TargetRow>;
  /** Null when there is no such person. */
  person(userId: UserId): Promise<PersonActor | null>;
  hasAccessToken(id: AccessTokenId): Promise<boolean>;
  /** The access rules about the compute that concern the reader. */
  rules(computeId: ComputeId, reader: RuleReader): Promise<FoundRules>;
}

/** Reads each item when it is requested. */
export function readRights(catalogue: Catalogue): RightsReader {
  return {
    targetRow: async (computeId) => targetRowOf(await loadTargetRows(catalogue.db, [computeId]), computeId),
    person: async (userId) => (await loadPersonActors(catalogue, [userId])).get(userId) ?? null,
    hasAccessToken: async (id) => (await findAccessTokenIds(catalogue, [id])).has(id),
    rules: (computeId, reader) => findRulesOfCompute(catalogue.db, computeId, reader),
  };
}

/** Of TARGET_COLUMNS; all null where the compute is disabled. */
type MaybeTarget = FoundRow | { readonly [Column in keyof FoundRow]: null };

/** The rights of one reader on one compute, as one statement reads them. */
export type RightsRow = MaybeTarget & {
  /** Null for nobody, and for a disabled person. */
  readonly person: PersonJson | null;
  readonly rules: readonly RuleRow[];
};

/** Answers about that reader and compute only. */
export function rightsFromRow(row: RightsRow): RightsReader {
  return {
    targetRow: async (computeId) => {
      if (row.id !== computeId) throw computeNotFound(computeId);
      return targetRowFrom(row);
    },
    person: async () => (row.person === null ? null : personFromJson(row.person)),
    // Rows of tokens are found by their token.
    hasAccessToken: async () => true,
    rules: async () => foundRules(row.rules),
  };
}

/**
 * One statement, two where a rule asks first or the glass is broken. Throws `not_found` without
 * such a compute.
 */
export async function readRightsOfPerson(
  { db }: Catalogue,
  { computeId, userId }: { readonly computeId: ComputeId; readonly userId: UserId },
): Promise<RightsReader> {
  const [row] = await findRightsOfPerson(db, [computeId, userId]);
  if (row === undefined) throw computeNotFound(computeId);
  const reader = { kind: 'person', userId } as const;
  const found = { ...foundRules(row.rules), isBroken: row.is_broken };
  return { ...rightsFromRow(row), rules: async () => await withAgreements(db, reader, found) };
}

const findRightsOfPerson = preparedStatement<RightsRow & { readonly is_broken: boolean }>(
  'rights_of_person',
  `select ${personAsJson('$2')} as person, exists (${BROKEN_GLASS_OF} = $2) as is_broken,
    ${rulesAsJson(`rule.subject_key = any(array['members', 'guests', $2]
      || array(select team_id from team_members where user_id = $2))`)} as rules,
    ${TARGET_COLUMNS}
  from computes compute
    join projects project on project.id = compute.project_id
    join accounts account on account.id = project.account_id
  where compute.id = $1 and not compute.is_disabled`,
);

export interface RightsAskedFor {
  readonly computeIds: readonly ComputeId[];
  readonly userIds: readonly UserId[];
  readonly accessTokenIds: readonly AccessTokenId[];
}

/** Reads it now, in eight statements whatever the number, and rules of passwords once a compute. */
export async function readRightsAtOnce(catalogue: Catalogue, asked: RightsAskedFor): Promise<RightsReader> {
  const [rows, people, tokens] = await Promise.all([
    loadTargetRows(catalogue.db, [...new Set(asked.computeIds)]),
    loadPersonActors(catalogue, [...new Set(asked.userIds)]),
    findAccessTokenIds(catalogue, [...new Set(asked.accessTokenIds)]),
  ]);
  const asking = { ...placesOf([...rows.values()]), userIds: [...people.keys()] };
  const ofPeople = rulesOfPeople(await findRulesOfPeople(catalogue.db, asking));
  const ofPasswords = new Map<string, Promise<FoundRules>>();
  return {
    rules: async (computeId, reader) => {
      if (reader.kind === 'person') return ofPeople(reader.userId, targetRowOf(rows, computeId).account.id);
      const key = `${reader.kind} ${computeId}`;
      const found = ofPasswords.get(key) ?? findRulesOfCompute(catalogue.db, computeId, reader);
      ofPasswords.set(key, found);
      return await found;
    },
    targetRow: async (computeId) => targetRowOf(rows, computeId),
    person: async (userId) => people.get(userId) ?? null,
    hasAccessToken: async (id) => tokens.has(id),
  };
}

function placesOf(rows: readonly TargetRow[]) {
  const objectKeys = rows.flatMap(({ compute, project }) => [compute.id, project.id, project.label]);
  return { accountIds: [...new Set(rows.map(({ account }) => account.id))], objectKeys: [...new Set(objectKeys)] };
}

function rulesOfPeople({ rules, memberships, agreements }: Awaited<ReturnType<typeof findRulesOfPeople>>) {
  const teamsOf = new Map<UserId, Set<TeamId>>();
  for (const { user_id, team_id } of memberships) {
    if (team_id !== null) teamsOf.set(user_id, (teamsOf.get(user_id) ?? new Set()).add(team_id));
  }
  const rulesOf = byAccount(rules);
  return (userId: UserId, accountId: AccountId): FoundRules => ({
    rules: rulesOf.get(accountId) ?? [],
    teamIds: teamsOf.get(userId) ?? new Set(),
    agreements: agreements.filter((agreed) => agreed.userId === userId && agreed.accountId === accountId),
  });
}

function targetRowOf(rows: ReadonlyMap<ComputeId, TargetRow>, computeId: ComputeId): TargetRow {
  const row = rows.get(computeId);
  if (row === undefined) throw computeNotFound(computeId);
  return row;
}

async function findAccessTokenIds({ db }: Catalogue, ids: readonly AccessTokenId[]) {
  if (ids.length === 0) return new Set<AccessTokenId>();
  const rows = await db.selectFrom('access_tokens').select('id').where('id', 'in', ids).execute();
  return new Set(rows.map(({ id }) => id));
}
