// The guests of an organization: the people with a share of one of its projects.

import { z } from 'zod';
import { GuestsPage } from '../../../../web/pages/console/people/guests-page.tsx';
import { InviteGuestsPage } from '../../../../web/pages/console/people/invite-guests-page.tsx';
import { InvitedPage } from '../../../../web/pages/console/people/invited-page.tsx';
import { convertGuest } from '../../../actions/organizations/invite-members.ts';
import { shareProject, unshareProject } from '../../../actions/projects/share-project.ts';
import { listGuests } from '../../../catalogue/projects/guests.ts';
import { listProjects } from '../../../catalogue/projects/project-lists.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import { parseEmailList } from '../../../catalogue/store/email-address.ts';
import { PosternError } from '../../../errors.ts';
import { idFrom, type ProjectId } from '../../../ids.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, queryText, sendConfirmation } from '../shell/console-call.ts';
import { sendShared } from '../shell/guest-links.ts';
import { offerReset, remarkPasswords, resetChoice } from '../shell/known-secrets.ts';
import { listingOf } from '../shell/listing.ts';
import { belowTabView } from '../shell/open-console-view.ts';
import { theirConnections } from '../shell/who-is-connected.ts';
import { type PeopleCall, peopleProps } from './members-page.ts';
import { invitedRow } from './pending-invites.ts';

const MAX_LIST_CHARACTERS = 30_000;
const MAX_OFFERED_PROJECTS = 400;
const inviteSchema = z.object({ project_id: z.string().max(64), emails: z.string().max(MAX_LIST_CHARACTERS) });

export async function showGuests(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, base, place } = call;
  const guests = await listGuests(parts.catalogue, context, account.id);
  const rows = guests.flatMap(({ email, name, shares }) =>
    shares.map((share) => ({
      shareId: share.id,
      email,
      shownEmail: cleanForPage(email),
      name: name === null ? null : cleanForPage(name),
      project: cleanForPage(share.projectName),
      projectId: share.projectId,
      projectPath: `${base}/projects/${share.projectId}`,
      grantedAt: share.grantedAt,
    })),
  );
  const listing = listingOf(call, rows, {
    path: `${place}/guests`,
    text: ({ shownEmail, name, project }) => `${shownEmail} ${name ?? ''} ${project}`,
    sorts: {
      guest: ({ name, shownEmail }) => name ?? shownEmail,
      project: ({ project }) => project,
      shared: ({ grantedAt }) => grantedAt.getTime(),
    },
  });
  parts.renderer.send(request, response, GuestsPage, { ...(await peopleProps(call, 'guests', again)), listing });
}

export async function showInviteGuests(call: PeopleCall, again?: Again): Promise<void> {
  const { parts, request, response, context, account, place } = call;
  if (!call.mayShare)
    throw new PosternError('action_forbidden', { params: { who: 'an admin', action: 'invite guests' } });
  const wanted = { accountId: account.id, limit: MAX_OFFERED_PROJECTS };
  const { items } = await listProjects(parts.catalogue, context, wanted);
  parts.renderer.send(request, response, InviteGuestsPage, {
    view: belowTabView(call, ['people', 'Invite guests'], again),
    place,
    projects: items.map(({ id, name }) => ({ value: id, label: `${cleanForPage(name)} (${id})` })),
    picked: again?.typed.project_id ?? queryText(call, 'project'),
    typed: again?.typed ?? {},
  });
}

export async function inviteGuests(call: PeopleCall): Promise<void> {
  const { parts, context, place } = call;
  const form = parseForm(call, inviteSchema);
  const emails = parseEmailList(form.emails).map(({ text }) => text);
  const projectId = await requireOwnProject(call, idFrom<ProjectId>(form.project_id));
  const outcomes = await shareProject(parts, context, { projectId, emails });
  await sendShared(call, { outcomes, place: `${place}/guests`, view: belowTabView(call, ['people', 'Guests']) });
}

/** The guest is invited, and stays one until then; the link is shown once where no mail is sent. */
export async function convert(call: PeopleCall): Promise<void> {
  const { parts, request, response, context, account, place } = call;
  const { email } = parseForm(call, z.object({ email: z.string().max(256) }));
  const outcome = await convertGuest(parts, context, { accountId: account.id, email });
  if (outcome.kind !== 'invited') return goTo(call, `${place}/guests`, 'member_already');
  await parts.renderer.sendOnce(request, response, InvitedPage, {
    view: belowTabView(call, ['people', 'Invited']),
    place,
    rows: [invitedRow(call, outcome)],
  });
}

export async function askRemoveGuest(call: PeopleCall, again?: Again): Promise<void> {
  const { email, projectName, projectId, userId } = await requireShare(call);
  await getProject(call.parts.catalogue, call.context, { projectId, action: 'project.unshare' });
  sendConfirmation(call, {
    view: belowTabView(call, ['people', 'Remove guest'], again),
    title: `Remove ${cleanForPage(email)} from ${cleanForPage(projectName)}?`,
    text: 'Their connections to the project and remembered approvals end now. You can share it with them again.',
    touches: userId === null ? undefined : await theirConnections(call, { projectId, userId }),
    button: 'Remove from project',
    cancelPath: `${call.place}/guests`,
    also: userId === null ? [] : await offerReset(call, { projectIds: [projectId], userId }),
  });
}

export async function removeGuest(call: PeopleCall): Promise<void> {
  const { parts, context, place } = call;
  const { id: shareId, projectId, projectName, email } = await requireShare(call);
  const ended = await unshareProject(parts, context, { projectId, shareId, ...resetChoice(call) });
  remarkPasswords(call, ended.knownPasswords);
  goTo(call, `${place}/guests`, {
    code: 'guest_removed',
    title: `${cleanForPage(email)} can’t use ${cleanForPage(projectName)} any more; their connections have ended`,
    undo: { action: `${place}/invite-guests`, fields: { project_id: projectId, emails: email } },
  });
}

async function requireShare(call: PeopleCall) {
  const guests = await listGuests(call.parts.catalogue, call.context, call.account.id);
  const share = guests.flatMap((guest) => guest.shares).find(({ id }) => id === param(call, 'shareId'));
  if (share === undefined) throw new PosternError('not_found', { params: { thing: 'guest' } });
  return share;
}

async function requireOwnProject({ parts, context, account }: PeopleCall, projectId: ProjectId): Promise<ProjectId> {
  const project = await getProject(parts.catalogue, context, { projectId });
  if (project.accountId === account.id) return projectId;
  throw new PosternError('not_found', { params: { thing: `project "${projectId}"` } });
}
