// The URI by which a database of a project is reached as one of its roles, password included.

import { z } from 'zod';
import { getBranch, getDefaultBranch } from '../../../catalogue/branches.ts';
import { getCompute } from '../../../catalogue/computes.ts';
import { revealDatabaseRolePassword } from '../../../catalogue/database-roles.ts';
import { getDatabase } from '../../../catalogue/databases.ts';
import { getProject } from '../../../catalogue/projects.ts';
import type { BranchId, ComputeId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../api-call.ts';
import { apiRoute } from '../api-route.ts';
import { connectionUri } from '../connection-address.ts';
import { idField } from '../field-shapes.ts';
import { projectParams } from './projects.ts';

export const getConnectionUri = apiRoute({
  method: 'get',
  path: '/projects/{project_id}/connection_uri',
  operationId: 'getConnectionURI',
  summary: 'A URI for psql and drivers, password included',
  tag: 'Projects',
  params: projectParams,
  query: z.object({
    database_name: z.string().min(1),
    role_name: z.string().min(1),
    branch_id: idField<BranchId>().optional(),
    endpoint_id: idField<ComputeId>().optional(),
    pooled: z.enum(['true', 'false']).optional().meta({ description: 'Pooled or not, the host is the same.' }),
  }),
  status: 200,
  reply: z.object({ uri: z.string() }),
  perform: async (call, { params, query }) => {
    const { catalogue, context } = call;
    const projectId = params.project_id;
    await getProject(catalogue, context, { projectId, action: 'project.read_connection_uri' });
    const branch = await branchOf(call, { projectId, branchId: query.branch_id, computeId: query.endpoint_id });
    const { name: databaseName } = await getDatabase(catalogue.db, { branchId: branch.id, name: query.database_name });
    const which = { projectId, branchId: branch.id, name: query.role_name };
    const password = await revealDatabaseRolePassword(catalogue, context, which);
    return { uri: connectionUri(call, { databaseName, roleName: query.role_name, password }) };
  },
});

async function branchOf(
  { catalogue, context }: ApiCall,
  which: { projectId: ProjectId; branchId: BranchId | undefined; computeId: ComputeId | undefined },
) {
  const { projectId, branchId, computeId } = which;
  const compute = computeId === undefined ? null : await getCompute(catalogue, context, { projectId, computeId });
  const wanted = branchId ?? compute?.compute.branchId;
  if (wanted === undefined) return getDefaultBranch(catalogue.db, projectId);
  return getBranch(catalogue.db, { projectId, branchId: wanted });
}
