// Turning a guest into a member of the organization.

import type { InvitationOutcome } from '../../catalogue/accounts/invite-members.ts';
import { convertGuest as convert } from '../../catalogue/projects/guests.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { type InvitingParts, mailInvitations } from './invite-members.ts';

/**
 * A guest with an account becomes a member; one without is invited and stays a guest until the
 * invitation is accepted. Either is told by mail. Throws `not_found` for somebody who is no guest,
 * `forbidden`.
 */
export async function convertGuest(
  parts: InvitingParts,
  context: AuditContext,
  input: Parameters<typeof convert>[2],
): Promise<InvitationOutcome> {
  const outcome = await convert(parts.catalogue, context, input);
  await mailInvitations(parts, input.accountId, [outcome]);
  return outcome;
}
