// Changes of an account on which nothing rests: its name, its plan, and what invoices need.

import { changeBilling as billing, changePlan as plan } from '../../catalogue/accounts/accounts.ts';
import { renameOrganization as rename } from '../../catalogue/accounts/organizations.ts';
import { catalogueAction } from '../catalogue-action.ts';

/** Renames an organization; its handle stays. Throws `invalid_input`, `forbidden`, `not_found`. */
export const renameOrganization = catalogueAction(rename);

/** Replaces the billing details. Throws `forbidden`, `not_found`. */
export const changeBilling = catalogueAction(billing);

/** Moves an account to another plan. Throws `forbidden`, `not_found`. */
export const changePlan = catalogueAction(plan);
