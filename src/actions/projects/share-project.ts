// Sharing a project with guests, who are told by mail, and ending a share.

import { findProject } from '../../catalogue/projects/projects.ts';
import {
  type ShareOutcome,
  shareProject as share,
  unshareProject as unshare,
} from '../../catalogue/projects/shares.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ProjectId } from '../../ids.ts';
import { guestMail, sharedMail } from '../../mail/invitation-mails.ts';
import type { Mail } from '../../mail/mailer.ts';
import { catalogueAction, ending } from '../define-action.ts';
import { type InvitingParts, invitationLink, limitInvitations } from '../organizations/invite-members.ts';

/** A mail that fails undoes nothing. Throws `rate_limited`, and as the catalogue's function. */
export async function shareProject(
  parts: InvitingParts,
  context: AuditContext,
  input: { readonly projectId: ProjectId; readonly emails: readonly string[] },
): Promise<ShareOutcome[]> {
  await limitInvitations(parts, context, input.emails);
  const outcomes = await share(parts.catalogue, context, input);
  const project = await findProject(parts.catalogue.db, input.projectId);
  const projectName = project?.name ?? input.projectId;
  for (const mail of outcomes.flatMap((outcome) => mailFor(parts, { outcome, projectName }) ?? []))
    parts.mailer.send(mail);
  return outcomes;
}

/** Ends the guest's grants and live connections to the project. */
export const unshareProject = ending(catalogueAction(unshare));

function mailFor(
  { config, address: { url } }: InvitingParts,
  { outcome, projectName }: { outcome: ShareOutcome; projectName: string },
): Mail | null {
  if (outcome.kind === 'has_access_already') return null;
  const { share, link } = outcome;
  const facts = { to: share.email, projectName, brand: config.brand };
  if (link !== null) return guestMail({ ...facts, link: invitationLink(url, link.token), expiresAt: link.expiresAt });
  return outcome.kind === 'shared' ? sharedMail({ ...facts, url }) : null;
}
