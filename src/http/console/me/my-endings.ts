// What people end of their own: connections, remembered approvals, browsers, the access of
// programs, or all of it at once. Each question says what goes with it.

import { revokeConsent } from '../../../actions/oauth/change-consents.ts';
import { revokeOwnGrant } from '../../../actions/people/own-grants.ts';
import * as people from '../../../actions/people/sign-in.ts';
import { listBrowserSessions } from '../../../catalogue/accounts/browser-sessions.ts';
import { listConsents, type OwnConsent } from '../../../catalogue/oauth/consents.ts';
import { findProject } from '../../../catalogue/projects/projects.ts';
import { PosternError } from '../../../errors.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { type ConnectionId, type ConsentId, type GrantId, idFrom } from '../../../ids.ts';
import type { Grant } from '../../../login/grant/grant.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { clearCookie } from '../../request/cookies.ts';
import { endAndGoBack } from '../shell/connection-rows.ts';
import { type Again, type ConsoleCall, goTo, param, sendConfirmation } from '../shell/console-call.ts';
import { meView } from '../shell/open-console-view.ts';
import { countOf, ownConnections } from '../shell/who-is-connected.ts';

const PATH = '/app/me/sessions';

export async function askEndOwnConnection(call: ConsoleCall, again?: Again): Promise<void> {
  const { projectName, address, application } = await requireOwnConnection(call);
  const to = projectName === null ? '' : ` to ${cleanForPage(projectName)}`;
  const program = application === null ? '' : `${cleanForPage(application)} at `;
  sendConfirmation(call, {
    view: meView(call, PATH, again),
    title: `End your connection${to}?`,
    text: `It comes from ${program}${address}. A running query is cut off and its transaction rolled back.`,
    button: 'End connection',
    cancelPath: PATH,
  });
}

export async function endOwnConnection(call: ConsoleCall): Promise<void> {
  const connection = await requireOwnConnection(call);
  const reason = 'ended by its own person in the console';
  await endAndGoBack(call, { connection, capacity: 'owner', reason }, PATH);
}

async function requireOwnConnection(call: ConsoleCall): Promise<LiveConnectionRecord> {
  const id = idFrom<ConnectionId>(param(call, 'connectionId'));
  const record = await call.parts.liveConnections.find(id);
  if (record?.userId === call.person.userId) return record;
  throw new PosternError('not_found', { params: { thing: 'connection' } });
}

export async function askRevokeGrant(call: ConsoleCall, again?: Again): Promise<void> {
  const { id, projectId, address } = await requireOwnGrant(call);
  const project = await findProject(call.parts.catalogue.db, projectId);
  sendConfirmation(call, {
    view: meView(call, PATH, again),
    title: `Forget the approval for ${project === null ? projectId : cleanForPage(project.name)}?`,
    text: `The terminal at ${address} asks you again the next time.`,
    touches: connectionsEnd(await ownConnections(call, { grantId: id })),
    button: 'Forget approval',
    cancelPath: PATH,
  });
}

export async function revokeGrant(call: ConsoleCall): Promise<void> {
  await revokeOwnGrant(call.parts, call.context, idFrom<GrantId>(param(call, 'grantId')));
  goTo(call, PATH, 'grant_revoked');
}

async function requireOwnGrant(call: ConsoleCall): Promise<Grant> {
  const grant = await call.parts.grants.get(idFrom<GrantId>(param(call, 'grantId')));
  if (grant?.userId === call.person.userId) return grant;
  throw new PosternError('not_found', { params: { thing: 'grant' } });
}

export async function askRevokeProgram(call: ConsoleCall, again?: Again): Promise<void> {
  const { clientId } = await requireOwnConsent(call);
  sendConfirmation(call, {
    view: meView(call, PATH, again),
    title: `Revoke the access of ${cleanForPage(clientId)}?`,
    text: 'It can do nothing for you any more, until you let it in again. API keys that it made stay.',
    button: 'Revoke access',
    cancelPath: PATH,
  });
}

export async function revokeProgram(call: ConsoleCall): Promise<void> {
  await revokeConsent(call.parts, call.context, idFrom<ConsentId>(param(call, 'consentId')));
  goTo(call, PATH, 'program_revoked');
}

async function requireOwnConsent(call: ConsoleCall): Promise<OwnConsent> {
  const id = param(call, 'consentId');
  const found = (await listConsents(call.parts.catalogue, call.context)).find((consent) => consent.id === id);
  if (found !== undefined) return found;
  throw new PosternError('not_found', { params: { thing: 'consent' } });
}

/** Takes nothing away that signing in does not bring back, so it does not ask. */
export async function signOutBrowser(call: ConsoleCall): Promise<void> {
  const { parts, context, person } = call;
  const which = { userId: person.userId, sessionId: param(call, 'sessionId') };
  const isEnded = await people.signOut(parts, context, which);
  if (!isEnded) throw new PosternError('not_found', { params: { thing: 'browser session' } });
  goTo(call, PATH, 'browser_signed_out');
}

export async function askSignOutEverywhere(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, person } = call;
  const [browsers, programs, grants, connections] = await Promise.all([
    listBrowserSessions(parts.catalogue, person.userId),
    listConsents(parts.catalogue, call.context),
    parts.grants.list(person.userId),
    ownConnections(call),
  ]);
  const approvals = grants.length === 0 ? '' : ` It forgets ${countOf(grants.length, 'remembered approval')}.`;
  const access = programs.length === 0 ? '' : ` It ends the access of ${countOf(programs.length, 'program')}.`;
  sendConfirmation(call, {
    view: meView(call, PATH, again),
    title: 'Sign out everywhere?',
    text: `This signs you out on ${countOf(browsers.length, 'browser')}, including this one.${approvals}${access}`,
    touches: connectionsEnd(connections),
    button: 'Sign out everywhere',
    cancelPath: PATH,
  });
}

export async function signOutEverywhere(call: ConsoleCall): Promise<void> {
  const { parts, context, person, response } = call;
  await people.signOutEverywhere(parts, context, person.userId);
  clearCookie(response, parts.address, 'session');
  goTo(call, '/sign-in');
}

function connectionsEnd(count: number | null): string {
  if (count === null) return 'Your connections end, too.';
  if (count === 0) return 'None of your connections ends.';
  return `${countOf(count, 'connection')} of yours ${count === 1 ? 'ends' : 'end'}, with any running query.`;
}
