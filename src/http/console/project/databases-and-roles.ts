// Lists and changes databases and roles of a project; changes take effect on the host.

import { z } from 'zod';
import { DatabasesPage } from '../../../../web/pages/console/project/databases-page.tsx';
import { SecretPage } from '../../../../web/pages/console/secret-page.tsx';
import * as databases from '../../../actions/databases/change-databases-and-roles.ts';
import * as roles from '../../../actions/databases/change-databases-and-roles.ts';
import { listDatabaseRoles } from '../../../catalogue/projects/database-role-rows.ts';
import { listDatabases } from '../../../catalogue/projects/databases.ts';
import { listPasswordsKnownOutside } from '../../../catalogue/projects/password-reveals.ts';
import type { Secret } from '../../../secret.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type Again, goTo, param, parseForm, sendConfirmation } from '../shell/console-call.ts';
import { whoIsConnected } from '../shell/who-is-connected.ts';
import { belowProjectView, mayHere, type ProjectCall, projectView } from './open-project.ts';

const nameField = z.string().trim().max(256);

export async function showDatabases(call: ProjectCall, again?: Again): Promise<void> {
  const { parts, request, response, project, branch, now } = call;
  await databases.refreshDatabases(parts, project.id);
  const [databaseRows, roleRows, known] = await Promise.all([
    listDatabases(parts.catalogue.db, branch.id),
    listDatabaseRoles(parts.catalogue.db, branch.id),
    listPasswordsKnownOutside(parts.catalogue.db, { projectIds: [project.id] }),
  ]);
  parts.renderer.send(request, response, DatabasesPage, {
    view: projectView(call, 'databases', again),
    path: pathOf(call),
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
      isKnownOutside: known.some(({ roleName }) => roleName === name),
      mayReveal: hasPassword && project.storePasswords && mayHere(call, 'database_role.reveal_password'),
      updatedAt,
    })),
    typed: again?.typed ?? {},
    now,
  });
}

export async function createDatabase(call: ProjectCall): Promise<void> {
  const form = parseForm(call, z.object({ database: nameField, owner: nameField }));
  const input = { ...place(call, form.database), ownerName: form.owner };
  await databases.createDatabase(call.parts, call.context, input);
  goTo(call, pathOf(call), 'database_created');
}

export async function askDeleteDatabase(call: ProjectCall, again?: Again): Promise<void> {
  const name = param(call, 'name');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Delete database', again),
    title: `Delete database ${cleanForPage(name)}?`,
    text: 'Its data is gone for good, and connections to it end now.',
    touches: await whoIsConnected(call, { of: call.project.accountId, projectId: call.project.id, database: name }),
    button: 'Delete database',
    cancelPath: pathOf(call),
    typeName: name,
    typed: again?.typed.name,
  });
}

export async function deleteDatabase(call: ProjectCall): Promise<void> {
  const name = param(call, 'name');
  parseForm(call, z.object({ name: z.literal(name, { error: `type ${name} to confirm` }) }));
  await databases.deleteDatabase(call.parts, call.context, place(call, name));
  goTo(call, pathOf(call), 'database_deleted');
}

export async function createRole(call: ProjectCall): Promise<void> {
  const form = parseForm(call, z.object({ role: nameField }));
  const { role, password } = await roles.createRole(call.parts, call.context, place(call, form.role));
  await sendPassword(call, { title: `Role ${cleanForPage(role.name)} is ready`, password });
}

export async function revealPassword(call: ProjectCall): Promise<void> {
  const name = param(call, 'name');
  const password = await roles.revealRolePassword(call.parts, call.context, place(call, name));
  await sendPassword(call, { title: `Password of ${cleanForPage(name)}`, password });
}

export async function askResetPassword(call: ProjectCall, again?: Again): Promise<void> {
  const name = param(call, 'name');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Reset password', again),
    title: `Reset the password of ${cleanForPage(name)}?`,
    text: 'Whatever uses the old password stops working; connections and remembered approvals with this role end now.',
    touches: await whoIsConnected(call, withRole(call, name)),
    button: 'Reset password',
    cancelPath: pathOf(call),
  });
}

export async function resetPassword(call: ProjectCall): Promise<void> {
  const name = param(call, 'name');
  const { password } = await roles.resetRolePassword(call.parts, call.context, place(call, name));
  await sendPassword(call, { title: `New password of ${cleanForPage(name)}`, password });
}

export async function askDeleteRole(call: ProjectCall, again?: Again): Promise<void> {
  const name = param(call, 'name');
  sendConfirmation(call, {
    view: belowProjectView(call, 'Delete role', again),
    title: `Delete role ${cleanForPage(name)}?`,
    text: 'What it owns goes to the project’s own role. Connections with it end now.',
    touches: await whoIsConnected(call, withRole(call, name)),
    button: 'Delete role',
    cancelPath: pathOf(call),
  });
}

export async function deleteRole(call: ProjectCall): Promise<void> {
  await roles.deleteRole(call.parts, call.context, place(call, param(call, 'name')));
  goTo(call, pathOf(call), 'role_deleted');
}

async function sendPassword(
  call: ProjectCall,
  { title, password }: { readonly title: string; readonly password: Secret },
): Promise<void> {
  const { parts, request, response } = call;
  await parts.renderer.sendOnce(request, response, SecretPage, {
    view: belowProjectView(call, 'Password'),
    title,
    lead: 'Anyone who has it can connect as this role. You can reveal it again on the roles page.',
    lines: [{ label: 'Password', text: password.reveal() }],
    backPath: pathOf(call),
  });
}

function withRole({ project }: ProjectCall, databaseRole: string) {
  return { of: project.accountId, projectId: project.id, databaseRole };
}

function place({ project, branch }: ProjectCall, name: string) {
  return { projectId: project.id, branchId: branch.id, name };
}

function pathOf(call: ProjectCall): string {
  return `${call.place}/databases`;
}
