// Every route of the management API, in the order in which paths are tried: fixed words before names.

import type { ApiRoute } from './api-route.ts';
import { getAuthDetails } from './caller/auth-details.ts';
import { getCurrentUser } from './caller/current-user.ts';
import { listRegions } from './caller/regions.ts';
import { getOrganization, listOwnOrganizationsRoute } from './organizations/organizations.ts';
import { listProjectsRoute, listSharedProjectsRoute } from './projects/list-projects.ts';
import { changeProjectRoute, deleteProjectRoute, getProjectRoute } from './projects/projects.ts';

export const ALL_API_ROUTES: readonly ApiRoute[] = [
  getCurrentUser,
  listOwnOrganizationsRoute,
  getAuthDetails,
  listRegions,

  getOrganization,

  listProjectsRoute,
  listSharedProjectsRoute,
  getProjectRoute,
  changeProjectRoute,
  deleteProjectRoute,
];
