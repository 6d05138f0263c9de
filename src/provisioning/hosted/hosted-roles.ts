// Database roles of a hosted project, made and dropped for real and as rows in one go.

import { requireBranchId } from '../../catalogue/journal/operation-journal.ts';
import { type DatabaseRole, findDatabaseRole, passwordPlace } from '../../catalogue/projects/database-role-rows.ts';
import {
  createDatabaseRole,
  deleteDatabaseRole,
  getDatabaseRole,
  replaceDatabaseRolePassword,
} from '../../catalogue/projects/database-roles.ts';
import { listDatabases, requireNewIdentifier } from '../../catalogue/projects/databases.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { newDatabasePassword, type ProvisioningParts } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import { type Recovery, runOperation, type WithOperation } from '../journal/run-operation.ts';
import { dropPlanned, planDrops } from './drop-planned.ts';
import { changeHosted, type NamedPlace, orderOf, projectRoles, refuseTakenName } from './hosted-project.ts';
import { UNDO_CREATION } from './undo-creation.ts';

export interface RoleWithPassword {
  readonly role: DatabaseRole;
  readonly password: Secret;
}

export const ROLE_DELETION: Recovery = { kind: 'go_on', work: dropOne };
export const PASSWORD_RESET: Recovery = { kind: 'undo', undo: undoReset };

/** A login role that shares objects with the project's roles. Throws `conflict`, `not_offered`. */
export async function createHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace,
): Promise<WithOperation<RoleWithPassword>> {
  const { catalogue } = parts;
  const name = requireNewIdentifier(input.name, 'role name');
  return await changeHosted(parts, context, {
    place: input,
    action: 'database_role.create',
    work: async (hosted) => {
      const roles = await projectRoles(parts, hosted.branch.id);
      const databases = await listDatabases(catalogue.db, hosted.branch.id);
      const password = newDatabasePassword();
      const role = { name, password, memberOf: roles.own, access: 'read_write' } as const;
      const make = async (run: OperationRun) => {
        await refuseTakenName(`role "${name}"`, () =>
          run.step({ action: 'create_role', name }, (note) => run.host.createRole(role, note)),
        );
        for (const database of databases) {
          await run.host.shareDatabase(database.name, { ...roles, writers: [...roles.writers, name] });
        }
        return { role: await createDatabaseRole(run.finishing(), context, { ...input, password }), password };
      };
      const order = orderOf(hosted, 'create_role', {});
      return await runOperation(parts, context, { host: hosted.host, order, recovery: UNDO_CREATION, work: make });
    },
  });
}

/** Gives what the role made to the project's own. Throws `conflict` if protected or an owner. */
export async function deleteHostedRole(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<WithOperation<DatabaseRole>> {
  const { catalogue } = parts;
  return await changeHosted(parts, context, {
    place,
    action: 'database_role.delete',
    work: async (hosted) => {
      const branchId = hosted.branch.id;
      const { name, isProtected } = await getDatabaseRole(catalogue, { branchId, name: place.name });
      if (isProtected) throw new PosternError('role_protected', { params: { role: name } });
      const owned = (await listDatabases(catalogue.db, branchId)).find((database) => database.ownerName === name);
      if (owned !== undefined) {
        throw new PosternError('role_owns_database', { params: { role: name, database: owned.name } });
      }
      return await runOperation(parts, context, {
        host: hosted.host,
        order: orderOf(hosted, 'delete_role', { name }),
        recovery: ROLE_DELETION,
        work: (run) => dropOne(parts, run),
      });
    },
  });
}

async function dropOne(parts: ProvisioningParts, run: OperationRun): Promise<DatabaseRole> {
  const { projectId, details, context } = run.operation;
  const { name = '' } = details;
  const branchId = requireBranchId(run.operation);
  const { own: heir } = await projectRoles(parts, branchId);
  const databases = (await listDatabases(parts.catalogue.db, branchId)).map((database) => database.name);
  await planDrops(run, { databases: [], roles: [name] });
  await dropPlanned(parts, run, { databases, heir });
  return await deleteDatabaseRole(run.finishing(), context, { projectId, branchId, name });
}

/** Sets a new random password on the upstream and keeps it. Throws as `createHostedRole`. */
export async function resetHostedRolePassword(
  parts: ProvisioningParts,
  context: AuditContext,
  place: NamedPlace,
): Promise<WithOperation<RoleWithPassword>> {
  const { catalogue } = parts;
  return await changeHosted(parts, context, {
    place,
    action: 'database_role.reset_password',
    work: async (hosted) => {
      const { name } = await getDatabaseRole(catalogue, { branchId: hosted.branch.id, name: place.name });
      const password = newDatabasePassword();
      return await runOperation(parts, context, {
        host: hosted.host,
        order: orderOf(hosted, 'reset_role_password', {}),
        recovery: PASSWORD_RESET,
        work: async (run) => {
          await run.step({ action: 'set_password', name }, () => run.host.setPassword(name, password));
          const role = await replaceDatabaseRolePassword(run.finishing(), context, { ...place, password });
          return { role, password };
        },
      });
    },
  });
}

/** Sets the password that the catalogue has; the new one was written nowhere. */
async function undoReset({ catalogue }: ProvisioningParts, run: OperationRun): Promise<void> {
  const branchId = requireBranchId(run.operation);
  for (const { name } of await run.steps()) {
    const row = await findDatabaseRole(catalogue.db, { branchId, name });
    if (row === null || row.sealed_password === null) continue;
    await run.host.setPassword(name, catalogue.sealer.open(row.sealed_password, passwordPlace(row.id)));
  }
}
