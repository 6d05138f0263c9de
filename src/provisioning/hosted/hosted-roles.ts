// Database roles of a hosted project, made and dropped for real and as rows in one go.

import { requireBranchId } from '../../catalogue/journal/operation-journal.ts';
import { type Compute, findCompute } from '../../catalogue/projects/compute-rows.ts';
import {
  type DatabaseRole,
  findDatabaseRole,
  listDatabaseRoles,
  passwordPlace,
} from '../../catalogue/projects/database-role-rows.ts';
import {
  createDatabaseRole,
  deleteDatabaseRole,
  getDatabaseRole,
  replaceDatabaseRolePassword,
} from '../../catalogue/projects/database-roles.ts';
import { listDatabases, requireNewIdentifier } from '../../catalogue/projects/databases.ts';
import { planOf, requireRoomFor } from '../../catalogue/rights/plans.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { ComputeId } from '../../ids.ts';
import type { HostServer } from '../hosts/host-server.ts';
import { newDatabasePassword, type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import type { OperationRun } from '../journal/operation-run.ts';
import type { Recovery } from '../journal/run-operation.ts';
import { dropPlanned, planDrops, UNDO_CREATION } from './drop-planned.ts';
import { changeHosted, type NamedPlace, projectRoles, refuseTakenName } from './hosted-project.ts';
import { ownDatabases } from './own-databases.ts';

export const ROLE_DELETION: Recovery = { kind: 'go_on', work: dropOne };
export const PASSWORD_RESET: Recovery = { kind: 'undo', undo: undoReset };

/** A login role that shares objects with the project's roles. Throws `conflict`, `not_offered`. */
export async function createHostedRole(parts: ProvisioningParts, context: AuditContext, input: NamedPlace) {
  const { catalogue } = parts;
  const name = requireNewIdentifier(input.name, 'role name');
  return await changeHosted(parts, context, {
    place: input,
    action: 'database_role.create',
    work: async (hosted) => {
      const plan = await planOf(catalogue, hosted.project.accountId);
      requireRoomFor('roles', plan, 1 + (await listDatabaseRoles(catalogue.db, hosted.branch.id)).length);
      const roles = await projectRoles(parts, hosted.branch.id);
      const password = newDatabasePassword();
      const role = { name, password, memberOf: roles.own, access: 'read_write' } as const;
      const make = async (run: OperationRun) => {
        await refuseTakenName(`role "${name}"`, () =>
          run.step({ action: 'create_role', name }, (note) => run.host.createRole(role, note)),
        );
        for (const database of await ownDatabases(parts, run.host, hosted.branch.id)) {
          await run.host.shareDatabase(database, { ...roles, writers: [...roles.writers, name] });
        }
        return { role: await createDatabaseRole(run.finishing(), context, { ...input, password }), password };
      };
      return await hosted.run({ purpose: 'create_role', recovery: UNDO_CREATION }, make);
    },
  });
}

/** Gives what the role made to the project's own. Throws `conflict` if protected or an owner. */
export async function deleteHostedRole(parts: ProvisioningParts, context: AuditContext, place: NamedPlace) {
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
      return await hosted.run({ purpose: 'delete_role', details: { name }, recovery: ROLE_DELETION }, (run) =>
        dropOne(parts, run),
      );
    },
  });
}

async function dropOne(parts: ProvisioningParts, run: OperationRun): Promise<DatabaseRole> {
  const { projectId, details, context } = run.operation;
  const { name = '' } = details;
  const branchId = requireBranchId(run.operation);
  const { own: heir } = await projectRoles(parts, branchId);
  const databases = await ownDatabases(parts, run.host, branchId);
  await planDrops(run, { databases: [], roles: [name] });
  await dropPlanned(parts, run, { databases, heir });
  return await deleteDatabaseRole(run.finishing(), context, { projectId, branchId, name });
}

/** Sets a new random password on the upstream and keeps it. Throws as `createHostedRole`. */
export async function resetHostedRolePassword(parts: ProvisioningParts, context: AuditContext, place: NamedPlace) {
  const { catalogue } = parts;
  return await changeHosted(parts, context, {
    place,
    action: 'database_role.reset_password',
    work: async (hosted) => {
      const { name } = await getDatabaseRole(catalogue, { branchId: hosted.branch.id, name: place.name });
      const password = newDatabasePassword();
      return await hosted.run({ purpose: 'reset_role_password', recovery: PASSWORD_RESET }, async (run) => {
        await run.step({ action: 'set_password', name }, () => run.host.setPassword(name, password));
        const role = await replaceDatabaseRolePassword(run.finishing(), context, { ...place, password });
        return { role, password };
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

/** What people change by SQL of a role, and the gateway finds out when it logs in as it. */
export type RestoredOfRole = 'password' | 'settings';

export interface RolePlace {
  readonly computeId: ComputeId;
  readonly databaseRole: string;
}

const RESTORING = { name: 'postern', mayGoOn: async () => {} };

/** False if attached, without a stored password, or unchanged. Throws `busy`, `host_away`. */
export async function restoreRole(
  parts: ProvisioningParts,
  { computeId, databaseRole }: RolePlace,
  what: RestoredOfRole,
): Promise<boolean> {
  const compute = await findCompute(parts.catalogue.db, computeId);
  if (compute === null || compute.hostId === null) return false;
  const role = { compute, databaseRole, host: await parts.hosts.get(compute.hostId) };
  return await (what === 'password' ? restorePassword(parts, role) : restoreReaderSettings(parts, role));
}

interface RoleOnHost {
  readonly compute: Compute;
  readonly databaseRole: string;
  readonly host: HostServer;
}

async function restorePassword(
  { catalogue, log }: ProvisioningParts,
  { compute: { id: computeId, branchId, projectId }, databaseRole, host }: RoleOnHost,
): Promise<boolean> {
  return await host.alone(projectOnHost(projectId), async () => {
    // The change before this one may have set a new one.
    const row = await findDatabaseRole(catalogue.db, { branchId, name: databaseRole });
    if (row === null || row.sealed_password === null) return false;
    const kept = catalogue.sealer.open(row.sealed_password, passwordPlace(row.id));
    // No operation: what the catalogue keeps stays as it is, and doing half of it does nothing.
    await host.withSession(RESTORING, (session) => session.setPassword(databaseRole, kept));
    log.warn({ compute_id: computeId, database_role: databaseRole }, 'a password that was changed by SQL was set back');
    return true;
  });
}

/** Waits for no change of the project: it only undoes what somebody did by SQL. */
async function restoreReaderSettings(
  { catalogue, log }: ProvisioningParts,
  { compute: { id: computeId, branchId }, databaseRole, host }: RoleOnHost,
): Promise<boolean> {
  const role = await findDatabaseRole(catalogue.db, { branchId, name: databaseRole });
  if (role?.is_read_only !== true) return false;
  const isRestored = await host.withSession(RESTORING, (session) => session.restoreReaderSettings(databaseRole));
  if (isRestored) {
    const about = { event: 'host.settings_restored', compute_id: computeId, database_role: databaseRole };
    log.warn(about, 'settings of a read-only role that were changed by SQL were set back');
  }
  return isRestored;
}
