// Row types of migrations 0002, 0006, 0010, 0014 and 0020, as Postgres holds them.

import type { ColumnType, Generated, GeneratedAlways, RawBuilder } from 'kysely';
import type { AccountId, BranchId, ComputeId, NodeId, OperationId, ProjectId, ShareId, UserId } from '../../ids.ts';
import type { Jsonb, LinkDelivery } from './people-and-accounts.ts';
import type { ProjectLabel } from './project-labels.ts';

export interface ProjectsTable {
  id: ProjectId;
  account_id: AccountId;
  name: string;
  pg_version: number;
  region_id: string;
  creation_source: 'hosted' | 'attached';
  settings: Jsonb;
  default_endpoint_settings: Jsonb;
  history_retention_seconds: number;
  store_passwords: boolean;
  created_by: UserId | null;
  created_at: Date;
  updated_at: Date;
  /** Since when it has its name, by the catalogue's clock. */
  named_at: Generated<Date>;
  label: Generated<ProjectLabel>;
}

export interface ProjectSharesTable {
  id: ShareId;
  project_id: ProjectId;
  email: string;
  email_key: string;
  user_id: UserId | null;
  granted_by: UserId | null;
  granted_at: Date;
  /** The hash of the link that tells the guest, until it is used, and until when it is open. */
  link_hash: ColumnType<Buffer | null, Buffer | null | undefined>;
  link_expires_at: ColumnType<Date | null, Date | null | undefined>;
  link_delivery: Generated<LinkDelivery>;
}

export interface BranchesTable {
  id: BranchId;
  project_id: ProjectId;
  name: string;
  is_default: boolean;
  is_protected: boolean;
  created_at: Date;
  updated_at: Date;
}

export interface ComputesTable {
  id: ComputeId;
  /** The order in which rows were made; times of one transaction are equal. */
  ordinal: GeneratedAlways<number>;
  project_id: ProjectId;
  branch_id: BranchId;
  name: string | null;
  type: 'read_write' | 'read_only';
  state: 'init' | 'active' | 'idle';
  region_id: string;
  host_id: string | null;
  host: string;
  port: number;
  is_listed: boolean;
  tls_mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  tls_ca: string | null;
  tls_server_name: string | null;
  tls_client_certificate: string | null;
  sealed_tls_client_key: string | null;
  allow_md5: boolean;
  allow_cleartext: boolean;
  passwordless_access: boolean;
  is_disabled: boolean;
  policy: Jsonb;
  autoscaling_limit_min_cu: number;
  autoscaling_limit_max_cu: number;
  suspend_timeout_seconds: number;
  last_active_at: Date | null;
  started_at: Date | null;
  suspended_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface DatabasesTable {
  id: Generated<number>;
  branch_id: BranchId;
  name: string;
  owner_name: string;
  created_at: Date;
  updated_at: Date;
  /** Since when it has its name, by the catalogue's clock. */
  named_at: Generated<Date>;
}

export interface DatabaseRolesTable {
  id: string;
  /** The order in which rows were made; times of one transaction are equal. */
  ordinal: GeneratedAlways<number>;
  branch_id: BranchId;
  name: string;
  is_read_only: boolean;
  is_protected: boolean;
  may_login: boolean;
  sealed_password: string | null;
  scram_verifier: string | null;
  last_used_at: Generated<Date | null>;
  last_used_from: Generated<string | null>;
  created_at: Date;
  updated_at: Date;
  /** Since when it has its name, by the catalogue's clock. */
  named_at: Generated<Date>;
}

export interface OperationsTable {
  id: OperationId;
  project_id: ProjectId;
  branch_id: BranchId | null;
  compute_id: ComputeId | null;
  action: string;
  status: string;
  error: string | null;
  failures_count: number;
  total_duration_ms: number;
  created_at: Date;
  updated_at: Date;
  /** Whose project it was; null for operations that an older release wrote. */
  account_id: ColumnType<AccountId | null, AccountId | null | undefined>;
  /** What is done, for a node that takes it over; null where nothing is left to do by then. */
  purpose: ColumnType<OperationPurpose | null, OperationPurpose | null | undefined>;
  host_id: ColumnType<string | null, string | null | undefined>;
  details: ColumnType<unknown, string | null | undefined>;
  requested_by: ColumnType<unknown, string | null | undefined>;
  /** Random; only the node that holds it may go on. */
  owner_token: ColumnType<string | null, string | null | undefined, string | null>;
  owner_node_id: ColumnType<NodeId | null, NodeId | null | undefined, NodeId | null>;
  /** From when on any node may take the operation over. */
  take_over_at: ColumnType<Date | null, RawBuilder<Date> | undefined, RawBuilder<Date>>;
}

export type OperationPurpose =
  | 'create_project'
  | 'delete_project'
  | 'create_database'
  | 'change_database'
  | 'delete_database'
  | 'create_role'
  | 'delete_role'
  | 'reset_role_password'
  | 'start_compute'
  | 'suspend_compute';

export interface OperationStepsTable {
  operation_id: OperationId;
  position: number;
  action: string;
  name: string;
  /** Identifies the role or database on its host among others of the same name. */
  host_oid: number | null;
  status: 'scheduling' | 'running' | 'finished' | 'cancelled';
  updated_at: Date;
}

export interface LastUsedTargetsTable {
  user_id: UserId;
  compute_id: ComputeId;
  database: string | null;
  database_role: string | null;
  access: 'read_write' | 'read_only';
  used_at: Date;
}

/** The people who know the password that a role has now. */
export interface RolePasswordRevealsTable {
  role_id: string;
  /** May be removed by now. */
  user_id: UserId;
  revealed_at: Date;
}
