// The members of an organization: added at once, promoted, demoted, removed.

import {
  addMember as add,
  type Membership,
  removeMember as remove,
  setMemberRole as setRole,
} from '../../catalogue/accounts/memberships.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { AccountId, MembershipId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction } from '../catalogue-action.ts';
import { type AccessEnders, endAccess } from '../end-access.ts';

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
export async function removeMember(
  parts: AccessEnders & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  which: { readonly accountId: AccountId; readonly membershipId: MembershipId },
): Promise<Membership> {
  const membership = await remove(parts.catalogue, context, which);
  await endAccess(parts, { accountId: membership.accountId, userId: membership.userId });
  return membership;
}
