// Sharing a project with guests, who are told by mail, and ending a share.

import { findProject } from '../../catalogue/projects/projects.ts';
import {
  leaveProject as leave,
  type ShareOutcome,
  shareProject as share,
  unshareProject as unshare,
} from '../../catalogue/projects/shares.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ProjectId } from '../../ids.ts';
import { guestMail } from '../../mail/invitation-mails.ts';
import { type PasswordChoice, type ResettingParts, settleKnownPasswords } from '../databases/settle-known-passwords.ts';
import { catalogueAction, ending } from '../define-action.ts';
import { type InvitingParts, invitationLink, inviterOf, limitInvitations } from '../organizations/invite-members.ts';

/** A mail that fails undoes nothing. Throws `rate_limited`, and as the catalogue's function. */
export async function shareProject(
  parts: InvitingParts,
  context: AuditContext,
  input: { readonly projectId: ProjectId; readonly emails: readonly string[] },
): Promise<ShareOutcome[]> {
  await limitInvitations(parts, context, input.emails);
  const outcomes = await share(parts.catalogue, context, input);
  const project = await findProject(parts.catalogue.db, input.projectId);
  const facts = {
    projectName: project?.name ?? input.projectId,
    brand: parts.config.brand,
    inviter: await inviterOf(parts, context),
  };
  for (const outcome of outcomes) {
    if (outcome.kind === 'has_access_already') continue;
    const { token, expiresAt } = outcome.link;
    const link = invitationLink(parts.address.url, token);
    parts.mailer.send(guestMail({ ...facts, to: outcome.share.email, link, expiresAt }));
  }
  return outcomes;
}

const endShare = ending(catalogueAction(unshare));

/** Ends the guest's grants and live connections to the project. */
export async function unshareProject(
  parts: ResettingParts,
  context: AuditContext,
  { passwords, ...which }: PasswordChoice & Parameters<typeof endShare>[2],
) {
  const share = await endShare(parts, context, which);
  if (share.userId === null) return { ...share, knownPasswords: [] };
  const known = { projectIds: [share.projectId], userId: share.userId, passwords };
  return { ...share, knownPasswords: await settleKnownPasswords(parts, context, known) };
}

/** As a guest of it: what rested on the share ends. Passwords that the guest has seen stay. */
export const leaveProject = ending(catalogueAction(leave));
