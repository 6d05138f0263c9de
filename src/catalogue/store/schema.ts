// The catalogue's tables by name, for the query builder.

import type {
  AuditChainTable,
  AuditEventsTable,
  AuditPrunedTable,
  ConsumptionFramesTable,
  ConsumptionReadingsTable,
  PendingTransfersTable,
  PlanPeriodsTable,
} from '../tables/audit-and-consumption.ts';
import type { EndedAccessTable } from '../tables/ended-access.ts';
import type { AccessTokensTable, ApiKeysTable, SealingCanariesTable } from '../tables/keys-and-tokens.ts';
import type {
  AccountsTable,
  BrowserSessionsTable,
  IdentitiesTable,
  InvitationsTable,
  KnownTerminalsTable,
  MembershipsTable,
  OrganizationRequestsTable,
  SetupCodesTable,
  UsersTable,
} from '../tables/people-and-accounts.ts';
import type {
  BranchesTable,
  ComputesTable,
  DatabaseRolesTable,
  DatabasesTable,
  LastUsedTargetsTable,
  OperationStepsTable,
  OperationsTable,
  ProjectSharesTable,
  ProjectsTable,
} from '../tables/projects-and-computes.ts';

export interface Schema {
  users: UsersTable;
  identities: IdentitiesTable;
  accounts: AccountsTable;
  memberships: MembershipsTable;
  invitations: InvitationsTable;
  organization_requests: OrganizationRequestsTable;
  browser_sessions: BrowserSessionsTable;
  setup_codes: SetupCodesTable;
  known_terminals: KnownTerminalsTable;
  projects: ProjectsTable;
  project_shares: ProjectSharesTable;
  branches: BranchesTable;
  computes: ComputesTable;
  databases: DatabasesTable;
  database_roles: DatabaseRolesTable;
  operations: OperationsTable;
  operation_steps: OperationStepsTable;
  last_used_targets: LastUsedTargetsTable;
  api_keys: ApiKeysTable;
  access_tokens: AccessTokensTable;
  sealing_canaries: SealingCanariesTable;
  audit_events: AuditEventsTable;
  audit_chain: AuditChainTable;
  audit_pruned: AuditPrunedTable;
  plan_periods: PlanPeriodsTable;
  consumption_readings: ConsumptionReadingsTable;
  pending_transfers: PendingTransfersTable;
  consumption_frames: ConsumptionFramesTable;
  ended_access: EndedAccessTable;
}
