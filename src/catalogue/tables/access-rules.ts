// Row type of migration 0023.

import type { GeneratedAlways } from 'kysely';
import type { AccessRuleId, AccountId, ComputeId, ProjectId, TeamId, UserId } from '../../ids.ts';
import type { Jsonb } from './people-and-accounts.ts';

export interface AccessRulesTable {
  id: AccessRuleId;
  /** The order in which rules were made. */
  made: GeneratedAlways<number>;
  account_id: AccountId;
  subject_kind: 'person' | 'team' | 'members' | 'guests' | 'account_tokens';
  user_id: UserId | null;
  team_id: TeamId | null;
  object_kind: 'compute' | 'project' | 'label' | 'account';
  compute_id: ComputeId | null;
  project_id: ProjectId | null;
  label: string | null;
  doors: string[];
  grants: Jsonb;
  created_by: UserId | null;
  created_at: Date;
  /** The person's or team's id, or the kind of the subject. */
  subject_key: GeneratedAlways<string>;
  /** The id of the compute or project, the label, or empty for all of the account. */
  object_key: GeneratedAlways<string>;
}
