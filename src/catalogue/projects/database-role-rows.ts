// A database role as the program sees it, and how its row and its two forms of password are stored.

import { type Kysely, type Selectable, sql } from 'kysely';
import type { AccountId, BranchId, ProjectId } from '../../ids.ts';
import { encodeVerifier, makeVerifier } from '../../protocol/scram-verifier.ts';
import type { Secret } from '../../secret.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Schema } from '../store/schema.ts';
import type { SealedPlace, Sealer } from '../store/sealing.ts';
import type { DatabaseRolesTable } from '../tables/projects-and-computes.ts';

export type DatabaseRole = ReturnType<typeof databaseRoleFrom>;

/** A row without the columns that other code writes: its position in lists, and its last use. */
export type DatabaseRoleRow = Omit<
  Selectable<DatabaseRolesTable>,
  'ordinal' | 'last_used_at' | 'last_used_from' | 'named_at'
>;

/** The branch's roles, the project's own first. */
export async function listDatabaseRoles(db: Kysely<Schema>, branchId: BranchId): Promise<DatabaseRole[]> {
  const rows = await db
    .selectFrom('database_roles')
    .selectAll()
    .where('branch_id', '=', branchId)
    .orderBy('ordinal')
    .execute();
  return rows.map(databaseRoleFrom);
}

/** What one project has on a host. */
export interface HostTenant {
  readonly databases: readonly string[];
  readonly roles: readonly string[];
}

/** All projects with a compute on that host. */
export async function listTenantsOfHost(db: Kysely<Schema>, hostId: string): Promise<HostTenant[]> {
  const { rows } = await sql<HostTenant>`
    select array(select name from databases where databases.branch_id = branch.id) as databases,
      array(select name from database_roles where database_roles.branch_id = branch.id) as roles
    from (select distinct branch_id as id from computes where host_id = ${hostId}) branch`.execute(db);
  return rows;
}

export interface RoleOwner {
  readonly role: string;
  readonly projectId: ProjectId;
  readonly accountId: AccountId;
}

/** Whose those roles of a host are; other roles are left out. */
export async function findOwnersOfRoles(
  db: Kysely<Schema>,
  { hostId, names }: { readonly hostId: string; readonly names: readonly string[] },
): Promise<RoleOwner[]> {
  if (names.length === 0) return [];
  return await db
    .selectFrom('database_roles as role')
    .innerJoin('computes as compute', 'compute.branch_id', 'role.branch_id')
    .innerJoin('projects as project', 'project.id', 'compute.project_id')
    .select(['role.name as role', 'project.id as projectId', 'project.account_id as accountId'])
    .where('compute.host_id', '=', hostId)
    .where('role.name', 'in', names)
    .distinct()
    .execute();
}

export async function findDatabaseRole(db: Kysely<Schema>, { branchId, name }: { branchId: BranchId; name: string }) {
  const row = await db
    .selectFrom('database_roles')
    .selectAll()
    .where('branch_id', '=', branchId)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ?? null;
}

export function passwordPlace(roleId: string): SealedPlace {
  return { table: 'database_roles', rowId: roleId, column: 'sealed_password' };
}

/** The password sealed for the upstream, and as a SCRAM verifier for clients. */
export async function passwordColumns(
  sealer: Sealer,
  { roleId, password }: { readonly roleId: string; readonly password: Secret | null },
): Promise<Pick<DatabaseRolesTable, 'sealed_password' | 'scram_verifier'>> {
  if (password === null) return { sealed_password: null, scram_verifier: null };
  return {
    sealed_password: sealer.seal(password.reveal(), passwordPlace(roleId)),
    scram_verifier: encodeVerifier(await makeVerifier(password.reveal())),
  };
}

export function databaseRoleFrom(role: DatabaseRoleRow & Partial<Selectable<DatabaseRolesTable>>) {
  const { sealed_password, scram_verifier, ordinal, last_used_at, last_used_from, ...row } = role;
  return { ...camelRow(row), hasPassword: sealed_password !== null };
}
