// What schedules of on-call people approve in advance, each with a key for nothing else.

import { z } from 'zod';
import { approveAhead } from '../../../actions/asking/approve-ahead.ts';
import { listApprovedAhead } from '../../../catalogue/asking/request-lists.ts';
import type { ComputeId, ProjectId, UserId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField } from '../call/field-shapes.ts';
import { organizationParams } from '../organizations/organization-endpoints.ts';
import { requestOnWire, requestShape, requestsShape } from './request-endpoints.ts';

const OURS = 'Postern only: ';
const WEEK_SECONDS = 604_800;

export const ON_CALL_ROUTES = tagged('Access rules', [
  apiRoute('get', '/organizations/{org_id}/on_call_approvals', {
    operationId: 'listOnCallApprovals',
    summary: `${OURS}what was approved in advance, the newest first`,
    params: organizationParams,
    reply: requestsShape,
    perform: async (call, { params }) => {
      const approved = await listApprovedAhead(call.catalogue, call.context, params.org_id);
      return { access_requests: approved.map((request) => requestOnWire(call, request)) };
    },
  }),
  apiRoute('post', '/organizations/{org_id}/on_call_approvals', {
    operationId: 'createOnCallApproval',
    summary: `${OURS}approves in advance what the access rules would ask others about; with an on-call key only`,
    status: 201,
    params: organizationParams,
    body: z.strictObject({
      user_id: idField<UserId>(),
      project_id: idField<ProjectId>(),
      endpoint_id: idField<ComputeId>().optional(),
      database_name: z.string().min(1).max(63).optional(),
      role_name: z.string().min(1).max(63).optional(),
      duration_seconds: z.int().min(60).max(WEEK_SECONDS),
      reason: z.string().max(2_048),
    }),
    reply: requestShape,
    perform: async (call, { params, body }) => {
      const request = await approveAhead(call, call.context, {
        ...{ accountId: params.org_id, userId: body.user_id, projectId: body.project_id },
        computeId: body.endpoint_id ?? null,
        database: body.database_name ?? null,
        databaseRole: body.role_name ?? null,
        durationMs: body.duration_seconds * 1_000,
        reason: body.reason,
      });
      return requestOnWire(call, request);
    },
  }),
]);
