// The databases and database roles that can be chosen, loaded for many branches at once.

import type { Kysely } from 'kysely';
import type { BranchId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

export interface TargetRole {
  readonly name: string;
  /** The role cannot write. */
  readonly readOnly: boolean;
}

export interface TargetChoices {
  /** The project's own database first. */
  readonly databases: readonly string[];
  /** Roles that may log in, the project's own first. */
  readonly roles: readonly TargetRole[];
}

/** A branch that has none is absent from the map. */
export async function loadTargetChoices(db: Kysely<Schema>, branchIds: readonly BranchId[]) {
  if (branchIds.length === 0) return new Map<BranchId, TargetChoices>();
  const [databases, roles] = await Promise.all([
    db
      .selectFrom('databases')
      .select(['branch_id', 'name'])
      .where('branch_id', 'in', branchIds)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('database_roles')
      .select(['branch_id', 'name', 'is_read_only'])
      .where('branch_id', 'in', branchIds)
      .where('may_login', '=', true)
      .orderBy('ordinal')
      .execute(),
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
