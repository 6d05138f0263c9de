// Databases of a branch, created and dropped on the host.

import { z } from 'zod';
import {
  changeDatabase,
  createDatabase,
  deleteDatabase,
  refreshDatabases,
} from '../../../actions/databases/change-databases-and-roles.ts';
import { type Database, getDatabase, listDatabases } from '../../../catalogue/projects/databases.ts';
import type { Operation } from '../../../catalogue/projects/operations.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { namedIdField, placeOf, timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { branchParams, visibleBranch } from './branch-endpoints.ts';
import { operationOnWire, operationShape } from './operation-endpoints.ts';

// Neon API 2.7.3: Database
export const databaseShape = z
  .object({
    id: z.int(),
    branch_id: namedIdField,
    name: z.string(),
    owner_name: z.string(),
    created_at: timeField,
    updated_at: timeField,
  })
  .meta({ id: 'Database' });

export function databaseOnWire(database: Database): z.input<typeof databaseShape> {
  return onWire(databaseShape, database);
}

const databaseNameField = z.string().min(1).max(63);
const databaseParams = branchParams.extend({ database_name: databaseNameField });
const changedDatabase = z.object({ database: databaseShape, operations: z.array(operationShape) });

export const DATABASE_ROUTES = tagged('Databases', [
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/databases', {
    operationId: 'listProjectBranchDatabases',
    summary: 'Databases of a branch',
    params: branchParams,
    reply: z.object({ databases: z.array(databaseShape) }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      await refreshDatabases(call, branch.projectId);
      return { databases: (await listDatabases(call.catalogue.db, branch.id)).map(databaseOnWire) };
    },
  }),
  apiRoute('get', '/projects/{project_id}/branches/{branch_id}/databases/{database_name}', {
    operationId: 'getProjectBranchDatabase',
    summary: 'A database',
    params: databaseParams,
    reply: z.object({ database: databaseShape }),
    perform: async (call, { params }) => {
      const branch = await visibleBranch(call, params);
      await refreshDatabases(call, branch.projectId);
      const which = { branchId: branch.id, name: params.database_name };
      return { database: databaseOnWire(await getDatabase(call.catalogue.db, which)) };
    },
  }),
  apiRoute('post', '/projects/{project_id}/branches/{branch_id}/databases', {
    operationId: 'createProjectBranchDatabase',
    summary: 'Makes a database',
    params: branchParams,
    body: z.object({ database: z.object({ name: databaseNameField, owner_name: z.string() }) }),
    status: 201,
    reply: changedDatabase,
    perform: async (call, { params, body }) => {
      const { name, owner_name: ownerName } = body.database;
      const input = { ...placeOf(params), name, ownerName };
      return changed(await createDatabase(call, call.context, input));
    },
  }),
  apiRoute('patch', '/projects/{project_id}/branches/{branch_id}/databases/{database_name}', {
    operationId: 'updateProjectBranchDatabase',
    summary: 'Renames a database or gives it another owner',
    params: databaseParams,
    body: z.object({
      database: z.object({ name: databaseNameField.optional(), owner_name: z.string().optional() }),
    }),
    reply: changedDatabase,
    perform: async (call, { params, body }) => {
      const { name: newName, owner_name: ownerName } = body.database;
      const input = { ...placeOf(params), name: params.database_name, newName, ownerName };
      return changed(await changeDatabase(call, call.context, input));
    },
  }),
  apiRoute('delete', '/projects/{project_id}/branches/{branch_id}/databases/{database_name}', {
    operationId: 'deleteProjectBranchDatabase',
    summary: 'Drops a database and ends its connections',
    params: databaseParams,
    reply: changedDatabase,
    perform: async (call, { params }) => {
      const which = { ...placeOf(params), name: params.database_name };
      return changed(await deleteDatabase(call, call.context, which));
    },
  }),
]);

function changed(database: Database & { readonly operation: Operation }): z.input<typeof changedDatabase> {
  return { database: databaseOnWire(database), operations: [operationOnWire(database.operation)] };
}
