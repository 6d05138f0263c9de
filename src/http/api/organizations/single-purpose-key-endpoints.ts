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

const baseUrlField = z.string().meta({ description: 'What the identity provider asks for as the tenant or base URL.' });

export const SCIM_KEY_ROUTES = tagged(
  'SCIM keys',
  keyRoutes({
    ...{ kind: 'scim', list: 'scim_keys', id: 'ScimKey', shape: keyShape.meta({ id: 'ScimKey' }) },
    params: organizationParams.extend({ scim_key_id: keyIdField }),
    which: ({ org_id: accountId, scim_key_id: keyId }) => ({ accountId, keyId }),
    besides: { base_url: baseUrlField },
    tell: (call, accountId) => ({ base_url: scimBaseUrl(call.address, accountId) }),
    words: {
      list: 'SCIM keys of an organization, and its base URL',
      create: 'makes a SCIM key; it is shown this once',
      revoke: 'revokes a SCIM key, at once; users stay as they are',
    },
  }),
);

export const ON_CALL_KEY_ROUTES = tagged(
  'Access rules',
  keyRoutes({
    ...{ kind: 'on_call', list: 'on_call_keys', id: 'OnCallKey' },
    shape: keyShape.meta({ id: 'OnCallKey', description: 'Postern only.' }),
    params: organizationParams.extend({ on_call_key_id: keyIdField }),
    which: ({ org_id: accountId, on_call_key_id: keyId }) => ({ accountId, keyId }),
    besides: {},
    tell: () => ({}),
    words: {
      list: 'keys by which schedules of on-call people approve in advance',
      create: 'makes such a key, which can do nothing else; it is shown this once',
      revoke: 'revokes such a key, at once; what it approved holds until its end',
    },
  }),
);

interface KindOfKey<Params extends z.ZodObject> {
  readonly kind: SinglePurpose;
  /** In paths, and in the reply. */
  readonly list: 'scim_keys' | 'on_call_keys';
  /** In the names of the operations. */
  readonly id: 'ScimKey' | 'OnCallKey';
  readonly shape: typeof keyShape;
  /** Of the path to one key. */
  readonly params: Params;
  which(params: z.output<Params>): { readonly accountId: AccountId; readonly keyId: number };
  /** What is told with the list, and with a new key. */
  readonly besides: z.ZodRawShape;
  tell(call: ApiCall, accountId: AccountId): Readonly<Record<string, string>>;
  readonly words: Readonly<Record<'list' | 'create' | 'revoke', string>>;
}

function keyRoutes<Params extends z.ZodObject>(keys: KindOfKey<Params>) {
  const { kind, list, id, shape, params, which, besides, tell, words } = keys;
  const path = `/organizations/{org_id}/${list}`;
  const listed: z.ZodType = z.object({ ...besides, [list]: z.array(shape) });
  const made: z.ZodType = shape.extend({ ...besides, key: z.string() });
  return [
    apiRoute('get', path, {
      operationId: `list${id}s`,
      summary: `Postern only: ${words.list}`,
      params: organizationParams,
      reply: listed,
      perform: async (call, { params: { org_id: accountId } }) => ({
        ...tell(call, accountId),
        [list]: await wireKeys(call, { accountId, kind }),
      }),
    }),
    apiRoute('post', path, {
      operationId: `create${id}`,
      summary: `Postern only: ${words.create}`,
      params: organizationParams,
      body: z.object({ name: keyNameField }),
      limit: 'api_keys_made',
      status: 201,
      reply: made,
      perform: async (call, { params: { org_id: accountId }, body: { name } }) => {
        const { apiKey, key } = await createSinglePurposeKey(call, call.context, { accountId, name, kind });
        return { ...wireKey(apiKey), ...tell(call, accountId), key: key.reveal() };
      },
    }),
    apiRoute('delete', `${path}/{${list.slice(0, -1)}_id}`, {
      operationId: `revoke${id}`,
      summary: `Postern only: ${words.revoke}`,
      params,
      reply: shape,
      perform: async (call, input) => await revoked(call, { ...which(input.params), kind }),
    }),
  ];
}

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
