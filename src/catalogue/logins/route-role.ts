// Which project's database role a user name is. Names of roles, databases and projects are chosen
// by every account for itself, so a role is looked for only in a project that the client names.

import type { BranchId } from '../../ids.ts';
import { parseVerifier } from '../../protocol/scram-verifier.ts';
import { type FoundRow, TARGET_COLUMNS } from '../access/target-row.ts';
import { CURRENT_SNAPSHOT } from '../endings/catalogue-snapshot.ts';
import { rulesAsJson } from '../rules/find-rules.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import { keptRights, type LoginRow } from './kept-rights.ts';

export type RoutedRole = NonNullable<ReturnType<typeof routedRole>>;

/** Without what was read of its rights. */
export type KnownRole = Omit<RoutedRole, 'asRead'>;

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

// Names of the role's columns differ from those of the compute.
const ROLE_COLUMNS = `role.id as role_id, role.last_used_at as role_used_at, role.last_used_from as role_used_from,
  role.name as role_name, role.is_read_only as role_is_read_only, role.scram_verifier, ${CURRENT_SNAPSHOT} as as_of,
  null as person, ${rulesAsJson("'role_password' = any(rule.doors)")} as rules, ${TARGET_COLUMNS}`;

/** Those of the role are null without one. */
type RoutedRow = FoundRow &
  LoginRow & {
    readonly role_id: string | null;
    readonly role_used_at: Date | null;
    readonly role_used_from: string | null;
    readonly role_name: string | null;
    readonly role_is_read_only: boolean | null;
    readonly scram_verifier: string | null;
  };

/** Null: nothing is named so, or it is disabled. */
export async function findRoleOfProject(
  { db }: Catalogue,
  databaseRole: string,
  { endpoint, project }: NamedProject,
): Promise<NamedRoute | null> {
  const atMs = performance.now();
  const [row] = await findNamedRow(db, [databaseRole, endpoint, project]);
  if (row === undefined) return null;
  const role = routedRole(row, atMs);
  return role === null ? { kind: 'no_role', branchId: row.branch_id } : { kind: 'role', role };
}

const findNamedRow = preparedStatement<RoutedRow>(
  'role_of_project',
  `select ${ROLE_COLUMNS} from computes compute
      join projects project on project.id = compute.project_id
      join accounts account on account.id = project.account_id
      left join database_roles role on role.branch_id = compute.branch_id and role.name = $1
        and role.may_login
    where not compute.is_disabled
      and ($2::text is null or compute.id = $2
        or ($3::text is not null and lower(compute.name) = lower($2)))
      and ($3::text is null or project.id = $3 or lower(project.name) = lower($3))
    order by project.id = $3 desc, role.id is null, greatest(project.named_at, role.named_at),
      compute.type desc, compute.ordinal
    limit 1`,
);

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
  const atMs = performance.now();
  const [row] = await findRowOfDatabase(db, [databaseRole, database]);
  return row === undefined ? null : routedRole(row, atMs);
}

const findRowOfDatabase = preparedStatement<RoutedRow>(
  'role_of_database',
  `with holder as (
      select branch.project_id, database.named_at from databases database
        join branches branch on branch.id = database.branch_id where database.name = $2
      union all
      select id, named_at from projects where id = $2 or lower(name) = lower($2)
      order by named_at, project_id limit 1
    )
    select ${ROLE_COLUMNS} from holder
      join computes compute on compute.project_id = holder.project_id and not compute.is_disabled
      join projects project on project.id = compute.project_id
      join accounts account on account.id = project.account_id
      join databases database on database.branch_id = compute.branch_id and database.name = $2
      join database_roles role on role.branch_id = compute.branch_id and role.name = $1 and role.may_login
    order by compute.type desc, compute.ordinal
    limit 1`,
);

function routedRole(row: RoutedRow, atMs: number) {
  const verifier = parseVerifier(row.scram_verifier ?? '');
  if (row.role_id === null || row.role_name === null || verifier === null) return null;
  return {
    id: row.role_id,
    branchId: row.branch_id,
    computeId: row.id,
    databaseRole: row.role_name,
    isReadOnly: row.role_is_read_only === true,
    verifier,
    asRead: keptRights(row, atMs),
    lastUsedAt: row.role_used_at,
    lastUsedFrom: row.role_used_from,
  };
}
