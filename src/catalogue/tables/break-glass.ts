// Row type of migration 0034.

import type { AccountId, UserId } from '../../ids.ts';

export interface BreakGlassPeopleTable {
  /** With the membership, which goes away with it. */
  account_id: AccountId;
  user_id: UserId;
  /** Null: the local command line. */
  named_by: UserId | null;
  named_at: Date;
}
