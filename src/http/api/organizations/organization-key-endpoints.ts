// API keys of an organization, or of one of its projects.

import { z } from 'zod';
import { createOrganizationKey, revokeOrganizationKey } from '../../../actions/keys/api-keys.ts';
import { listOrganizationKeys } from '../../../catalogue/access/api-keys.ts';
import type { ProjectId } from '../../../ids.ts';
import { apiRoute } from '../call/api-route.ts';
import { idField } from '../call/field-shapes.ts';
import {
  keyIdField,
  keyNameField,
  listedKey,
  listedKeyShape,
  newKey,
  newKeyShape,
  revokedKey,
  revokedKeyShape,
} from '../shapes/key-shapes.ts';
import { organizationParams } from './organization-endpoints.ts';

export const listOrganizationKeysRoute = apiRoute({
  method: 'get',
  path: '/organizations/{org_id}/api_keys',
  operationId: 'listOrgApiKeys',
  summary: 'Keys of an organization and of its projects',
  tag: 'API keys',
  params: organizationParams,
  status: 200,
  reply: z.array(listedKeyShape),
  perform: async ({ catalogue, context }, { params }) =>
    (await listOrganizationKeys(catalogue, context, params.org_id)).map(listedKey),
});

export const createOrganizationKeyRoute = apiRoute({
  method: 'post',
  path: '/organizations/{org_id}/api_keys',
  operationId: 'createOrgApiKey',
  summary: 'Makes a key of the organization, or of one of its projects; it is shown this once',
  tag: 'API keys',
  params: organizationParams,
  body: z.object({ key_name: keyNameField, project_id: idField<ProjectId>().optional() }),
  limit: 'api_keys_made',
  status: 200,
  reply: newKeyShape,
  perform: async (call, { params, body }) => {
    const wanted = { accountId: params.org_id, name: body.key_name, projectId: body.project_id };
    return newKey(await createOrganizationKey(call, call.context, wanted));
  },
});

export const revokeOrganizationKeyRoute = apiRoute({
  method: 'delete',
  path: '/organizations/{org_id}/api_keys/{key_id}',
  operationId: 'revokeOrgApiKey',
  summary: 'Revokes a key of the organization or of one of its projects, at once',
  tag: 'API keys',
  params: organizationParams.extend({ key_id: keyIdField }),
  status: 200,
  reply: revokedKeyShape,
  perform: async (call, { params }) => {
    const which = { accountId: params.org_id, keyId: params.key_id };
    return revokedKey(await revokeOrganizationKey(call, call.context, which));
  },
});
