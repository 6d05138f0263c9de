// The person's own pages: connections, browser sessions, grants, recent events; name, password.

import { z } from 'zod';
import { MyProfilePage } from '../../../../web/pages/console/me/my-profile-page.tsx';
import { MySessionsPage } from '../../../../web/pages/console/me/my-sessions-page.tsx';
import { changePassword, renameUser, setFirstPassword } from '../../../actions/people/change-profile.ts';
import { listOwnGrants } from '../../../actions/people/own-grants.ts';
import { requestEmailChange } from '../../../actions/people/recover-account.ts';
import { listBrowserSessions } from '../../../catalogue/accounts/browser-sessions.ts';
import { getUser } from '../../../catalogue/accounts/users.ts';
import { listConsents, type OwnConsent } from '../../../catalogue/oauth/consents.ts';
import { mayChooseFirstPassword } from '../../../catalogue/people/ways-to-sign-in.ts';
import { findProjects, type Project, projectResource } from '../../../catalogue/projects/projects.ts';
import { may } from '../../../catalogue/rights/permissions.ts';
import type { AuditEventBody } from '../../../catalogue/trail/audit-events.ts';
import { findOperatorEndings, listOwnHistory } from '../../../catalogue/trail/audit-trail-reader.ts';
import { idFrom, type ProjectId } from '../../../ids.ts';
import { requireAllowed } from '../../../limits/require-allowed.ts';
import type { Grant } from '../../../login/grant/grant.ts';
import { actingAgent, programFor } from '../../../login/terms/agent.ts';
import { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { scopesInWords } from '../../oauth/issuer/scopes-in-words.ts';
import { leftSignal } from '../../request/left-signal.ts';
import { contextOf, requireSession } from '../../request/request-context.ts';
import { provesPerson } from '../../sign-in/oidc-linking.ts';
import { signInAgainPath } from '../../sign-in/sign-in-routes.ts';
import { nameField, newPasswordField, passwordField } from '../../sign-in/sign-in-steps.ts';
import { connectionRow } from '../shell/connection-rows.ts';
import { type Again, type ConsoleCall, goTo, parseForm } from '../shell/console-call.ts';
import { meView } from '../shell/open-console-view.ts';
import { identitiesView } from './identities.ts';
import { browserInWords } from './in-words.ts';
import { ownKeyRows } from './own-keys.ts';
import { recentLogins } from './recent-logins.ts';

const PATH = '/app/me/sessions';
/** A login makes some six of them. */
const EVENTS_READ = 120;
const LOGINS_SHOWN = 20;
const BROWSERS_SHOWN = 20;
const SHOWN_OF_KEY = 'SHA256:'.length + 8;

export async function showSessions(call: ConsoleCall, again?: Again): Promise<void> {
  const { parts, request, response, person, context, now } = call;
  const [connections, grants, keys, browsers, programs, history] = await Promise.all([
    parts.liveConnections.list({ userId: person.userId }),
    listOwnGrants(parts, call.context),
    ownKeyRows(call),
    listBrowserSessions(parts.catalogue, person.userId),
    listConsents(parts.catalogue, context),
    listOwnHistory(parts.catalogue, context, { limit: EVENTS_READ }),
  ]);
  const projectIds = grants.map((grant) => grant.projectId);
  const projects = await findProjects(parts.catalogue.db, projectIds);
  const current = requireSession(response).sessionId;
  parts.renderer.send(request, response, MySessionsPage, {
    view: meView(call, PATH, again),
    path: PATH,
    connections: connections.map((record) => connectionRow(record, `${PATH}/connections/${record.id}/end`)),
    grants: grants.map((grant) => grantRow(grant, projects.get(grant.projectId))),
    keys,
    hiddenBrowsers: Math.max(0, browsers.length - BROWSERS_SHOWN),
    browsers: browsers.slice(0, BROWSERS_SHOWN).map((session) => ({
      id: session.sessionId,
      isCurrent: session.sessionId === current,
      browser: browserInWords(session.userAgent),
      address: session.ip,
      signedInAt: session.signedInAt,
      lastSeenAt: session.lastSeenAt,
    })),
    programs: programs.map(programRow),
    logins: await loginsOf(call, history.items),
    now,
  });
}

async function loginsOf({ parts, person }: ConsoleCall, events: readonly AuditEventBody[]) {
  const { catalogue } = parts;
  const valuesOf = (field: string) =>
    events.flatMap((event) => (event[field] === undefined ? [] : String(event[field])));
  const ids = [...new Set(valuesOf('project_id'))].map(idFrom<ProjectId>);
  const [projects, endings] = await Promise.all([
    findProjects(catalogue.db, ids),
    findOperatorEndings(catalogue, [...new Set(valuesOf('connection_id'))]),
  ]);
  // A project that moved away may have another name now.
  const open = [...projects.values()].filter((project) =>
    may(person, 'project.read', projectResource(catalogue, project)),
  );
  const names = new Map(open.map(({ id, name }): [string, string] => [id, name]));
  return recentLogins(events, { projects: names, endings }).slice(0, LOGINS_SHOWN);
}

function grantRow(grant: Grant, project: Project | undefined) {
  const agent = actingAgent(grant.agent, grant);
  const program = agent === null ? grant.application : programFor(grant.application, agent.name);
  const target = [grant.database, grant.databaseRole].filter((name) => name !== null).map(cleanForPage);
  return {
    id: grant.id,
    project: project === undefined ? grant.projectId : cleanForPage(project.name),
    label: project?.label ?? 'none',
    target: target.length === 0 ? null : target.join(' as '),
    access: grant.access,
    address: grant.key ? `any, with ${grant.key.slice(0, SHOWN_OF_KEY)}…` : grant.address,
    application: program === null ? null : cleanForPage(program),
    until: grant.until,
    usedCount: grant.usedCount,
    usesLeft: grant.usesLeft,
    lastUsedAt: grant.lastUsedAt,
  };
}

function programRow({ id, clientId, scopes, givenFrom, createdAt, ...consent }: OwnConsent) {
  const rights = scopesInWords(scopes);
  return { id, program: cleanForPage(clientId), rights, givenFrom, givenAt: createdAt, ...whenUsed(consent) };
}

function whenUsed({
  lastUsedAt,
  lastUsedFrom,
  expiresAt,
}: Pick<OwnConsent, 'lastUsedAt' | 'lastUsedFrom' | 'expiresAt'>) {
  return { lastUsedAt, lastUsedFrom, expiresAt };
}

const PROFILE_PATH = '/app/me/profile';
const passwordSchema = z.object({ current_password: passwordField, new_password: newPasswordField });
const firstPasswordSchema = z.object({ new_password: newPasswordField });

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
    password: await passwordOf(call, user),
    identities: await identitiesView(call),
    now: call.now,
  });
}

async function passwordOf({ parts, person }: ConsoleCall, { hasPassword }: { readonly hasPassword: boolean }) {
  if (hasPassword) return 'set';
  return (await mayChooseFirstPassword(parts.catalogue.db, person.userId)) ? 'none' : 'at_provider';
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
  if (!requireSession(response).user.hasPassword) return await saveFirstPassword(call);
  const form = parseForm(call, passwordSchema);
  await changePassword(parts, context, {
    browser: contextOf(response),
    currentPassword: new Secret(form.current_password),
    newPassword: new Secret(form.new_password),
    left: leftSignal(response),
  });
  goTo(call, PROFILE_PATH, 'password_saved');
}

async function saveFirstPassword(call: ConsoleCall): Promise<void> {
  const { parts, context, response, sessionId, now } = call;
  if (!provesPerson(response, now)) return goTo(call, signInAgainPath(PROFILE_PATH));
  const { new_password: password } = parseForm(call, firstPasswordSchema);
  await setFirstPassword(parts, context, { password: new Secret(password), sessionId });
  goTo(call, PROFILE_PATH, 'first_password_saved');
}
