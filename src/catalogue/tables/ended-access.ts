// Row type of migration 0009.

import type { Generated, GeneratedAlways } from 'kysely';
import type { AccessTokenId, AccountId, ComputeId, GrantId, ProjectId, UserId } from '../../ids.ts';

export interface EndedAccessTable {
  id: GeneratedAlways<number>;
  /** xid8; the driver reads it as text. */
  transaction_id: Generated<string>;
  ended_at: Generated<Date>;
  kind: 'end' | 'recheck' | 'rules';
  user_id: UserId | null;
  account_id: AccountId | null;
  project_id: ProjectId | null;
  compute_id: ComputeId | null;
  grant_id: GrantId | null;
  access_token_id: AccessTokenId | null;
  database_role: string | null;
  /** Null until the grants that depended on it were revoked. */
  grants_ended_at: Date | null;
}
