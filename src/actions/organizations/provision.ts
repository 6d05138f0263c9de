// What an organization's identity provider pushes by SCIM: users and groups. Whom it lets go of
// loses access within a second.

import {
  changeScimGroup as changeGroup,
  createScimGroup as createGroup,
  deleteScimGroup as deleteGroup,
} from '../../catalogue/scim/scim-groups.ts';
import {
  changeScimUser as changeUser,
  createScimUser as createUser,
  deleteScimUser as deleteUser,
} from '../../catalogue/scim/scim-users.ts';
import { catalogueAction, ending } from '../define-action.ts';

/** Nobody joins by it. Throws `conflict` for a user name or address that is taken. */
export const createScimUser = ending(catalogueAction(createUser));

/** Throws as `createScimUser`, `version_mismatch`, and `conflict` for the only admin. */
export const changeScimUser = ending(catalogueAction(changeUser));

/** Throws `version_mismatch`, and `conflict` for the only admin. */
export const deleteScimUser = ending(catalogueAction(deleteUser));

/** Makes a team. Throws `conflict` for a name that is taken. */
export const createScimGroup = ending(catalogueAction(createGroup));

/** Throws as `createScimGroup`, and `version_mismatch`. */
export const changeScimGroup = ending(catalogueAction(changeGroup));

/** Deletes the team, and ends what rules gave by it. Throws `version_mismatch`. */
export const deleteScimGroup = ending(catalogueAction(deleteGroup));
