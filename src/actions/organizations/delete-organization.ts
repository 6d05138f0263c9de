// Deleting an organization that owns no projects any more.

import { deleteOrganization as deleteRows } from '../../catalogue/accounts/organizations.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccountId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { type AccessEnders, endAccess } from '../end-access.ts';

/**
 * Removes the organization with its members, invitations and keys, and ends every grant and live
 * connection of it. Throws `conflict` while it owns projects, `forbidden`, `not_found`.
 */
export async function deleteOrganization(
  parts: AccessEnders & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  accountId: AccountId,
): Promise<void> {
  await deleteRows(parts.catalogue, context, accountId);
  await endAccess(parts, { accountId });
}
