// API keys. The key itself is only in the reply to its creation.

import { z } from 'zod';
import {
  createOrganizationKey,
  createPersonalKey,
  revokeOrganizationKey,
  revokePersonalKey,
} from '../../../actions/keys/change-keys.ts';
import type { ApiKey } from '../../../catalogue/access/api-key-rows.ts';
import { listOrganizationKeys, listPersonalKeys, type NewApiKey } from '../../../catalogue/access/api-keys.ts';
import type { ProjectId } from '../../../ids.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { idField, namedIdField, personOrNobody, timeField, uuidField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { organizationParams } from './organization-endpoints.ts';

// Neon API 2.7.3: ApiKeyCreateRequest
export const keyNameField = z.string().min(1).max(64);
/** A positive int64; ids of keys stay below the largest safe integer. */
export const keyIdField = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, 'not the id of a key')
  .transform((text) => Math.min(Number(text), Number.MAX_SAFE_INTEGER))
  .meta({ type: 'integer', format: 'int64', minimum: 1 });

const keyFields = {
  id: z.int(),
  name: z.string(),
  created_at: timeField,
  // neonctl revokes a new key at once unless this equals what it asked for, absent for nothing.
  project_id: namedIdField.optional(),
};
const lastUseFields = { last_used_at: timeField.nullable(), last_used_from_addr: z.string() };

// Neon API 2.7.3: ApiKeysListResponseItem, OrgApiKeysListResponseItem
const listedKeyShape = z
  .object({
    ...keyFields,
    ...lastUseFields,
    created_by: z.object({ id: uuidField, name: z.string(), image: z.string() }),
  })
  .meta({ id: 'ApiKey' });

// Neon API 2.7.3: ApiKeyCreateResponse, OrgApiKeyCreateResponse
const newKeyShape = z.object({ ...keyFields, key: z.string(), created_by: uuidField }).meta({ id: 'NewApiKey' });

// Neon API 2.7.3: ApiKeyRevokeResponse, OrgApiKeyRevokeResponse
const revokedKeyShape = z
  .object({ ...keyFields, ...lastUseFields, created_by: uuidField, revoked: z.literal(true) })
  .meta({ id: 'RevokedApiKey' });

export const KEY_ROUTES = tagged('API keys', [
  apiRoute('get', '/api_keys', {
    operationId: 'listApiKeys',
    summary: "The caller's own keys",
    reply: z.array(listedKeyShape),
    perform: async ({ catalogue, context }) => (await listPersonalKeys(catalogue, context)).map(listedKey),
  }),
  apiRoute('post', '/api_keys', {
    operationId: 'createApiKey',
    summary: 'Makes a key that acts as its person; it is shown this once',
    body: z.object({ key_name: keyNameField }),
    reply: newKeyShape,
    perform: async (call, { body }) => newKey(await createPersonalKey(call, call.context, { name: body.key_name })),
  }),
  apiRoute('delete', '/api_keys/{key_id}', {
    operationId: 'revokeApiKey',
    summary: 'Revokes an own key, at once',
    params: z.object({ key_id: keyIdField }),
    reply: revokedKeyShape,
    perform: async (call, { params }) => revokedKey(await revokePersonalKey(call, call.context, params.key_id)),
  }),
  apiRoute('get', '/organizations/{org_id}/api_keys', {
    operationId: 'listOrgApiKeys',
    summary: 'Keys of an organization and of its projects',
    params: organizationParams,
    reply: z.array(listedKeyShape),
    perform: async ({ catalogue, context }, { params }) =>
      (await listOrganizationKeys(catalogue, context, params.org_id)).map(listedKey),
  }),
  apiRoute('post', '/organizations/{org_id}/api_keys', {
    operationId: 'createOrgApiKey',
    summary: 'Makes a key of the organization, or of one of its projects; it is shown this once',
    params: organizationParams,
    body: z.object({ key_name: keyNameField, project_id: idField<ProjectId>().optional() }),
    limit: 'api_keys_made',
    reply: newKeyShape,
    perform: async (call, { params, body }) => {
      const wanted = { accountId: params.org_id, name: body.key_name, projectId: body.project_id };
      return newKey(await createOrganizationKey(call, call.context, wanted));
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/api_keys/{key_id}', {
    operationId: 'revokeOrgApiKey',
    summary: 'Revokes a key of the organization or of one of its projects, at once',
    params: organizationParams.extend({ key_id: keyIdField }),
    reply: revokedKeyShape,
    perform: async (call, { params }) => {
      const which = { accountId: params.org_id, keyId: params.key_id };
      return revokedKey(await revokeOrganizationKey(call, call.context, which));
    },
  }),
]);

function listedKey(key: ApiKey): z.input<typeof listedKeyShape> {
  const { name = '', image = '' } = key.createdBy ?? {};
  const createdBy = { id: creatorOf(key), name, image };
  return onWire(listedKeyShape, { ...key, createdBy, lastUsedFromAddr: key.lastUsedFrom ?? '' });
}

function newKey({ apiKey, key }: NewApiKey): z.input<typeof newKeyShape> {
  return onWire(newKeyShape, { ...apiKey, key: key.reveal(), createdBy: creatorOf(apiKey) });
}

function revokedKey(key: ApiKey): z.input<typeof revokedKeyShape> {
  const lastUsedFromAddr = key.lastUsedFrom ?? '';
  return onWire(revokedKeyShape, { ...key, createdBy: creatorOf(key), lastUsedFromAddr, revoked: true });
}

function creatorOf({ createdBy }: ApiKey): string {
  return personOrNobody(createdBy?.id ?? null);
}
