// Making an organization at once, asking operators for one, and their decision.

import { createOrganization as create } from '../../catalogue/accounts/organizations.ts';
import {
  decideOrganizationRequest as decide,
  requestOrganization as request,
} from '../../catalogue/transfers/organization-requests.ts';
import { catalogueAction } from '../define-action.ts';

/**
 * Makes an organization with its first admin. Throws `forbidden` where they are made on request,
 * `invalid_input`.
 */
export const createOrganization = catalogueAction(create);

/**
 * Asks the operators for an organization. Throws `plan_gate` for an unpaid personal account,
 * `conflict` while another request of the person is open, `invalid_input`, `forbidden`.
 */
export const requestOrganization = catalogueAction(request);

/**
 * Approves or declines, once. Approving makes the organization and moves the person's projects and
 * plan to it. Throws `conflict` when it was decided already or nobody has the admin's e-mail,
 * `forbidden`, `not_found`.
 */
export const decideOrganizationRequest = catalogueAction(decide);
