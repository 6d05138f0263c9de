// The catalogue's tables by name, for the query builder.

import type * as trail from '../tables/audit-and-consumption.ts';
import type * as endings from '../tables/ended-access.ts';
import type * as keys from '../tables/keys-and-tokens.ts';
import type * as people from '../tables/people-and-accounts.ts';
import type * as projects from '../tables/projects-and-computes.ts';

export interface Schema {
  users: people.UsersTable;
  identities: people.IdentitiesTable;
  accounts: people.AccountsTable;
  memberships: people.MembershipsTable;
  invitations: people.InvitationsTable;
  organization_requests: people.OrganizationRequestsTable;
  browser_sessions: people.BrowserSessionsTable;
  setup_codes: people.SetupCodesTable;
  reset_links: people.ResetLinksTable;
  email_changes: people.EmailChangesTable;
  known_terminals: people.KnownTerminalsTable;
  login_names: people.LoginNamesTable;
  projects: projects.ProjectsTable;
  project_shares: projects.ProjectSharesTable;
  branches: projects.BranchesTable;
  computes: projects.ComputesTable;
  databases: projects.DatabasesTable;
  database_roles: projects.DatabaseRolesTable;
  role_password_reveals: projects.RolePasswordRevealsTable;
  operations: projects.OperationsTable;
  operation_steps: projects.OperationStepsTable;
  last_used_targets: projects.LastUsedTargetsTable;
  api_keys: keys.ApiKeysTable;
  access_tokens: keys.AccessTokensTable;
  sealing_canaries: keys.SealingCanariesTable;
  audit_events: trail.AuditEventsTable;
  audit_chain: trail.AuditChainTable;
  audit_pruned: trail.AuditPrunedTable;
  plan_periods: trail.PlanPeriodsTable;
  consumption_readings: trail.ConsumptionReadingsTable;
  pending_transfers: trail.PendingTransfersTable;
  consumption_frames: trail.ConsumptionFramesTable;
  ended_access: endings.EndedAccessTable;
}
