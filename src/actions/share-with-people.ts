// Sharing a project with guests as pages and the management API do it: written, then told by mail. Who has no account yet
// gets a link to make one.

import { findProject } from '../catalogue/projects/projects.ts';
import { type ShareOutcome, shareProject } from '../catalogue/projects/shares.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import type { ProjectId } from '../ids.ts';
import { guestMail, sharedMail } from '../mail/invitation-mails.ts';
import type { Mail } from '../mail/mail.ts';
import { type InvitingParts, invitationLink, requireRoomFor } from './invite-people.ts';

/** A mail that cannot be sent undoes nothing: sharing again sends a new one. Throws as `shareProject`. */
export async function shareWithPeople(
  parts: InvitingParts,
  context: AuditContext,
  input: { readonly projectId: ProjectId; readonly emails: readonly string[] },
): Promise<ShareOutcome[]> {
  await requireRoomFor(parts, context, input.emails);
  const outcomes = await shareProject(parts.catalogue, context, input);
  const project = await findProject(parts.catalogue.db, input.projectId);
  const projectName = project?.name ?? input.projectId;
  for (const mail of outcomes.flatMap((outcome) => mailFor(parts, { outcome, projectName }) ?? []))
    parts.mailer.send(mail);
  return outcomes;
}

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
