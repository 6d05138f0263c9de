// The databases and database roles that can be chosen, loaded for many branches at once.

import { type Kysely, sql } from 'kysely';
import type { BranchId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

export interface TargetRole {
  readonly name: string;
  /** The role cannot write. */
  readonly readOnly: boolean;
}

interface DatabaseRow {
  readonly branch_id: BranchId;
  readonly name: string;
}

interface RoleRow extends DatabaseRow {
  readonly is_read_only: boolean;
}

export interface TargetChoices {
  /** The project's own database first. */
  readonly databases: readonly string[];
  /** Roles that may log in, the project's own first. */
  readonly roles: readonly TargetRole[];
}

/** The most databases, and roles, of a branch that are offered; with more the person types one. */
export const MAX_OFFERED_NAMES = 100;

/** A branch that has none is absent from the map. `wanted` is found wherever it ranks. */
export async function loadTargetChoices(
  db: Kysely<Schema>,
  branchIds: readonly BranchId[],
  wanted: string | null = null,
): Promise<ReadonlyMap<BranchId, TargetChoices>> {
  if (branchIds.length === 0) return new Map<BranchId, TargetChoices>();
  const [{ rows: databases }, { rows: roles }] = await Promise.all([
    sql<DatabaseRow>`
      select branch_id, name from (
        select branch_id, name, row_number() over (partition by branch_id order by id) as rank
        from databases where branch_id = any(${branchIds})
      ) ranked where rank <= ${MAX_OFFERED_NAMES} or name = ${wanted} order by rank`.execute(db),
    sql<RoleRow>`
      select branch_id, name, is_read_only from (
        select branch_id, name, is_read_only, row_number() over (partition by branch_id order by ordinal) as rank
        from database_roles where branch_id = any(${branchIds}) and may_login
      ) ranked where rank <= ${MAX_OFFERED_NAMES} order by rank`.execute(db),
  ]);
  const choices = new Map<BranchId, { databases: string[]; roles: TargetRole[] }>();
  const choicesOf = (branchId: BranchId) => {
    const found = choices.get(branchId) ?? { databases: [], roles: [] };
    choices.set(branchId, found);
    return found;
  };
  for (const row of databases) choicesOf(row.branch_id).databases.push(row.name);
  for (const row of roles) choicesOf(row.branch_id).roles.push({ name: row.name, readOnly: row.is_read_only });
  return choices;
}

export function isCut({ databases, roles }: TargetChoices): boolean {
  return databases.length >= MAX_OFFERED_NAMES || roles.length >= MAX_OFFERED_NAMES;
}
