// Changes of an account: its name, its plan, what invoices need, and what it allows; and its end.

import {
  changeBilling as billing,
  changePlan as plan,
  changeAccountPolicy as policy,
} from '../../catalogue/accounts/accounts.ts';
import {
  deleteOrganization as deleteRows,
  renameOrganization as rename,
} from '../../catalogue/accounts/organizations.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Renames an organization; its handle stays. Throws `invalid_input`, `forbidden`, `not_found`. */
export const renameOrganization = catalogueAction(rename);

/** Replaces the billing details. Throws `forbidden`, `not_found`. */
export const changeBilling = catalogueAction(billing);

/** Moves an account to another plan. Throws `forbidden`, `not_found`. */
export const changePlan = catalogueAction(plan);

/**
 * Ends the account's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export const changeAccountPolicy = ending(catalogueAction(policy));

/**
 * Removes the organization with its members, invitations and keys, and ends every grant and live
 * connection of it. Throws `conflict` while it owns projects, `forbidden`, `not_found`.
 */
export const deleteOrganization = ending(catalogueAction(deleteRows));
