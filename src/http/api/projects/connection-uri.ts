// The connection URI for a database and role of a project, password included.

import { z } from 'zod';
import { revealRolePassword } from '../../../actions/databases/change-databases-and-roles.ts';
import { getBranch, getDefaultBranch } from '../../../catalogue/projects/branches.ts';
import type { Compute } from '../../../catalogue/projects/compute-rows.ts';
import { getCompute, listComputes } from '../../../catalogue/projects/computes.ts';

import { getDatabase } from '../../../catalogue/projects/databases.ts';
import { getProject } from '../../../catalogue/projects/projects.ts';
import type { BranchId, ComputeId, ProjectId } from '../../../ids.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { connectionUri } from '../call/connection-address.ts';
import { idField, projectParams } from '../call/field-shapes.ts';

export const CONNECTION_URI_ROUTES = tagged('Projects', [
  apiRoute('get', '/projects/{project_id}/connection_uri', {
    operationId: 'getConnectionURI',
    summary: 'A URI for psql and drivers, password included',
    params: projectParams,
    query: z.object({
      database_name: z.string().min(1),
      role_name: z.string().min(1),
      branch_id: idField<BranchId>().optional(),
      endpoint_id: idField<ComputeId>().optional(),
      pooled: z.enum(['true', 'false']).optional().meta({ description: 'Pooled or not, the host is the same.' }),
    }),
    reply: z.object({ uri: z.string() }),
    perform: async (call, { params, query }) => {
      const { catalogue, context } = call;
      const projectId = params.project_id;
      await getProject(catalogue, context, { projectId, action: 'project.read_connection_uri' });
      const { branchId, compute } = await placeOf(call, { projectId, ...query });
      const { name: databaseName } = await getDatabase(catalogue.db, { branchId, name: query.database_name });
      const roleName = query.role_name;
      const password = await revealRolePassword(call, call.context, { projectId, branchId, name: roleName });
      return { uri: connectionUri(call, { databaseName, roleName, password, computeId: compute?.id ?? null }) };
    },
  }),
]);

interface AskedPlace {
  readonly projectId: ProjectId;
  readonly branch_id?: BranchId | undefined;
  readonly endpoint_id?: ComputeId | undefined;
}

/** By default the default branch and its writing compute. */
async function placeOf(
  { catalogue, context }: ApiCall,
  { projectId, branch_id, endpoint_id: computeId }: AskedPlace,
): Promise<{ branchId: BranchId; compute: Compute | null }> {
  const asked = computeId === undefined ? null : await getCompute(catalogue, context, { projectId, computeId });
  const branchId = branch_id ?? asked?.compute.branchId;
  const { db } = catalogue;
  const branch =
    branchId === undefined ? await getDefaultBranch(db, projectId) : await getBranch(db, { projectId, branchId });
  const ofBranch = (await listComputes(catalogue, projectId)).filter((compute) => compute.branchId === branch.id);
  const writing = ofBranch.find(({ type }) => type === 'read_write');
  return { branchId: branch.id, compute: asked?.compute ?? writing ?? ofBranch[0] ?? null };
}
