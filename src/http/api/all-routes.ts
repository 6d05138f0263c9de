// Every route of the management API, in matching order: fixed words before parameters.

import type { ApiRoute } from './call/api-route.ts';
import { getAuthDetails } from './caller/auth-details.ts';
import { getCurrentUser } from './caller/current-user.ts';
import {
  createPersonalKeyRoute,
  listPersonalKeysRoute,
  revokePersonalKeyRoute,
} from './caller/personal-key-endpoints.ts';
import { listRegions } from './caller/regions.ts';
import { readBillingPeriod } from './consumption/billing-period-totals.ts';
import { readAccountHistory, readProjectsHistory, readProjectsHistoryV2 } from './consumption/history.ts';
import {
  cancelInvitationRoute,
  createInvitationsRoute,
  listInvitationsRoute,
  resendInvitationRoute,
} from './organizations/invitation-endpoints.ts';
import {
  changeMemberRoute,
  getMemberRoute,
  listMembersRoute,
  removeMemberRoute,
} from './organizations/member-endpoints.ts';
import { getOrganization, listOwnOrganizationsRoute } from './organizations/organization-endpoints.ts';
import {
  createOrganizationKeyRoute,
  listOrganizationKeysRoute,
  revokeOrganizationKeyRoute,
} from './organizations/organization-key-endpoints.ts';
import {
  changeBranchRoute,
  countBranchesRoute,
  getBranchRoute,
  listBranchesRoute,
} from './projects/branch-endpoints.ts';
import {
  changeComputeRoute,
  createComputeRoute,
  deleteComputeRoute,
  getComputeRoute,
  listComputesOfBranchRoute,
  listComputesRoute,
} from './projects/compute-endpoints.ts';
import { getConnectionUri } from './projects/connection-uri.ts';
import { createProjectRoute } from './projects/create-project-endpoint.ts';
import {
  changeDatabaseRoute,
  createDatabaseRoute,
  deleteDatabaseRoute,
  getDatabaseRoute,
  listDatabasesRoute,
} from './projects/database-endpoints.ts';
import { listProjectsRoute, listSharedProjectsRoute } from './projects/list-project-endpoints.ts';
import {
  createBranchRoute,
  deleteBranchRoute,
  restoreBranchRoute,
  setDefaultBranchRoute,
} from './projects/not-offered.ts';
import { getOperationRoute, listOperationsRoute } from './projects/operation-endpoints.ts';
import { grantPermission, listPermissions, revokePermission } from './projects/permission-endpoints.ts';
import { changeProjectRoute, deleteProjectRoute, getProjectRoute } from './projects/project-endpoints.ts';
import { createRoleRoute, deleteRoleRoute, getRoleRoute, listRolesRoute } from './projects/role-endpoints.ts';
import { resetPasswordRoute, revealPasswordRoute } from './projects/role-password-endpoints.ts';
import { restartComputeRoute, startComputeRoute, suspendComputeRoute } from './projects/start-suspend-endpoints.ts';
import { transferFromOrganization, transferFromPerson } from './projects/transfer-endpoints.ts';

const CALLER = [getCurrentUser, listOwnOrganizationsRoute, getAuthDetails, listRegions];

const ORGANIZATIONS = [
  getOrganization,
  listMembersRoute,
  getMemberRoute,
  changeMemberRoute,
  removeMemberRoute,
  listInvitationsRoute,
  createInvitationsRoute,
  resendInvitationRoute,
  cancelInvitationRoute,
];

const PROJECTS = [
  listProjectsRoute,
  createProjectRoute,
  listSharedProjectsRoute,
  transferFromOrganization,
  transferFromPerson,
  getProjectRoute,
  changeProjectRoute,
  deleteProjectRoute,
  listPermissions,
  grantPermission,
  revokePermission,
  getConnectionUri,
  listOperationsRoute,
  getOperationRoute,
];

const BRANCHES = [
  listBranchesRoute,
  createBranchRoute,
  countBranchesRoute,
  getBranchRoute,
  changeBranchRoute,
  deleteBranchRoute,
  restoreBranchRoute,
  setDefaultBranchRoute,
];

const COMPUTES = [
  listComputesRoute,
  createComputeRoute,
  listComputesOfBranchRoute,
  getComputeRoute,
  changeComputeRoute,
  deleteComputeRoute,
  startComputeRoute,
  suspendComputeRoute,
  restartComputeRoute,
];

const DATABASES_AND_ROLES = [
  listDatabasesRoute,
  createDatabaseRoute,
  getDatabaseRoute,
  changeDatabaseRoute,
  deleteDatabaseRoute,
  listRolesRoute,
  createRoleRoute,
  getRoleRoute,
  deleteRoleRoute,
  revealPasswordRoute,
  resetPasswordRoute,
];

const API_KEYS = [
  listPersonalKeysRoute,
  createPersonalKeyRoute,
  revokePersonalKeyRoute,
  listOrganizationKeysRoute,
  createOrganizationKeyRoute,
  revokeOrganizationKeyRoute,
];

const CONSUMPTION = [readAccountHistory, readProjectsHistory, readProjectsHistoryV2, readBillingPeriod];

export const ALL_API_ROUTES: readonly ApiRoute[] = [
  ...CALLER,
  ...ORGANIZATIONS,
  ...PROJECTS,
  ...BRANCHES,
  ...COMPUTES,
  ...DATABASES_AND_ROLES,
  ...API_KEYS,
  ...CONSUMPTION,
];
