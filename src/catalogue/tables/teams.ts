// Row types of migration 0019.

import type { AccountId, TeamId, UserId } from '../../ids.ts';

export interface TeamsTable {
  id: TeamId;
  account_id: AccountId;
  name: string;
  created_at: Date;
}

/** One row for each way in: a person may be in a team by hand and by the groups of issuers. */
export interface TeamMembersTable {
  team_id: TeamId;
  account_id: AccountId;
  user_id: UserId;
  added_by: 'hand' | 'group';
  /** Empty for by hand. */
  issuer: string;
  added_at: Date;
}
