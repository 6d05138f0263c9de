// The members of an organization: added at once, promoted, demoted, removed.

import {
  addMember as add,
  removeMember as remove,
  setMemberRole as setRole,
} from '../../catalogue/accounts/memberships.ts';
import { catalogueAction, ending } from '../define-action.ts';

/**
 * Makes an existing person a member at once. Throws `conflict` for a member, `forbidden`,
 * `not_found`.
 */
export const addMember = catalogueAction(add);

/**
 * Promotes or demotes. Throws `conflict` when the only admin would go, `forbidden`, `not_found`.
 */
export const changeMemberRole = catalogueAction(setRole);

/**
 * Removes a member, or leaves when the membership is the actor's own; ends the person's grants and
 * live connections to the organization's projects. Throws `conflict` for the only admin,
 * `forbidden`, `not_found`.
 */
export const removeMember = ending(catalogueAction(remove));
