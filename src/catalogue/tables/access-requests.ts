// Row types of migration 0031.

import type { GeneratedAlways } from 'kysely';
import type {
  AccessRequestId,
  AccessRuleId,
  AccountId,
  ComputeId,
  LoginRequestId,
  ProjectId,
  TeamId,
  UserId,
} from '../../ids.ts';

export interface AccessRequestsTable {
  id: AccessRequestId;
  /** The order in which requests were made. */
  made: GeneratedAlways<number>;
  kind: 'asked' | 'on_call' | 'break_glass';
  account_id: AccountId;
  project_id: ProjectId;
  /** Null: each of the project. */
  compute_id: ComputeId | null;
  user_id: UserId;
  /** Null: any that the rules allow. */
  database: string | null;
  database_role: string | null;
  access: 'read_write' | 'read_only';
  /** Empty: none was given. */
  reason: string;
  duration_ms: number;
  /** The rule that asks, when it was asked; it may be gone since. */
  rule_id: AccessRuleId | null;
  team_id: TeamId | null;
  /** How many of the team have to agree. */
  needed: number;
  /** The login that waits for it; null: none. */
  login_request_id: LoginRequestId | null;
  /** `ended`: the terminal left, or the right to ask was lost. */
  status: 'waiting' | 'approved' | 'denied' | 'withdrawn' | 'ended';
  asked_at: Date;
  /** Nobody can decide from then on. */
  expires_at: Date;
  decided_at: Date | null;
  /** Until when it holds, once approved. */
  until: Date | null;
  decided_by: UserId | null;
  /** Why it was denied. */
  answer: string | null;
  reviewed_at: Date | null;
  reviewed_by: UserId | null;
  review: string | null;
}

export interface AccessRequestVotesTable {
  request_id: AccessRequestId;
  user_id: UserId;
  /** In whose name the person agreed. */
  team_id: TeamId;
  voted_at: Date;
}
