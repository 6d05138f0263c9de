// Deleting an organization that owns no projects any more.

import { deleteOrganization as deleteRows } from '../../catalogue/accounts/organizations.ts';
import { endingAction } from '../catalogue-action.ts';

/**
 * Removes the organization with its members, invitations and keys, and ends every grant and live
 * connection of it. Throws `conflict` while it owns projects, `forbidden`, `not_found`.
 */
export const deleteOrganization = endingAction(deleteRows);
