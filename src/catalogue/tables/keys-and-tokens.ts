// Row types of migrations 0003 and 0030.

import type { Generated } from 'kysely';
import type { AccessTokenId, AccountId, ComputeId, ProjectId, UserId } from '../../ids.ts';
import type { Jsonb } from './people-and-accounts.ts';

export interface ApiKeysTable {
  id: Generated<number>;
  key_hash: Buffer;
  kind: 'personal' | 'organization' | 'project' | 'scim' | 'on_call';
  user_id: UserId | null;
  account_id: AccountId | null;
  project_id: ProjectId | null;
  name: string;
  created_by: UserId | null;
  created_at: Date;
  last_used_at: Date | null;
  last_used_from: string | null;
}

export interface AccessTokensTable {
  id: AccessTokenId;
  name: string;
  /** Null: a workload proves itself by its issuer's tokens. */
  scram_verifier: string | null;
  workload: Jsonb | null;
  owner_user_id: UserId | null;
  owner_account_id: AccountId | null;
  compute_id: ComputeId;
  database: string | null;
  database_role: string | null;
  access: 'read_write' | 'read_only';
  allowed_networks: Jsonb;
  max_connections: number;
  created_by: UserId | null;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  last_used_from: string | null;
}

export interface SealingCanariesTable {
  key_id: string;
  sealed_canary: string;
  created_at: Date;
}
