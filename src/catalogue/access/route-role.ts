// Which project's database role a user name is. Names of roles, databases and projects are chosen
// by every account for itself, so a role is looked for only in a project that the client names.

import { sql } from 'kysely';
import type { BranchId, ComputeId } from '../../ids.ts';
import { parseVerifier } from '../../protocol/scram-verifier.ts';
import { type CatalogueSnapshot, currentSnapshot } from '../endings/catalogue-snapshot.ts';
import type { Catalogue } from '../store/catalogue.ts';

export type RoutedRole = NonNullable<ReturnType<typeof routedRole>>;

export type NamedRoute =
  | { readonly kind: 'role'; readonly role: RoutedRole }
  /** The project exists, and has no such role with a password. */
  | { readonly kind: 'no_role'; readonly branchId: BranchId };

/** At least one of the two is not null. */
export interface NamedProject {
  /** A compute's id, or its name together with a project. */
  readonly endpoint: string | null;
  /** An id or a name; of several projects with that name, the first that had it and the role. */
  readonly project: string | null;
}

/** Null: nothing is named so, or it is disabled. */
export async function findRoleOfProject(
  { db }: Catalogue,
  databaseRole: string,
  { endpoint, project }: NamedProject,
): Promise<NamedRoute | null> {
  const { rows } = await sql<RoutedRow>`
    select ${ROLE_COLUMNS} from computes compute
      join projects project on project.id = compute.project_id
      left join database_roles role on role.branch_id = compute.branch_id and role.name = ${databaseRole}
        and role.may_login
    where not compute.is_disabled
      and (${endpoint}::text is null or compute.id = ${endpoint}
        or (${project}::text is not null and lower(compute.name) = lower(${endpoint})))
      and (${project}::text is null or project.id = ${project} or lower(project.name) = lower(${project}))
    order by project.id = ${project} desc, role.id is null, greatest(project.named_at, role.named_at),
      compute.type desc, compute.ordinal
    limit 1`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const role = routedRole(row);
  return role === null ? { kind: 'no_role', branchId: row.branch_id } : { kind: 'role', role };
}

/**
 * The role in the project that a database's name leads to: the first that had a database or was
 * itself called so. Null when that one has no such role, or is only called so.
 *
 * NOTE: whoever takes a name later must change nothing for who had it: neither a working password
 * nor a person's link to a project of that name.
 */
export async function findRoleOfDatabase(
  { db }: Catalogue,
  databaseRole: string,
  database: string,
): Promise<RoutedRole | null> {
  const { rows } = await sql<RoutedRow>`
    with holder as (
      select branch.project_id, database.named_at from databases database
        join branches branch on branch.id = database.branch_id where database.name = ${database}
      union all
      select id, named_at from projects where id = ${database} or lower(name) = lower(${database})
      order by named_at, project_id limit 1
    )
    select ${ROLE_COLUMNS} from holder
      join computes compute on compute.project_id = holder.project_id and not compute.is_disabled
      join databases database on database.branch_id = compute.branch_id and database.name = ${database}
      join database_roles role on role.branch_id = compute.branch_id and role.name = ${databaseRole} and role.may_login
    order by compute.type desc, compute.ordinal
    limit 1`.execute(db);
  return rows[0] === undefined ? null : routedRole(rows[0]);
}

// As text: every password login runs one of them, and the query builder takes longer than
// Postgres.
const ROLE_COLUMNS = sql`role.id, role.last_used_at, role.last_used_from, role.name, role.is_read_only,
  role.scram_verifier, compute.branch_id, compute.id as compute_id, ${currentSnapshot} as as_of`;

/** Those of the role are null without one. */
interface RoutedRow {
  readonly id: string | null;
  readonly last_used_at: Date | null;
  readonly last_used_from: string | null;
  readonly name: string | null;
  readonly is_read_only: boolean | null;
  readonly scram_verifier: string | null;
  readonly branch_id: BranchId;
  readonly compute_id: ComputeId;
  readonly as_of: CatalogueSnapshot;
}

function routedRole(row: RoutedRow) {
  const verifier = parseVerifier(row.scram_verifier ?? '');
  if (row.id === null || row.name === null || verifier === null) return null;
  return {
    id: row.id,
    branchId: row.branch_id,
    computeId: row.compute_id,
    databaseRole: row.name,
    isReadOnly: row.is_read_only === true,
    verifier,
    /** When the verifier was read. */
    asOf: row.as_of,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
