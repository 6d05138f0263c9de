// The guests of a project, by e-mail, also before they have an account.

import { z } from 'zod';
import { SharingPage } from '../../../../web/pages/console/project/sharing-page.tsx';
import { leaveProject, shareProject, unshareProject } from '../../../actions/projects/share-project.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { listShares, type Share } from '../../../catalogue/projects/shares.ts';
import { parseEmailList } from '../../../catalogue/store/email-address.ts';
import { PosternError } from '../../../errors.ts';
import { idFrom, personalAccountId, type ShareId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { sendShared } from '../shell/guest-links.ts';
import { offerReset, remarkPasswords, resetChoice } from '../shell/known-secrets.ts';
import { theirConnections } from '../shell/who-is-connected.ts';
import { belowProjectView, mayHere, type ProjectCall, projectView } from './open-project.ts';

const MAX_LIST_CHARACTERS = 30_000;
const emailsSchema = z.object({ emails: z.string().max(MAX_LIST_CHARACTERS) });

export async function showSharing(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, context, project, now } = call;
  const shares = await listShares(parts.catalogue, context, project.id);
  parts.renderer.send(request, response, SharingPage, {
    view: projectView(call, 'sharing', again),
    path: pathOf(call),
    mayShare: mayHere(call, 'project.share'),
    mayUnshare: mayHere(call, 'project.unshare'),
    guests: shares.map(({ id, email, isLinkUsed, grantedAt }) => ({
      id,
      email: cleanForPage(email),
      isLinkUsed,
      grantedAt,
    })),
    typed: again?.typed ?? {},
    now,
  });
}

export async function share(call: ProjectCall): Promise<void> {
  const { parts, context, project } = call;
  const emails = parseEmailList(parseForm(call, emailsSchema).emails).map((email) => email.text);
  const outcomes = await shareProject(parts, context, { projectId: project.id, emails });
  await sendShared(call, { outcomes, place: pathOf(call), view: belowProjectView(call, 'Guests') });
}

export async function askUnshare(call: ProjectCall, again?: Again): Promise<void> {
  const { email, projectId, userId } = await requireShare(call);
  await getProject(call.parts.catalogue, call.context, { projectId, action: 'project.unshare' });
  sendConfirmation(call, {
    view: belowProjectView(call, 'Remove guest', again),
    title: `Remove ${cleanForPage(email)} from this project?`,
    text: 'Their connections to it and remembered approvals end now. You can share it with them again.',
    touches: userId === null ? undefined : await theirConnections(call, { projectId, userId }),
    button: 'Remove from project',
    cancelPath: pathOf(call),
    also: userId === null ? [] : await offerReset(call, { projectIds: [projectId], userId }),
  });
}

export async function unshare(call: ProjectCall): Promise<void> {
  const { parts, context, project } = call;
  const which = { projectId: project.id, shareId: idFrom<ShareId>(param(call, 'shareId')) };
  const { email } = await requireShare(call);
  const ended = await unshareProject(parts, context, { ...which, ...resetChoice(call) });
  remarkPasswords(call, ended.knownPasswords);
  goTo(call, pathOf(call), {
    code: 'unshared',
    title: `${cleanForPage(email)} can’t use ${cleanForPage(project.name)} any more; their connections have ended`,
    undo: { action: pathOf(call), fields: { emails: email } },
  });
}

export async function askLeave(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, context, project } = call;
  await getProject(parts.catalogue, context, { projectId: project.id, action: 'project.leave' });
  sendConfirmation(call, {
    view: belowProjectView(call, 'Leave', again),
    title: `Leave ${cleanForPage(project.name)}?`,
    text: 'Your connections to it, remembered approvals and access tokens end now. To come back, you need a new invitation.',
    button: 'Leave project',
    cancelPath: `${call.place}/settings`,
  });
}

export async function leave(call: ProjectCall): Promise<void> {
  const { parts, context, project, person } = call;
  await leaveProject(parts, context, { projectId: project.id });
  goTo(call, `/app/${personalAccountId(person.userId)}/projects`, 'left_project');
}

async function requireShare(call: ProjectCall): Promise<Share> {
  const shares = await listShares(call.parts.catalogue, call.context, call.project.id);
  const share = shares.find(({ id }) => id === param(call, 'shareId'));
  if (share === undefined) throw new PosternError('not_found', { params: { thing: 'share' } });
  return share;
}

function pathOf(call: ProjectCall): string {
  return `${call.place}/sharing`;
}
