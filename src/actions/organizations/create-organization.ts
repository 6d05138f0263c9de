// Making an organization at once, asking operators for one, and their decision.

import { createOrganization as create } from '../../catalogue/accounts/organizations.ts';
import {
  decideOrganizationRequest as decide,
  requestOrganization as request,
} from '../../catalogue/transfers/organization-requests.ts';
import { catalogueAction } from '../define-action.ts';

/** Throws `forbidden` where organizations are made on request only. */
export const createOrganization = catalogueAction(create);

/** Throws `plan_gate` for an unpaid personal account, `conflict` while another one is open. */
export const requestOrganization = catalogueAction(request);

/** Approving moves the person's projects and plan. Throws `conflict` when decided already. */
export const decideOrganizationRequest = catalogueAction(decide);
