// Writes a project with its compute and the upstream's databases and roles in one transaction.

import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { BranchId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { quoted } from '../../untrusted-text.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { type AuditEventInput, recordAuditEvents } from '../trail/audit-events.ts';
import { claimNames } from './claim-names.ts';
import type { Compute } from './compute-rows.ts';
import { insertCompute, type NewCompute } from './create-compute.ts';
import { type DatabaseRole, listDatabaseRoles, passwordColumns } from './database-role-rows.ts';
import { type Database, listDatabases, requireIdentifier } from './databases.ts';
import { insertProject, type NewProject } from './new-projects.ts';
import { noteReveal } from './password-reveals.ts';
import type { Project } from './projects.ts';

export interface WholeProject {
  readonly project: NewProject;
  readonly compute: Omit<NewCompute, 'project' | 'branchId'>;
  /** The first is the project's own database. */
  readonly databases: ReadonlyArray<{ readonly name: string; readonly ownerName: string }>;
  /** The first is the project's own role. */
  readonly roles: ReadonlyArray<{
    readonly name: string;
    readonly password: Secret | null;
    readonly isReadOnly?: boolean;
    readonly isProtected?: boolean;
  }>;
}

export interface RegisteredProject {
  readonly project: Project;
  readonly branchId: BranchId;
  readonly compute: Compute;
  readonly databases: readonly Database[];
  readonly roles: readonly DatabaseRole[];
}

/** Throws `plan_gate`, `invalid_input`, `forbidden`, `not_found`; then nothing was written. */
export async function registerProject(catalogue: Catalogue, context: AuditContext, input: WholeProject) {
  const roles = await Promise.all(input.roles.map((role) => roleRow(catalogue, role)));
  return catalogue.transaction(async (tx) => {
    const { project, branchId } = await insertProject(tx, { catalogue, context, input: input.project });
    const compute = await insertCompute(tx, { catalogue, context, input: { ...input.compute, project, branchId } });
    await claimNames(tx, { table: 'databases', branchId, names: input.databases.map(({ name }) => name) });
    await claimNames(tx, { table: 'database_roles', branchId, names: roles.map(({ name }) => name) });
    await insertDatabases(tx, { branchId, databases: input.databases, now: project.createdAt });
    if (roles.length > 0) {
      await tx
        .insertInto('database_roles')
        .values(roles.map((role) => ({ ...role, branch_id: branchId })))
        .execute();
    }
    const withPassword = roles.filter((role) => role.sealed_password !== null);
    await recordAuditEvents(
      tx,
      withPassword.map(({ name }) => passwordCreated(catalogue, context, { project, name })),
    );
    // The passwords of an attached server were given by this person; others are made up.
    if (project.creationSource === 'attached') {
      for (const { id } of withPassword) await noteReveal(tx, { catalogue, context, roleId: id });
    }
    return {
      project,
      branchId,
      compute,
      databases: await listDatabases(tx, branchId),
      roles: await listDatabaseRoles(tx, branchId),
    };
  });
}

function passwordCreated(
  catalogue: Catalogue,
  context: AuditContext,
  { project, name }: { readonly project: Project; readonly name: string },
): AuditEventInput {
  const place = { accountId: project.accountId, projectId: project.id, databaseRole: name };
  return changeEvent(catalogue, context, {
    event: 'secret.created',
    subject: `password of role ${quoted(name)}`,
    ...place,
  });
}

async function roleRow({ sealer, clock }: Catalogue, role: WholeProject['roles'][number]) {
  const id = randomUUID();
  const now = clock.now();
  return {
    id,
    name: requireIdentifier(role.name, 'role name'),
    is_read_only: role.isReadOnly ?? false,
    is_protected: role.isProtected ?? false,
    may_login: true,
    ...(await passwordColumns(sealer, { roleId: id, password: role.password })),
    created_at: now,
    updated_at: now,
  };
}

async function insertDatabases(
  tx: Transaction<Schema>,
  { branchId, databases, now }: { branchId: BranchId; databases: WholeProject['databases']; now: Date },
): Promise<void> {
  if (databases.length === 0) return;
  const rows = databases.map((database) => ({
    branch_id: branchId,
    name: requireIdentifier(database.name, 'database name'),
    owner_name: requireIdentifier(database.ownerName, 'owner'),
    created_at: now,
    updated_at: now,
  }));
  await tx.insertInto('databases').values(rows).execute();
}
