// Every route of the management API, in matching order: fixed words before parameters.

import type { ApiRoute } from './call/api-route.ts';
import { CALLER_ROUTES } from './caller-endpoints.ts';
import { BILLING_PERIOD_ROUTES } from './consumption/billing-period-totals.ts';
import { HISTORY_ROUTES } from './consumption/history.ts';
import { INVITATION_ROUTES } from './organizations/invitation-endpoints.ts';
import { KEY_ROUTES } from './organizations/key-endpoints.ts';
import { MEMBER_ROUTES } from './organizations/member-endpoints.ts';
import { NOTIFICATION_ROUTES } from './organizations/notification-endpoints.ts';
import { ORGANIZATION_ROUTES } from './organizations/organization-endpoints.ts';
import { SECOND_FACTOR_ROUTES } from './organizations/second-factor-endpoints.ts';
import { ON_CALL_KEY_ROUTES, SCIM_KEY_ROUTES } from './organizations/single-purpose-key-endpoints.ts';
import { TEAM_ROUTES } from './organizations/team-endpoints.ts';
import { BRANCH_ROUTES } from './projects/branch-endpoints.ts';
import { COMPUTE_ROUTES } from './projects/compute-endpoints.ts';
import { CONNECTION_URI_ROUTES } from './projects/connection-uri.ts';
import { CREATE_PROJECT_ROUTES } from './projects/create-project-endpoint.ts';
import { DATABASE_ROUTES } from './projects/database-endpoints.ts';
import { OPERATION_ROUTES } from './projects/operation-endpoints.ts';
import { PERMISSION_ROUTES } from './projects/permission-endpoints.ts';
import { PROJECT_ROUTES } from './projects/project-endpoints.ts';
import { ROLE_ROUTES } from './projects/role-endpoints.ts';
import { TRANSFER_ROUTES } from './projects/transfer-endpoints.ts';
import { DECISION_ROUTES } from './rules/decision-endpoint.ts';
import { GLASS_ROUTES } from './rules/glass-endpoints.ts';
import { ON_CALL_ROUTES } from './rules/on-call-endpoints.ts';
import { ACCESS_REQUEST_ROUTES } from './rules/request-endpoints.ts';
import { ACCESS_RULE_ROUTES } from './rules/rule-endpoints.ts';

export const ALL_API_ROUTES: readonly ApiRoute[] = [
  ...CALLER_ROUTES,
  ...ORGANIZATION_ROUTES,
  ...MEMBER_ROUTES,
  ...SECOND_FACTOR_ROUTES,
  ...INVITATION_ROUTES,
  ...TEAM_ROUTES,
  ...SCIM_KEY_ROUTES,
  ...ON_CALL_KEY_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...ACCESS_RULE_ROUTES,
  ...ACCESS_REQUEST_ROUTES,
  ...GLASS_ROUTES,
  ...ON_CALL_ROUTES,
  ...DECISION_ROUTES,
  ...PROJECT_ROUTES,
  ...CREATE_PROJECT_ROUTES,
  ...TRANSFER_ROUTES,
  ...PERMISSION_ROUTES,
  ...CONNECTION_URI_ROUTES,
  ...OPERATION_ROUTES,
  ...BRANCH_ROUTES,
  ...COMPUTE_ROUTES,
  ...DATABASE_ROUTES,
  ...ROLE_ROUTES,
  ...KEY_ROUTES,
  ...HISTORY_ROUTES,
  ...BILLING_PERIOD_ROUTES,
];
