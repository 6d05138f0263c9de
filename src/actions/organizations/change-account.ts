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

export const changeBilling = catalogueAction(billing);

export const changePlan = catalogueAction(plan);

/** Ends the grants given under the old policy, and the connections that the new one forbids. */
export const changeAccountPolicy = ending(catalogueAction(policy));

/** Ends every grant and connection of it. Throws `conflict` while it owns projects. */
export const deleteOrganization = ending(catalogueAction(deleteRows));
