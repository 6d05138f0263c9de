// Databases of a hosted project, made and dropped for real and as rows in one go.

import { requireBranchId } from '../../catalogue/journal/operation-journal.ts';
import { getDatabaseRole } from '../../catalogue/projects/database-roles.ts';
import {
  changeDatabase,
  createDatabase,
  type Database,
  deleteDatabase,
  getDatabase,
  listDatabases,
  requireNewIdentifier,
} from '../../catalogue/projects/databases.ts';
import { planOf, requireRoomFor } from '../../catalogue/rights/plans.ts';
import { missing } from '../../catalogue/store/store-errors.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { quoted } from '../../untrusted-text.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type OperationRun, workingName } from '../journal/operation-run.ts';
import type { Recovery, WithOperation } from '../journal/run-operation.ts';
import { agreeWithCatalogue } from './compute-power.ts';
import { dropPlanned, planDrops, UNDO_CREATION } from './drop-planned.ts';
import { changeHosted, type HostedPlace, type NamedPlace, projectRoles, refuseTakenName } from './hosted-project.ts';
import { ownDatabases } from './own-databases.ts';

export const DATABASE_CHANGE: Recovery = { kind: 'undo', undo: undoChange };
export const DATABASE_DELETION: Recovery = { kind: 'go_on', work: dropOne };

/** Throws `conflict`, `not_offered` on an attached compute, `not_found` (also of the owner). */
export async function createHostedDatabase(
  parts: ProvisioningParts,
  context: AuditContext,
  input: NamedPlace & { readonly ownerName: string },
): Promise<WithOperation<Database>> {
  const name = requireNewIdentifier(input.name, 'database name');
  return await changeHosted(parts, context, {
    place: input,
    action: 'database.create',
    work: async (hosted) => {
      const branchId = hosted.branch.id;
      const plan = await planOf(parts.catalogue, hosted.project.accountId);
      requireRoomFor('databases', plan, 1 + (await listDatabases(parts.catalogue.db, branchId)).length);
      const { name: owner } = await getDatabaseRole(parts.catalogue, { branchId, name: input.ownerName });
      const roles = await projectRoles(parts, branchId);
      const make = async (run: OperationRun) => {
        const database = { name, owner, roles, workingName: workingName(run.operation) };
        await refuseTakenName(`database "${name}"`, () =>
          run.step({ action: 'create_database', name }, (note) => run.host.createDatabase(database, note)),
        );
        return await createDatabase(run.finishing(), context, input);
      };
      return await hosted.run({ purpose: 'create_database', recovery: UNDO_CREATION }, make);
    },
  });
}

type DatabaseChange = NamedPlace & { readonly newName?: string; readonly ownerName?: string };

/** Renaming ends the database's connections. Throws as `createHostedDatabase`. */
export async function changeHostedDatabase(parts: ProvisioningParts, context: AuditContext, change: DatabaseChange) {
  if (change.newName !== undefined) requireNewIdentifier(change.newName, 'database name');
  return await changeHosted(parts, context, {
    place: change,
    action: 'database.change',
    work: async (hosted) => {
      const branchId = hosted.branch.id;
      const database = await getDatabase(parts.catalogue.db, { branchId, name: change.name });
      if (change.ownerName !== undefined) await getDatabaseRole(parts.catalogue, { branchId, name: change.ownerName });
      return await hosted.run({ purpose: 'change_database', recovery: DATABASE_CHANGE }, async (run) => {
        await changeForReal(parts, run, { hosted, database, change });
        return await changeDatabase(run.finishing(), context, change);
      });
    },
  });
}

async function changeForReal(
  parts: ProvisioningParts,
  run: OperationRun,
  { hosted, database, change }: { hosted: HostedPlace; database: Database; change: DatabaseChange },
): Promise<void> {
  const { name } = database;
  const { newName = name, ownerName = database.ownerName } = change;
  if (newName === name && ownerName === database.ownerName) return;
  const own = await ownDatabases(parts, run.host, hosted.branch.id);
  const there = own.find((found) => found.name === name);
  // Dropped by SQL, and perhaps somebody else's by now.
  if (there === undefined) throw missing(`database ${quoted(name)} on its server`);
  await run.step({ action: 'change_database', name, hostOid: there.oid }, async () => {
    if (ownerName !== database.ownerName) {
      await run.host.setOwner(there, ownerName);
      // The privileges of the old owner went to the new one.
      await run.host.shareDatabase(there, await projectRoles(parts, hosted.branch.id));
    }
    if (newName !== name) await refuseTakenName(`database "${newName}"`, () => run.host.renameDatabase(there, newName));
  });
}

/** Name and owner become again what the catalogue says. */
async function undoChange(parts: ProvisioningParts, run: OperationRun): Promise<void> {
  const { host, operation } = run;
  const branchId = requireBranchId(operation);
  for (const { name, hostOid } of await run.steps()) {
    const there = hostOid === null ? null : await host.findDatabase(hostOid);
    if (there === null) continue;
    const { ownerName } = await getDatabase(parts.catalogue.db, { branchId, name });
    if (there.name !== name) await host.renameDatabase(there, name);
    const named = { ...there, name };
    // A rename that stopped half-way has left it closed.
    await agreeWithCatalogue(parts, { ...operation, host });
    if (there.owner === ownerName) continue;
    await host.setOwner(named, ownerName);
    await host.shareDatabase(named, await projectRoles(parts, branchId));
  }
}

/** Throws `conflict` for the project's last one, else as `createHostedDatabase`. */
export async function deleteHostedDatabase(parts: ProvisioningParts, context: AuditContext, place: NamedPlace) {
  return await changeHosted(parts, context, {
    place,
    action: 'database.delete',
    work: async (hosted) => {
      const { db } = parts.catalogue;
      const { name } = await getDatabase(db, { branchId: hosted.branch.id, name: place.name });
      if ((await listDatabases(db, hosted.branch.id)).length === 1) throw new PosternError('last_database');
      return await hosted.run({ purpose: 'delete_database', details: { name }, recovery: DATABASE_DELETION }, (run) =>
        dropOne(parts, run),
      );
    },
  });
}

async function dropOne(parts: ProvisioningParts, run: OperationRun): Promise<Database> {
  const { projectId, details, context } = run.operation;
  const { name = '' } = details;
  const branchId = requireBranchId(run.operation);
  const own = await ownDatabases(parts, run.host, branchId);
  await planDrops(run, { databases: own.filter((database) => database.name === name), roles: [] });
  await dropPlanned(parts, run, null);
  const place = { projectId, branchId, name };
  return await deleteDatabase(run.finishing(), context, place);
}
