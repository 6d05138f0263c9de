// Databases of a branch, created and dropped on the host.

import { z } from 'zod';
import { changeDatabase, createDatabase, deleteDatabase } from '../../../actions/databases/change-databases.ts';
import { getDatabase, listDatabases } from '../../../catalogue/projects/databases.ts';
import { apiRoute } from '../call/api-route.ts';
import { placeOf } from '../call/field-shapes.ts';
import { branchParams } from '../shapes/branch-shape.ts';
import { databaseOnWire, databaseShape } from '../shapes/database-shape.ts';
import { operationOnWire, operationShape } from '../shapes/operation-shape.ts';
import { visibleBranch } from './branch-endpoints.ts';

const databaseNameField = z.string().min(1).max(63);
const databaseParams = branchParams.extend({ database_name: databaseNameField });
const changedDatabase = z.object({ database: databaseShape, operations: z.array(operationShape) });

export const listDatabasesRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/databases',
  operationId: 'listProjectBranchDatabases',
  summary: 'Databases of a branch',
  tag: 'Databases',
  params: branchParams,
  status: 200,
  reply: z.object({ databases: z.array(databaseShape) }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    return { databases: (await listDatabases(call.catalogue.db, branch.id)).map(databaseOnWire) };
  },
});

export const getDatabaseRoute = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/branches/{branch_id}/databases/{database_name}',
  operationId: 'getProjectBranchDatabase',
  summary: 'A database',
  tag: 'Databases',
  params: databaseParams,
  status: 200,
  reply: z.object({ database: databaseShape }),
  perform: async (call, { params }) => {
    const branch = await visibleBranch(call, params);
    const which = { branchId: branch.id, name: params.database_name };
    return { database: databaseOnWire(await getDatabase(call.catalogue.db, which)) };
  },
});

export const createDatabaseRoute = apiRoute({
  method: 'post',
  path: '/projects/{project_id}/branches/{branch_id}/databases',
  operationId: 'createProjectBranchDatabase',
  summary: 'Makes a database',
  tag: 'Databases',
  params: branchParams,
  body: z.object({ database: z.object({ name: databaseNameField, owner_name: z.string() }) }),
  status: 201,
  reply: changedDatabase,
  perform: async (call, { params, body }) => {
    const { name, owner_name: ownerName } = body.database;
    const input = { ...placeOf(params), name, ownerName };
    const { result, operation } = await createDatabase(call, call.context, input);
    return { database: databaseOnWire(result), operations: [operationOnWire(operation)] };
  },
});

export const changeDatabaseRoute = apiRoute({
  method: 'patch',
  path: '/projects/{project_id}/branches/{branch_id}/databases/{database_name}',
  operationId: 'updateProjectBranchDatabase',
  summary: 'Renames a database or gives it another owner',
  tag: 'Databases',
  params: databaseParams,
  body: z.object({
    database: z.object({ name: databaseNameField.optional(), owner_name: z.string().optional() }),
  }),
  status: 200,
  reply: changedDatabase,
  perform: async (call, { params, body }) => {
    const { name: newName, owner_name: ownerName } = body.database;
    const input = { ...placeOf(params), name: params.database_name, newName, ownerName };
    const { result, operation } = await changeDatabase(call, call.context, input);
    return { database: databaseOnWire(result), operations: [operationOnWire(operation)] };
  },
});

export const deleteDatabaseRoute = apiRoute({
  method: 'delete',
  path: '/projects/{project_id}/branches/{branch_id}/databases/{database_name}',
  operationId: 'deleteProjectBranchDatabase',
  summary: 'Drops a database and ends its connections',
  tag: 'Databases',
  params: databaseParams,
  status: 200,
  reply: changedDatabase,
  perform: async (call, { params }) => {
    const which = { ...placeOf(params), name: params.database_name };
    const { result, operation } = await deleteDatabase(call, call.context, which);
    return { database: databaseOnWire(result), operations: [operationOnWire(operation)] };
  },
});
