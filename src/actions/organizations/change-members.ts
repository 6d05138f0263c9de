// The members of an organization: added at once, promoted, demoted, removed.

import {
  addMember as add,
  removeMember as remove,
  setMemberRole as setRole,
} from '../../catalogue/accounts/memberships.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Throws `conflict` for a member. */
export const addMember = catalogueAction(add);

/** Throws `conflict` when the only admin would go. */
export const changeMemberRole = catalogueAction(setRole);

/** Ends the person's access to the organization's projects. `conflict` for the only admin. */
export const removeMember = ending(catalogueAction(remove));
