// The guests of a project, by e-mail, also before they have an account.

import { z } from 'zod';
import { SharingPage } from '../../../../web/pages/console/project/sharing-page.tsx';
import { shareProject, unshareProject } from '../../../actions/projects/share-project.ts';
import { listShares, type Share } from '../../../catalogue/projects/shares.ts';
import { parseEmailList } from '../../../catalogue/store/email-address.ts';
import { PosternError } from '../../../errors.ts';
import { idFrom, type ShareId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { sendShared } from '../shell/guest-links.ts';
import { param, sendConfirmation } from '../shell/visit.ts';
import { belowProjectView, mayHere, type ProjectVisit, projectView } from './open-project.ts';

const MAX_LIST_CHARACTERS = 30_000;
const emailsSchema = z.object({ emails: z.string().max(MAX_LIST_CHARACTERS) });

export async function showSharing(visit: ProjectVisit, again?: Again): Promise<void> {
  const { parts, request, response, context, project, now } = visit;
  const shares = await listShares(parts.catalogue, context, project.id);
  parts.renderer.send(request, response, SharingPage, {
    view: projectView(visit, 'sharing', again),
    path: pathOf(visit),
    mayShare: mayHere(visit, 'project.share'),
    mayUnshare: mayHere(visit, 'project.unshare'),
    guests: shares.map(({ id, email, userId, grantedAt }) => ({
      id,
      email: cleanForPage(email),
      hasAccount: userId !== null,
      grantedAt,
    })),
    typed: again?.typed ?? {},
    now,
  });
}

export async function share(visit: ProjectVisit): Promise<void> {
  const { parts, context, project } = visit;
  const emails = parseEmailList(parseForm(visit, emailsSchema).emails).map((email) => email.text);
  const outcomes = await shareProject(parts, context, { projectId: project.id, emails });
  sendShared(visit, { outcomes, place: pathOf(visit), view: belowProjectView(visit, 'Guests') });
}

export async function askUnshare(visit: ProjectVisit, again?: Again): Promise<void> {
  const { email } = await requireShare(visit);
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'Remove guest', again),
    title: `Remove ${cleanForPage(email)} from this project?`,
    text: 'Their connections to it and remembered logins end now. The project can be shared with them again.',
    button: 'Remove from project',
    cancelPath: pathOf(visit),
  });
}

export async function unshare(visit: ProjectVisit): Promise<void> {
  const { parts, context, project } = visit;
  const which = { projectId: project.id, shareId: idFrom<ShareId>(param(visit, 'shareId')) };
  await unshareProject(parts, context, which);
  goTo(visit, done(pathOf(visit), 'unshared'));
}

async function requireShare(visit: ProjectVisit): Promise<Share> {
  const shares = await listShares(visit.parts.catalogue, visit.context, visit.project.id);
  const share = shares.find(({ id }) => id === param(visit, 'shareId'));
  if (share === undefined) throw new PosternError('not_found', { params: { thing: 'share' } });
  return share;
}

function pathOf(visit: ProjectVisit): string {
  return `${visit.place}/sharing`;
}
