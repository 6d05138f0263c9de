// The person's own pages: connections, browser sessions, grants, recent events; name, password.

import { z } from 'zod';
import { MyProfilePage } from '../../../../web/pages/console/me/my-profile-page.tsx';
import { MySessionsPage } from '../../../../web/pages/console/me/my-sessions-page.tsx';
import { changePassword, renameUser } from '../../../actions/people/change-profile.ts';
import { listOwnGrants, revokeOwnGrant } from '../../../actions/people/own-grants.ts';
import * as people from '../../../actions/people/sign-in.ts';
import { listBrowserSessions } from '../../../catalogue/accounts/browser-sessions.ts';
import { getUser } from '../../../catalogue/accounts/users.ts';
import { findProjects, type Project } from '../../../catalogue/projects/projects.ts';
import { listOwnHistory } from '../../../catalogue/trail/audit-trail-reader.ts';
import { PosternError } from '../../../errors.ts';
import type { LiveConnectionRecord } from '../../../fleet/live-connection.ts';
import { type ConnectionId, type GrantId, idFrom } from '../../../ids.ts';
import type { Grant } from '../../../login/grant/grant.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { clearCookie } from '../../request/cookies.ts';
import { contextOf, requireSession } from '../../request/request-context.ts';
import { nameField, newPasswordField, passwordField } from '../../sign-in/sign-in-steps.ts';
import { connectionRow, endAndGoBack } from '../shell/connection-rows.ts';
import { type Again, type ConsoleCall, goTo, param, parseForm } from '../shell/console-call.ts';
import { meView } from '../shell/open-console-view.ts';
import { identitiesView } from './identities.ts';
import { browserInWords, historyRow } from './in-words.ts';

const PATH = '/app/me/sessions';
const EVENTS_SHOWN = 30;
const BROWSERS_SHOWN = 20;

export async function showSessions(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, context, now } = call;
  const [connections, grants, browsers, history] = await Promise.all([
    parts.liveConnections.list({ userId: person.userId }),
    listOwnGrants(parts, call.context),
    listBrowserSessions(parts.catalogue, person.userId),
    listOwnHistory(parts.catalogue, context, { limit: EVENTS_SHOWN }),
  ]);
  const projectIds = grants.map((grant) => grant.projectId);
  const projects = await findProjects(parts.catalogue.db, projectIds);
  const current = requireSession(response).sessionId;
  parts.renderer.send(request, response, MySessionsPage, {
    view: meView(call, PATH, again),
    path: PATH,
    connections: connections.map((record) => connectionRow(record, null)),
    grants: grants.map((grant) => grantRow(grant, projects.get(grant.projectId))),
    hiddenBrowsers: Math.max(0, browsers.length - BROWSERS_SHOWN),
    browsers: browsers.slice(0, BROWSERS_SHOWN).map((session) => ({
      id: session.sessionId,
      isCurrent: session.sessionId === current,
      browser: browserInWords(session.userAgent),
      address: session.ip,
      signedInAt: session.signedInAt,
      lastSeenAt: session.lastSeenAt,
    })),
    history: history.items.map(historyRow),
    now,
  });
}

export async function endOwnConnection(call: ConsoleCall): Promise<void> {
  const record = await requireOwnConnection(call);
  const reason = 'ended by its own person in the console';
  await endAndGoBack(call, { connection: record, capacity: 'owner', reason }, PATH);
}

export async function revokeGrant(call: ConsoleCall): Promise<void> {
  await revokeOwnGrant(call.parts, call.context, idFrom<GrantId>(param(call, 'grantId')));
  goTo(call, PATH, 'grant_revoked');
}

export async function signOutBrowser(call: ConsoleCall): Promise<void> {
  const { parts, context, person } = call;
  const which = { userId: person.userId, sessionId: param(call, 'sessionId') };
  const isEnded = await people.signOut(parts, context, which);
  if (!isEnded) throw new PosternError('not_found', { params: { thing: 'browser session' } });
  goTo(call, PATH, 'browser_signed_out');
}

export async function signOutEverywhere(call: ConsoleCall): Promise<void> {
  const { parts, context, person, response } = call;
  await people.signOutEverywhere(parts, context, person.userId);
  clearCookie(response, parts.address, 'session');
  goTo(call, '/sign-in');
}

async function requireOwnConnection(call: ConsoleCall): Promise<LiveConnectionRecord> {
  const id = idFrom<ConnectionId>(param(call, 'connectionId'));
  const record = await call.parts.liveConnections.find(id);
  if (record?.userId === call.person.userId) return record;
  throw new PosternError('not_found', { params: { thing: 'connection' } });
}

function grantRow(grant: Grant, project: Project | undefined) {
  const target = [grant.database, grant.databaseRole].filter((name) => name !== null).map(cleanForPage);
  return {
    id: grant.id,
    project: project === undefined ? grant.projectId : cleanForPage(project.name),
    target: target.length === 0 ? null : target.join(' as '),
    access: grant.access,
    address: grant.address,
    application: grant.application === null ? null : cleanForPage(grant.application),
    until: grant.until,
    usedCount: grant.usedCount,
    usesLeft: grant.usesLeft,
    lastUsedAt: grant.lastUsedAt,
  };
}

const PROFILE_PATH = '/app/me/profile';
const passwordSchema = z.object({ current_password: passwordField, new_password: newPasswordField });

export async function showProfile(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person } = call;
  const user = await getUser(parts.catalogue, person.userId);
  parts.renderer.send(request, response, MyProfilePage, {
    view: meView(call, PROFILE_PATH, again),
    path: PROFILE_PATH,
    name: again?.typed.name ?? user.name,
    email: user.email,
    isEmailVerified: user.emailVerified,
    hasPassword: user.hasPassword,
    identities: await identitiesView(call),
    now: call.now,
  });
}

export async function saveName(call: ConsoleCall): Promise<void> {
  const { parts, context, person } = call;
  const { name } = parseForm(call, z.object({ name: nameField }));
  await renameUser(parts, context, { userId: person.userId, name });
  goTo(call, PROFILE_PATH, 'name_saved');
}

export async function savePassword(call: ConsoleCall): Promise<void> {
  const { parts, context, response } = call;
  const form = parseForm(call, passwordSchema);
  await changePassword(parts, context, {
    browser: contextOf(response),
    currentPassword: new Secret(form.current_password),
    newPassword: new Secret(form.new_password),
  });
  goTo(call, PROFILE_PATH, 'password_saved');
}
