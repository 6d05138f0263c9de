// Every route of the management API, in the order in which paths are tried: fixed words before names.

import {
  createOrganizationKeyRoute,
  listOrganizationKeysRoute,
  revokeOrganizationKeyRoute,
} from './api-keys/organization-keys.ts';
import { createPersonalKeyRoute, listPersonalKeysRoute, revokePersonalKeyRoute } from './api-keys/personal-keys.ts';
import type { ApiRoute } from './api-route.ts';
import { changeBranchRoute, countBranchesRoute, getBranchRoute, listBranchesRoute } from './branches/branches.ts';
import {
  createBranchRoute,
  deleteBranchRoute,
  restoreBranchRoute,
  setDefaultBranchRoute,
} from './branches/not-offered.ts';
import { getAuthDetails } from './caller/auth-details.ts';
import { getCurrentUser } from './caller/current-user.ts';
import { listRegions } from './caller/regions.ts';
import { restartComputeRoute, startComputeRoute, suspendComputeRoute } from './computes/compute-power.ts';
import {
  changeComputeRoute,
  createComputeRoute,
  deleteComputeRoute,
  getComputeRoute,
  listComputesOfBranchRoute,
  listComputesRoute,
} from './computes/computes.ts';
import { readBillingPeriod } from './consumption/billing-period-totals.ts';
import { readAccountHistory, readProjectsHistory, readProjectsHistoryV2 } from './consumption/history.ts';
import {
  changeDatabaseRoute,
  createDatabaseRoute,
  deleteDatabaseRoute,
  getDatabaseRoute,
  listDatabasesRoute,
} from './databases/databases.ts';
import { getOperationRoute, listOperationsRoute } from './operations/operations.ts';
import {
  cancelInvitationRoute,
  createInvitationsRoute,
  listInvitationsRoute,
  resendInvitationRoute,
} from './organizations/invitations.ts';
import { changeMemberRoute, getMemberRoute, listMembersRoute, removeMemberRoute } from './organizations/members.ts';
import { getOrganization, listOwnOrganizationsRoute } from './organizations/organizations.ts';
import { getConnectionUri } from './projects/connection-uri.ts';
import { createProjectRoute } from './projects/create-project.ts';
import { listProjectsRoute, listSharedProjectsRoute } from './projects/list-projects.ts';
import { grantPermission, listPermissions, revokePermission } from './projects/project-permissions.ts';
import { transferFromOrganization, transferFromPerson } from './projects/project-transfers.ts';
import { changeProjectRoute, deleteProjectRoute, getProjectRoute } from './projects/projects.ts';
import { resetPasswordRoute, revealPasswordRoute } from './roles/role-passwords.ts';
import { createRoleRoute, deleteRoleRoute, getRoleRoute, listRolesRoute } from './roles/roles.ts';

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
