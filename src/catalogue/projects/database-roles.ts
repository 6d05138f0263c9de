// The rows of a branch's database roles and their passwords. Provisioning creates the roles
// themselves, together with their rows.

import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { BranchId, ProjectId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { quoted } from '../../untrusted-text.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { getProjectOfBranch } from './branches.ts';
import { claimNames } from './claim-names.ts';
import {
  type DatabaseRole,
  databaseRoleFrom,
  findDatabaseRole,
  passwordColumns,
  passwordPlace,
} from './database-role-rows.ts';
import { requireIdentifier } from './databases.ts';
import { forgetReveals, noteReveal } from './password-reveals.ts';
import { onProject, type Project } from './projects.ts';

export interface DatabaseRolePlace {
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
  readonly name: string;
}

export interface NewDatabaseRole extends DatabaseRolePlace {
  /** Null where the upstream asks for none. */
  readonly password: Secret | null;
  readonly isReadOnly?: boolean;
  /** Protected roles are the project's own and cannot be deleted. */
  readonly isProtected?: boolean;
  readonly mayLogin?: boolean;
}

/** Writes a role. Throws `conflict` for a taken name. */
export async function createDatabaseRole(catalogue: Catalogue, context: AuditContext, input: NewDatabaseRole) {
  const project = await getProjectOfBranch(catalogue, context, { ...input, action: 'database_role.create' });
  const now = catalogue.clock.now();
  const id = randomUUID();
  const row = {
    id,
    branch_id: input.branchId,
    name: requireIdentifier(input.name, 'role name'),
    is_read_only: input.isReadOnly ?? false,
    is_protected: input.isProtected ?? false,
    may_login: input.mayLogin ?? true,
    ...(await passwordColumns(catalogue.sealer, { roleId: id, password: input.password })),
    created_at: now,
    updated_at: now,
  };
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'database_role.create'));
    await claimNames(tx, { table: 'database_roles', branchId: input.branchId, names: [row.name] });
    await tx
      .insertInto('database_roles')
      .values(row)
      .execute()
      .catch(refuseTaken(`role ${quoted(input.name)}`));
    const created = { catalogue, context, project, name: row.name };
    await recordRoleEvent(tx, { ...created, event: 'role.created' });
    if (input.password === null) return;
    await recordRoleEvent(tx, { ...created, event: 'secret.created' });
    await noteReveal(tx, { catalogue, context, roleId: id });
  });
  return databaseRoleFrom(row);
}

/** The caller has checked that the branch is visible. */
export async function getDatabaseRole(catalogue: Catalogue, place: Pick<DatabaseRolePlace, 'branchId' | 'name'>) {
  const row = await findDatabaseRole(catalogue.db, place);
  if (row === null) throw missing(`role ${quoted(place.name)}`);
  return databaseRoleFrom(row);
}

/** Ends the access that depended on the role. Throws `conflict` for a protected one. */
export async function deleteDatabaseRole(catalogue: Catalogue, context: AuditContext, place: DatabaseRolePlace) {
  const project = await getProjectOfBranch(catalogue, context, { ...place, action: 'database_role.delete' });
  const role = await getDatabaseRole(catalogue, place);
  if (role.isProtected) throw new PosternError('role_protected', { params: { role: role.name } });
  await catalogue.transaction(async (tx) => {
    await tx.deleteFrom('database_roles').where('id', '=', role.id).execute();
    await recordEndedAccess(tx, { kind: 'end', owners: { projectId: project.id, databaseRole: role.name } });
    const removed = { catalogue, context, project, name: role.name };
    await recordRoleEvent(tx, { ...removed, event: 'role.removed' });
    if (role.hasPassword) await recordRoleEvent(tx, { ...removed, event: 'secret.revoked' });
  });
  return role;
}

/** The caller has set it on the upstream. Ends the access that depended on the old one. */
export async function replaceDatabaseRolePassword(
  catalogue: Catalogue,
  context: AuditContext,
  change: DatabaseRolePlace & { readonly password: Secret },
): Promise<DatabaseRole> {
  const project = await getProjectOfBranch(catalogue, context, { ...change, action: 'database_role.reset_password' });
  const role = await getDatabaseRole(catalogue, change);
  const columns = await passwordColumns(catalogue.sealer, { roleId: role.id, password: change.password });
  const updatedAt = catalogue.clock.now();
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'database_role.reset_password'));
    await tx
      .updateTable('database_roles')
      .set({ ...columns, updated_at: updatedAt })
      .where('id', '=', role.id)
      .execute();
    await recordEndedAccess(tx, { kind: 'end', owners: { projectId: project.id, databaseRole: role.name } });
    const changed = { catalogue, context, project, name: role.name };
    await recordRoleEvent(tx, { ...changed, event: 'role.changed' });
    if (role.hasPassword) await recordRoleEvent(tx, { ...changed, event: 'secret.revoked' });
    await recordRoleEvent(tx, { ...changed, event: 'secret.created' });
    await forgetReveals(tx, role.id);
    await noteReveal(tx, { catalogue, context, roleId: role.id });
  });
  return { ...role, hasPassword: true, updatedAt };
}

/** The password in clear, audited. Throws `precondition` when none is stored. */
export async function revealDatabaseRolePassword(
  catalogue: Catalogue,
  context: AuditContext,
  place: DatabaseRolePlace,
): Promise<Secret> {
  const project = await getProjectOfBranch(catalogue, context, { ...place, action: 'database_role.reveal_password' });
  const row = await findDatabaseRole(catalogue.db, place);
  if (row === null) throw missing(`role ${quoted(place.name)}`);
  if (!project.storePasswords || row.sealed_password === null) {
    throw new PosternError('no_password_stored', { params: { role: row.name } });
  }
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'database_role.reveal_password'));
    await recordRoleEvent(tx, {
      ...{ catalogue, context, project, name: row.name },
      ...{ event: 'role.changed', reason: 'revealed' },
    });
    await noteReveal(tx, { catalogue, context, roleId: row.id });
  });
  return catalogue.sealer.open(row.sealed_password, passwordPlace(row.id));
}

interface RoleEvent {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly project: Project;
  readonly name: string;
  readonly event: 'role.created' | 'role.changed' | 'role.removed' | 'secret.created' | 'secret.revoked';
  readonly reason?: string;
}

async function recordRoleEvent(tx: Transaction<Schema>, happened: RoleEvent): Promise<void> {
  const { catalogue, context, project, name, event, reason } = happened;
  const subject = event.startsWith('secret.') ? `password of role ${quoted(name)}` : null;
  const facts = { event, projectId: project.id, accountId: project.accountId, databaseRole: name, reason, subject };
  await recordChange(tx, { catalogue, context }, facts);
}
