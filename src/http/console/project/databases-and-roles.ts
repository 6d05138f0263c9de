// Lists and changes databases and roles of a project; changes take effect on the host.

import { z } from 'zod';
import { DatabasesPage } from '../../../../web/pages/console/project/databases-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import * as databases from '../../../actions/databases/change-databases.ts';
import * as roles from '../../../actions/databases/change-roles.ts';
import { resetRolePassword, revealRolePassword } from '../../../actions/databases/role-passwords.ts';
import { listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../catalogue/projects/databases.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { param, sendConfirmation } from '../shell/visit.ts';
import { belowProjectView, mayHere, type ProjectVisit, projectView } from './open-project.ts';

const nameField = z.string().trim().max(256);

export async function showDatabases(visit: ProjectVisit, again?: Again): Promise<void> {
  const { parts, request, response, project, branch, now } = visit;
  const [databaseRows, roleRows] = await Promise.all([
    listDatabases(parts.catalogue.db, branch.id),
    listDatabaseRoles(parts.catalogue.db, branch.id),
  ]);
  parts.renderer.send(request, response, DatabasesPage, {
    view: projectView(visit, 'databases', again),
    path: pathOf(visit),
    isHosted: project.creationSource === 'hosted',
    databases: databaseRows.map(({ name, ownerName, createdAt }) => ({
      name,
      shownName: cleanForPage(name),
      shownOwner: cleanForPage(ownerName),
      createdAt,
    })),
    roles: roleRows.map(({ name, isReadOnly, isProtected, hasPassword, updatedAt }) => ({
      name,
      shownName: cleanForPage(name),
      isReadOnly,
      isProtected,
      mayReveal: hasPassword && project.storePasswords && mayHere(visit, 'database_role.reveal_password'),
      updatedAt,
    })),
    typed: again?.typed ?? {},
    now,
  });
}

export async function createDatabase(visit: ProjectVisit): Promise<void> {
  const form = parseForm(visit, z.object({ database: nameField, owner: nameField }));
  const input = { ...place(visit, form.database), ownerName: form.owner };
  await databases.createDatabase(visit.parts, visit.context, input);
  goTo(visit, done(pathOf(visit), 'database_created'));
}

export async function askDeleteDatabase(visit: ProjectVisit, again?: Again): Promise<void> {
  const name = param(visit, 'name');
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'Delete database', again),
    title: `Delete database ${cleanForPage(name)}?`,
    text: 'Its data is gone for good, and connections to it end now.',
    button: 'Delete database',
    cancelPath: pathOf(visit),
    typeName: name,
  });
}

export async function deleteDatabase(visit: ProjectVisit): Promise<void> {
  const name = param(visit, 'name');
  parseForm(visit, z.object({ name: z.literal(name, { error: `type ${name} to confirm` }) }));
  await databases.deleteDatabase(visit.parts, visit.context, place(visit, name));
  goTo(visit, done(pathOf(visit), 'database_deleted'));
}

/** Answers with the new role's password, which is shown once. */
export async function createRole(visit: ProjectVisit): Promise<void> {
  const form = parseForm(visit, z.object({ role: nameField }));
  const { result } = await roles.createRole(visit.parts, visit.context, place(visit, form.role));
  const { role, password } = result;
  sendPassword(visit, { title: `Role ${cleanForPage(role.name)} is ready`, password });
}

export async function revealPassword(visit: ProjectVisit): Promise<void> {
  const name = param(visit, 'name');
  const password = await revealRolePassword(visit.parts, visit.context, place(visit, name));
  sendPassword(visit, { title: `Password of ${cleanForPage(name)}`, password });
}

export async function askResetPassword(visit: ProjectVisit, again?: Again): Promise<void> {
  const name = param(visit, 'name');
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'Reset password', again),
    title: `Reset the password of ${cleanForPage(name)}?`,
    text: 'Whatever uses the old password stops working; connections and remembered logins with this role end now.',
    button: 'Reset password',
    cancelPath: pathOf(visit),
  });
}

export async function resetPassword(visit: ProjectVisit): Promise<void> {
  const name = param(visit, 'name');
  const { result } = await resetRolePassword(visit.parts, visit.context, place(visit, name));
  sendPassword(visit, { title: `New password of ${cleanForPage(name)}`, password: result.password });
}

export async function askDeleteRole(visit: ProjectVisit, again?: Again): Promise<void> {
  const name = param(visit, 'name');
  sendConfirmation(visit, {
    view: belowProjectView(visit, 'Delete role', again),
    title: `Delete role ${cleanForPage(name)}?`,
    text: 'What it owns goes to the project’s own role. Connections with it end now.',
    button: 'Delete role',
    cancelPath: pathOf(visit),
  });
}

export async function deleteRole(visit: ProjectVisit): Promise<void> {
  await roles.deleteRole(visit.parts, visit.context, place(visit, param(visit, 'name')));
  goTo(visit, done(pathOf(visit), 'role_deleted'));
}

function sendPassword(visit: ProjectVisit, { title, password }: { title: string; password: Secret }): void {
  const { parts, request, response } = visit;
  parts.renderer.send(request, response, SecretPage, {
    view: belowProjectView(visit, 'Password'),
    title,
    lead: 'Anybody who has it can connect with this role. It can be revealed again on the page of the roles.',
    lines: [{ label: 'Password', text: password.reveal() }],
    backPath: pathOf(visit),
  });
}

function place({ project, branch }: ProjectVisit, name: string) {
  return { projectId: project.id, branchId: branch.id, name };
}

function pathOf(visit: ProjectVisit): string {
  return `${visit.place}/databases`;
}
