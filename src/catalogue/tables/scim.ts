// Row types of migration 0027.

import type { AccountId, ScimGroupId, ScimUserId, TeamId, UserId } from '../../ids.ts';
import type { Jsonb } from './people-and-accounts.ts';

export interface ScimUsersTable {
  id: ScimUserId;
  account_id: AccountId;
  user_name: string;
  user_name_key: string;
  external_id: string | null;
  /** The address by which the user is a person here: the primary one, or the user name. */
  email: string;
  email_key: string;
  is_active: boolean;
  /** Names and addresses as they were pushed. */
  attributes: Jsonb;
  /** Counts only while the person is a member. */
  user_id: UserId | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export interface ScimGroupsTable {
  id: ScimGroupId;
  account_id: AccountId;
  team_id: TeamId;
  external_id: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

export interface ScimGroupMembersTable {
  group_id: ScimGroupId;
  scim_user_id: ScimUserId;
}
