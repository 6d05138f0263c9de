// One compute with everything in the catalogue that a connection to it depends on.

import type { Kysely, Selectable } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Account } from '../accounts/accounts.ts';
import { type Compute, type ComputeRow, tlsSettingsFrom } from '../projects/compute-rows.ts';
import { computeNotFound } from '../projects/computes.ts';
import type { Project } from '../projects/projects.ts';
import { effectivePolicy, type Policy, parsePolicySettings } from '../rights/policy.ts';
import { preparedStatement } from '../store/prepared-statement.ts';
import type { Schema } from '../store/schema.ts';
import type { Sealer } from '../store/sealing.ts';
import type { ProjectLabel } from '../tables/project-labels.ts';
import type { DatabaseRolesTable } from '../tables/projects-and-computes.ts';

export type LoginRoleRow = Pick<Selectable<DatabaseRolesTable>, 'id' | 'name' | 'is_read_only' | 'sealed_password'>;

export interface TargetRow {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly project: Pick<Project, 'id' | 'name' | 'accountId'> & { readonly label: ProjectLabel };
  readonly compute: Pick<
    Compute,
    'id' | 'name' | 'type' | 'state' | 'hostId' | 'host' | 'port' | 'isListed' | 'allowMd5' | 'allowCleartext'
  >;
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
  const rows = computeIds.length === 0 ? [] : await findRows(db, [computeIds]);
  return new Map(rows.map((row) => [row.id, targetRowFrom(row)]));
}

/** In order of creation, disabled ones too. Does not check permissions. */
export async function loadRowsWithDisabled(db: Kysely<Schema>, computeIds: readonly ComputeId[]): Promise<TargetRow[]> {
  return computeIds.length === 0 ? [] : (await findRowsWithDisabled(db, [computeIds])).map(targetRowFrom);
}

/** From a row of TARGET_COLUMNS. */
export function targetRowFrom(row: FoundRow): TargetRow {
  const ofAccount = {
    passwordlessAccess: row.account_passwordless_access,
    policy: parsePolicySettings(row.account_policy),
  };
  const ofCompute = { passwordlessAccess: row.passwordless_access, policy: parsePolicySettings(row.policy) };
  return {
    account: { id: row.account_id, name: row.account_name },
    project: { id: row.project_id, name: row.project_name, accountId: row.account_id, label: row.project_label },
    compute: {
      id: row.id,
      name: row.name,
      type: row.type,
      state: row.state,
      hostId: row.host_id,
      host: row.host,
      port: row.port,
      isListed: row.is_listed,
      allowMd5: row.allow_md5,
      allowCleartext: row.allow_cleartext,
    },
    policy: effectivePolicy(ofAccount, ofCompute),
    databases: row.database_names,
    roles: row.roles,
    tlsSettings: (sealer) => tlsSettingsFrom(row, sealer),
  };
}

type ReadOfCompute = Pick<
  ComputeRow,
  | ('id' | 'branch_id' | 'name' | 'type' | 'state' | 'host_id' | 'host' | 'port' | 'is_listed')
  | ('tls_mode' | 'tls_ca' | 'tls_server_name' | 'tls_client_certificate' | 'sealed_tls_client_key')
  | ('allow_md5' | 'allow_cleartext' | 'passwordless_access' | 'policy')
>;

export interface FoundRow extends ReadOfCompute {
  readonly project_id: ProjectId;
  readonly project_name: string;
  readonly project_label: ProjectLabel;
  readonly account_id: AccountId;
  readonly account_name: string;
  readonly account_passwordless_access: boolean;
  readonly account_policy: unknown;
  readonly database_names: readonly string[];
  readonly roles: readonly LoginRoleRow[];
}

/**
 * Of `compute`, `project` and `account`, as `targetRowFrom` reads them. Each login reads and parses
 * all of them: only what a connection needs is among them.
 */
export const TARGET_COLUMNS = `
  compute.id, compute.project_id, compute.branch_id, compute.name, compute.type, compute.state, compute.host_id,
  compute.host, compute.port, compute.is_listed, compute.tls_mode, compute.tls_ca, compute.tls_server_name,
  compute.tls_client_certificate, compute.sealed_tls_client_key, compute.allow_md5, compute.allow_cleartext,
  compute.passwordless_access, compute.policy,
  project.name as project_name, project.label as project_label, account.id as account_id,
  account.name as account_name, account.passwordless_access as account_passwordless_access,
  account.policy as account_policy,
  array(select name from databases where branch_id = compute.branch_id order by id) as database_names,
  coalesce((
    select json_agg(json_build_object('id', id, 'name', name, 'is_read_only', is_read_only,
      'sealed_password', sealed_password) order by ordinal)
    from database_roles where branch_id = compute.branch_id and may_login
  ), '[]') as roles`;

const TARGETS = `select ${TARGET_COLUMNS} from computes compute
    join projects project on project.id = compute.project_id
    join accounts account on account.id = project.account_id`;

const findRows = preparedStatement<FoundRow>(
  'target_rows',
  `${TARGETS} where compute.id = any($1) and not compute.is_disabled`,
);

const findRowsWithDisabled = preparedStatement<FoundRow>(
  'target_rows_with_disabled',
  `${TARGETS} where compute.id = any($1) order by compute.ordinal`,
);
