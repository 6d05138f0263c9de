// Requests for access: asked, listed and taken back. They are decided in a browser. Postern's own.

import { z } from 'zod';
import { askForAccess } from '../../../actions/asking/ask-for-access.ts';
import { withdrawAccess } from '../../../actions/asking/decide-access.ts';
import { type AccessRequest, REQUEST_STATES, stateOfRequest } from '../../../catalogue/asking/access-request.ts';
import {
  getRequest,
  listOwnRequests,
  listRequestsOfAccount,
  listRequestsToDecide,
} from '../../../catalogue/asking/request-lists.ts';
import { getCompute } from '../../../catalogue/projects/computes.ts';
import { INSTALLATION, requireMay } from '../../../catalogue/rights/permissions.ts';
import type { AccessRequestId, ComputeId } from '../../../ids.ts';
import { type ApiCall, requirePerson } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, projectParams } from '../call/field-shapes.ts';
import { organizationParams } from '../organizations/organization-endpoints.ts';

const OURS = 'Postern only: ';
const text = z.string().max(2_048);
const moment = z.string().nullable();

const renamedField = z
  .object({ from: z.array(z.string()), by: z.string(), at: z.string() })
  .nullable()
  .meta({ description: 'Other names since a week before the request, and who renamed it last; null: none.' });

export const requestShape = z
  .object({
    id: z.string(),
    kind: z.enum(['asked', 'on_call', 'break_glass']),
    state: z.enum(REQUEST_STATES),
    user_id: z.string(),
    project_id: z.string(),
    endpoint_id: z.string().nullable(),
    project_renamed: renamedField,
    endpoint_renamed: renamedField,
    database_name: z.string().nullable(),
    role_name: z.string().nullable(),
    access: z.enum(['read_write', 'read_only']),
    reason: z.string(),
    duration_seconds: z.number(),
    team_id: z.string().nullable(),
    approvals_needed: z.number(),
    approvals_given: z.number(),
    answer: z.string().nullable(),
    asked_at: z.string(),
    expires_at: z.string(),
    until: moment,
    reviewed_at: moment.meta({ description: 'Of a broken glass.' }),
    review: z.string().nullable(),
  })
  .meta({
    id: 'AccessRequest',
    description: 'Postern only. What a person asked others for, was approved in advance, or broke the glass for.',
  });

export const requestsShape = z.object({ access_requests: z.array(requestShape) });
const filter = z.object({ state: z.enum(REQUEST_STATES).optional() });
const requestParams = z.object({ request_id: idField<AccessRequestId>() });

export const ACCESS_REQUEST_ROUTES = tagged('Access rules', [
  apiRoute('get', '/users/me/access_requests', {
    operationId: 'listOwnAccessRequests',
    summary: `${OURS}your own requests for access, the newest first, or those that wait for your decision`,
    query: filter.extend({ show: z.enum(['own', 'to_decide']).default('own') }),
    reply: requestsShape,
    perform: async (call, { query }) => {
      const person = requirePerson(call.context);
      requireMay(call.context.actor, 'self.read_access_requests', INSTALLATION);
      const found =
        query.show === 'own'
          ? await listOwnRequests(call.catalogue, person.userId)
          : await listRequestsToDecide(call.catalogue, person);
      return onWire(call, found, query);
    },
  }),
  apiRoute('get', '/organizations/{org_id}/access_requests', {
    operationId: 'listOrganizationAccessRequests',
    summary: `${OURS}requests for access in an organization, as far as you may see them, the newest first`,
    params: organizationParams,
    query: filter,
    reply: requestsShape,
    perform: async (call, { params, query }) =>
      onWire(call, await listRequestsOfAccount(call.catalogue, call.context, params.org_id), query),
  }),
  apiRoute('post', '/projects/{project_id}/access_requests', {
    operationId: 'createProjectAccessRequest',
    summary: `${OURS}asks those whom the access rules name; what they agree to opens logins by link until its end`,
    status: 201,
    params: projectParams,
    body: z.strictObject({
      endpoint_id: idField<ComputeId>(),
      database_name: z.string().min(1).max(63).optional(),
      role_name: z.string().min(1).max(63).optional(),
      access: z.enum(['read_write', 'read_only']).default('read_write'),
      duration_seconds: z.int().min(60).max(28_800).default(3_600),
      reason: text.default(''),
    }),
    reply: requestShape,
    perform: async (call, { params, body }) => {
      const computeId = body.endpoint_id;
      await getCompute(call.catalogue, call.context, { computeId, projectId: params.project_id });
      const actor = requirePerson(call.context);
      const request = await askForAccess(
        call,
        { ...call.context, actor },
        {
          computeId,
          database: body.database_name ?? null,
          databaseRole: body.role_name ?? null,
          access: body.access,
          durationMs: body.duration_seconds * 1_000,
          reason: body.reason,
        },
      );
      return requestOnWire(call, request);
    },
  }),
  apiRoute('get', '/access_requests/{request_id}', {
    operationId: 'getAccessRequest',
    summary: `${OURS}a request for access, for its person, those who decide, and admins`,
    params: requestParams,
    reply: requestShape,
    perform: async (call, { params }) =>
      requestOnWire(call, await getRequest(call.catalogue, call.context, params.request_id)),
  }),
  apiRoute('delete', '/access_requests/{request_id}', {
    operationId: 'withdrawAccessRequest',
    summary: `${OURS}takes a request back, or ends the access that was agreed to, with its connections`,
    params: requestParams,
    reply: requestShape,
    perform: async (call, { params }) =>
      requestOnWire(call, await withdrawAccess(call, call.context, { id: params.request_id })),
  }),
]);

function onWire(call: ApiCall, requests: readonly AccessRequest[], { state }: z.output<typeof filter>) {
  const all = requests.map((request) => requestOnWire(call, request));
  return { access_requests: all.filter((each) => state === undefined || each.state === state) };
}

export function requestOnWire({ clock }: Pick<ApiCall, 'clock'>, request: AccessRequest): z.input<typeof requestShape> {
  return {
    id: request.id,
    kind: request.kind,
    state: stateOfRequest(request, clock.now()),
    user_id: request.userId,
    project_id: request.projectId,
    endpoint_id: request.computeId,
    project_renamed: renamedOnWire(request.projectRenamed),
    endpoint_renamed: renamedOnWire(request.computeRenamed),
    database_name: request.database,
    role_name: request.databaseRole,
    access: request.access,
    reason: request.reason,
    duration_seconds: request.durationMs / 1_000,
    team_id: request.teamId,
    approvals_needed: request.needed,
    approvals_given: request.agreed.length,
    answer: request.answer,
    asked_at: request.askedAt.toISOString(),
    expires_at: request.expiresAt.toISOString(),
    until: request.until?.toISOString() ?? null,
    reviewed_at: request.reviewedAt?.toISOString() ?? null,
    review: request.review,
  };
}

function renamedOnWire(renamed: AccessRequest['projectRenamed']): z.input<typeof renamedField> {
  return renamed === null ? null : { from: [...renamed.from], by: renamed.by, at: renamed.at.toISOString() };
}
