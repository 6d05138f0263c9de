// The databases and roles of a project, and what can be done to them: for real where Postern hosts the project.

import { z } from 'zod';
import { DatabasesPage } from '../../../../web/pages/console/project/databases-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import { endAccess } from '../../../actions/end-access.ts';
import { listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { revealDatabaseRolePassword } from '../../../catalogue/projects/database-roles.ts';
import { listDatabases } from '../../../catalogue/projects/databases.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { sendConfirmation } from '../shell/confirm.ts';
import { done } from '../shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../shell/form-route.ts';
import { param } from '../shell/visit.ts';
import { asOperation, belowProjectView, mayHere, type ProjectVisit, projectView } from './open-project.ts';

/** What the list of operations calls a change of databases and roles. */
const CHANGE = { action: 'apply_config' } as const;
const nameField = z.string().trim().max(256);

export async function showDatabases(visit: ProjectVisit, again?: Again): Promise<void> {
  const { parts, request, response, project, branch, now } = visit;
  const [databases, roles] = await Promise.all([
    listDatabases(parts.catalogue.db, branch.id),
    listDatabaseRoles(parts.catalogue.db, branch.id),
  ]);
  parts.renderer.send(request, response, DatabasesPage, {
    view: projectView(visit, 'databases', again),
    path: pathOf(visit),
    isHosted: project.creationSource === 'hosted',
    databases: databases.map(({ name, ownerName, createdAt }) => ({
      name,
      shownName: cleanForPage(name),
      shownOwner: cleanForPage(ownerName),
      createdAt,
    })),
    roles: roles.map(({ name, isReadOnly, isProtected, hasPassword, updatedAt }) => ({
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
  await asOperation(visit, CHANGE, () => visit.parts.provisioning.createDatabase(visit.context, input));
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
  const which = place(visit, name);
  await asOperation(visit, CHANGE, () => visit.parts.provisioning.deleteDatabase(visit.context, which));
  goTo(visit, done(pathOf(visit), 'database_deleted'));
}

/** Answers with the new role's password, this once. */
export async function createRole(visit: ProjectVisit): Promise<void> {
  const form = parseForm(visit, z.object({ role: nameField }));
  const input = place(visit, form.role);
  const { role, password } = await asOperation(visit, CHANGE, () =>
    visit.parts.provisioning.createRole(visit.context, input),
  );
  sendPassword(visit, { title: `Role ${cleanForPage(role.name)} is ready`, password });
}

export async function revealPassword(visit: ProjectVisit): Promise<void> {
  const name = param(visit, 'name');
  const password = await revealDatabaseRolePassword(visit.parts.catalogue, visit.context, place(visit, name));
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

/** A new password ends what rested on the old one (docs/security.md, "Grants"). */
export async function resetPassword(visit: ProjectVisit): Promise<void> {
  const name = param(visit, 'name');
  const which = place(visit, name);
  const { password } = await asOperation(visit, CHANGE, () =>
    visit.parts.provisioning.resetRolePassword(visit.context, which),
  );
  await endAccess(visit.parts, { projectId: visit.project.id, databaseRole: name });
  sendPassword(visit, { title: `New password of ${cleanForPage(name)}`, password });
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
  const which = place(visit, param(visit, 'name'));
  await asOperation(visit, CHANGE, () => visit.parts.provisioning.deleteRole(visit.context, which));
  await endAccess(visit.parts, { projectId: visit.project.id, databaseRole: which.name });
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
