// Row types of migration 0018, and a column of 0027.

import type { AccountId, JoinRuleId, ScimUserId, TeamId, UserId } from '../../ids.ts';

export interface JoinRulesTable {
  id: JoinRuleId;
  account_id: AccountId;
  /** Without a slash at its end. */
  issuer: string;
  /** `provisioned`: those of the domain whom SCIM pushed. */
  kind: 'group' | 'domain' | 'provisioned';
  /** A group as the issuer names it, or a domain in ASCII. */
  value: string;
  created_by: UserId | null;
  created_at: Date;
}

export interface JoinOffersTable {
  rule_id: JoinRuleId;
  user_id: UserId;
  offered_at: Date;
  declined_at: Date | null;
  /** By whom a rule for provisioned users speaks for the person; null for other rules. */
  scim_user_id: ScimUserId | null;
}

/** Memberships that last as long as the rule speaks for the person. */
export interface MembershipsByRuleTable {
  account_id: AccountId;
  user_id: UserId;
  rule_id: JoinRuleId;
}

export interface TeamGroupsTable {
  team_id: TeamId;
  account_id: AccountId;
  issuer: string;
  group_name: string;
  created_at: Date;
}

/** What a logout at an issuer ends in an organization besides approvals; absent: nothing. */
export interface LogoutRulesTable {
  account_id: AccountId;
  ends: 'connections' | 'connections_and_tokens';
}
