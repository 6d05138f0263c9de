// The person's own pages: connections, browser sessions, grants, recent events; name, password.

import { z } from 'zod';
import { MyProfilePage } from '../../../../web/pages/console/me/my-profile-page.tsx';
import { MySessionsPage } from '../../../../web/pages/console/me/my-sessions-page.tsx';
import { changePassword, renameUser } from '../../../actions/people/change-profile.ts';
import { listOwnGrants } from '../../../actions/people/own-grants.ts';
import { requestEmailChange } from '../../../actions/people/recover-account.ts';
import { listBrowserSessions } from '../../../catalogue/accounts/browser-sessions.ts';
import { getUser } from '../../../catalogue/accounts/users.ts';
import { findProjects, type Project } from '../../../catalogue/projects/projects.ts';
import { listOwnHistory } from '../../../catalogue/trail/audit-trail-reader.ts';
import { requireAllowed } from '../../../limits/require-allowed.ts';
import type { Grant } from '../../../login/grant/grant.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { contextOf, requireSession } from '../../request/request-context.ts';
import { provesPerson } from '../../sign-in/oidc-routes.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import { nameField, newPasswordField, passwordField } from '../../sign-in/sign-in-steps.ts';
import { connectionRow } from '../shell/connection-rows.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
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
    connections: connections.map((record) => connectionRow(record, `${PATH}/connections/${record.id}/end`)),
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
    newEmail: again?.typed.email ?? '',
    hasMail: parts.config.smtpUrl !== null,
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

/** As for linking an identity: whoever may change it may take over the account. */
export async function saveEmail(call: ConsoleCall): Promise<void> {
  const { parts, context, response, now } = call;
  if (!provesPerson(response, now)) return goTo(call, signInAgainPath(PROFILE_PATH));
  const { email } = parseForm(call, z.object({ email: z.string().max(256) }));
  requireAllowed(
    await parts.limits.invitation({ sender: call.person.userId, recipient: email, address: context.browserIp ?? '' }),
  );
  await requestEmailChange(parts, context, { email });
  goTo(call, PROFILE_PATH, 'email_asked');
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
