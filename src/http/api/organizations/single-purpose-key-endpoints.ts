// Keys of one purpose: by which an organization's identity provider pushes users and groups, and by
// which its schedule of on-call people approves in advance. Ours: Neon has none.

import { z } from 'zod';
import { createSinglePurposeKey, revokeOrganizationKey } from '../../../actions/keys/change-keys.ts';
import { type ApiKey, KEY_WORDS, type SinglePurpose } from '../../../catalogue/access/api-key-rows.ts';
import { listSinglePurposeKeys } from '../../../catalogue/access/api-keys.ts';
import { PosternError } from '../../../errors.ts';
import type { AccountId } from '../../../ids.ts';
import { scimBaseUrl } from '../../scim/scim-call.ts';
import type { ApiCall } from '../call/api-call.ts';
import { apiRoute, tagged } from '../call/api-route.ts';
import { timeField } from '../call/field-shapes.ts';
import { onWire } from '../call/on-wire.ts';
import { keyIdField, keyNameField } from './key-endpoints.ts';
import { organizationParams } from './organization-endpoints.ts';

const keyShape = z.object({
  id: z.int(),
  name: z.string(),
  created_at: timeField,
  created_by: z.string().nullable().meta({ description: 'The name of that person; null when gone.' }),
  last_used_at: timeField.nullable(),
  last_used_from: z.string().nullable(),
});
const scimKeyShape = keyShape.meta({ id: 'ScimKey' });
const onCallKeyShape = keyShape.meta({ id: 'OnCallKey', description: 'Postern only.' });

const baseUrlField = z.string().meta({ description: 'What the identity provider asks for as the tenant or base URL.' });

export const SCIM_KEY_ROUTES = tagged('SCIM keys', [
  apiRoute('get', '/organizations/{org_id}/scim_keys', {
    operationId: 'listScimKeys',
    summary: 'Postern only: SCIM keys of an organization, and its base URL',
    params: organizationParams,
    reply: z.object({ base_url: baseUrlField, scim_keys: z.array(scimKeyShape) }),
    perform: async (call, { params }) => ({
      base_url: scimBaseUrl(call.address, params.org_id),
      scim_keys: await wireKeys(call, { accountId: params.org_id, kind: 'scim' }),
    }),
  }),
  apiRoute('post', '/organizations/{org_id}/scim_keys', {
    operationId: 'createScimKey',
    summary: 'Postern only: makes a SCIM key; it is shown this once',
    params: organizationParams,
    body: z.object({ name: keyNameField }),
    limit: 'api_keys_made',
    status: 201,
    reply: scimKeyShape.extend({ base_url: baseUrlField, key: z.string() }),
    perform: async (call, { params, body }) => {
      const wanted = { accountId: params.org_id, name: body.name, kind: 'scim' } as const;
      const made = await createSinglePurposeKey(call, call.context, wanted);
      return { ...wireKey(made.apiKey), base_url: scimBaseUrl(call.address, params.org_id), key: made.key.reveal() };
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/scim_keys/{scim_key_id}', {
    operationId: 'revokeScimKey',
    summary: 'Postern only: revokes a SCIM key, at once; users stay as they are',
    params: organizationParams.extend({ scim_key_id: keyIdField }),
    reply: scimKeyShape,
    perform: async (call, { params: { org_id, scim_key_id } }) =>
      await revoked(call, { accountId: org_id, kind: 'scim', keyId: scim_key_id }),
  }),
]);

export const ON_CALL_KEY_ROUTES = tagged('Access rules', [
  apiRoute('get', '/organizations/{org_id}/on_call_keys', {
    operationId: 'listOnCallKeys',
    summary: 'Postern only: keys by which schedules of on-call people approve in advance',
    params: organizationParams,
    reply: z.object({ on_call_keys: z.array(onCallKeyShape) }),
    perform: async (call, { params }) => ({
      on_call_keys: await wireKeys(call, { accountId: params.org_id, kind: 'on_call' }),
    }),
  }),
  apiRoute('post', '/organizations/{org_id}/on_call_keys', {
    operationId: 'createOnCallKey',
    summary: 'Postern only: makes such a key, which can do nothing else; it is shown this once',
    params: organizationParams,
    body: z.object({ name: keyNameField }),
    limit: 'api_keys_made',
    status: 201,
    reply: onCallKeyShape.extend({ key: z.string() }),
    perform: async (call, { params, body }) => {
      const wanted = { accountId: params.org_id, name: body.name, kind: 'on_call' } as const;
      const made = await createSinglePurposeKey(call, call.context, wanted);
      return { ...wireKey(made.apiKey), key: made.key.reveal() };
    },
  }),
  apiRoute('delete', '/organizations/{org_id}/on_call_keys/{on_call_key_id}', {
    operationId: 'revokeOnCallKey',
    summary: 'Postern only: revokes such a key, at once; what it approved holds until its end',
    params: organizationParams.extend({ on_call_key_id: keyIdField }),
    reply: onCallKeyShape,
    perform: async (call, { params: { org_id, on_call_key_id } }) =>
      await revoked(call, { accountId: org_id, kind: 'on_call', keyId: on_call_key_id }),
  }),
]);

interface KeysOf {
  readonly accountId: AccountId;
  readonly kind: SinglePurpose;
}

async function wireKeys({ catalogue, context }: ApiCall, keysOf: KeysOf) {
  return (await listSinglePurposeKeys(catalogue, context, keysOf)).map(wireKey);
}

/** Throws `not_found` for a key of another kind. */
async function revoked(call: ApiCall, { accountId, kind, keyId }: KeysOf & { readonly keyId: number }) {
  const keys = await listSinglePurposeKeys(call.catalogue, call.context, { accountId, kind });
  if (!keys.some(({ id }) => id === keyId)) {
    throw new PosternError('not_found', { params: { thing: `${KEY_WORDS[kind]} ${keyId}` } });
  }
  return wireKey(await revokeOrganizationKey(call, call.context, { accountId, keyId }));
}

function wireKey(key: ApiKey): z.input<typeof keyShape> {
  return onWire(keyShape, { ...key, createdBy: key.createdBy?.name ?? null });
}
