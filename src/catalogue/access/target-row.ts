// One compute with everything in the catalogue that a connection to it depends on.

import { type Kysely, type Selectable, sql } from 'kysely';
import type { AccountId, ComputeId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Account } from '../accounts/accounts.ts';
import { type Compute, computeFrom, tlsSettingsFrom } from '../projects/compute-rows.ts';
import { computeNotFound } from '../projects/computes.ts';
import type { Project } from '../projects/projects.ts';
import { effectivePolicy, type Policy, parsePolicySettings } from '../rights/policy.ts';
import type { Schema } from '../store/schema.ts';
import type { Sealer } from '../store/sealing.ts';
import type { ComputesTable, DatabaseRolesTable } from '../tables/projects-and-computes.ts';

export type LoginRoleRow = Pick<Selectable<DatabaseRolesTable>, 'id' | 'name' | 'is_read_only' | 'sealed_password'>;

export interface TargetRow {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly project: Pick<Project, 'id' | 'name' | 'accountId'>;
  readonly compute: Compute;
  readonly policy: Policy;
  /** The project's own first. */
  readonly databases: readonly string[];
  /** Roles that may log in, the project's own first. */
  readonly roles: readonly LoginRoleRow[];
  /** Unseals the client's key, so it is called just before use. */
  readonly tlsSettings: (sealer: Sealer) => UpstreamTls;
}

/** Throws `not_found` for an unknown or disabled compute. Does not check permissions. */
export async function loadTargetRow(db: Kysely<Schema>, computeId: ComputeId): Promise<TargetRow> {
  const row = (await loadTargetRows(db, [computeId])).get(computeId);
  if (row === undefined) throw computeNotFound(computeId);
  return row;
}

/** Omits unknown and disabled computes. Does not check permissions. */
export async function loadTargetRows(db: Kysely<Schema>, computeIds: readonly ComputeId[]) {
  const rows = computeIds.length === 0 ? [] : await findRows(db, computeIds);
  return new Map(rows.map((row) => [row.id, targetRowFrom(row)]));
}

function targetRowFrom(row: FoundRow): TargetRow {
  const compute = computeFrom(row);
  const account = {
    id: row.account_id,
    name: row.account_name,
    passwordlessAccess: row.account_passwordless_access,
    policy: parsePolicySettings(row.account_policy),
  };
  return {
    account,
    project: { id: row.project_id, name: row.project_name, accountId: row.account_id },
    compute,
    policy: effectivePolicy(account, compute),
    databases: row.database_names,
    roles: row.roles,
    tlsSettings: (sealer) => tlsSettingsFrom(row, sealer),
  };
}

interface FoundRow extends Selectable<ComputesTable> {
  readonly project_name: string;
  readonly account_id: AccountId;
  readonly account_name: string;
  readonly account_passwordless_access: boolean;
  readonly account_policy: unknown;
  readonly database_names: readonly string[];
  readonly roles: readonly LoginRoleRow[];
}

// One statement, as text: every login runs it, some twice, and both the round trip and the query
// builder cost more than its execution.
async function findRows(db: Kysely<Schema>, computeIds: readonly ComputeId[]): Promise<FoundRow[]> {
  const { rows } = await sql<FoundRow>`
    select compute.*, project.name as project_name, account.id as account_id, account.name as account_name,
      account.passwordless_access as account_passwordless_access, account.policy as account_policy,
      array(select name from databases where branch_id = compute.branch_id order by id) as database_names,
      coalesce((
        select json_agg(json_build_object('id', id, 'name', name, 'is_read_only', is_read_only,
          'sealed_password', sealed_password) order by ordinal)
        from database_roles where branch_id = compute.branch_id and may_login
      ), '[]') as roles
    from computes compute
      join projects project on project.id = compute.project_id
      join accounts account on account.id = project.account_id
    where compute.id = any(${computeIds}) and not compute.is_disabled`.execute(db);
  return rows;
}
