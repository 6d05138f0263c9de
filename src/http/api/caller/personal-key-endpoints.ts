// A person's own API keys.

import { z } from 'zod';
import { createPersonalKey, revokePersonalKey } from '../../../actions/keys/api-keys.ts';
import { listPersonalKeys } from '../../../catalogue/access/api-keys.ts';
import { apiRoute } from '../call/api-route.ts';
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

export const listPersonalKeysRoute = apiRoute({
  method: 'get',
  path: '/api_keys',
  operationId: 'listApiKeys',
  summary: "The caller's own keys",
  tag: 'API keys',
  status: 200,
  reply: z.array(listedKeyShape),
  perform: async ({ catalogue, context }) => (await listPersonalKeys(catalogue, context)).map(listedKey),
});

export const createPersonalKeyRoute = apiRoute({
  method: 'post',
  path: '/api_keys',
  operationId: 'createApiKey',
  summary: 'Makes a key that acts as its person; it is shown this once',
  tag: 'API keys',
  body: z.object({ key_name: keyNameField }),
  status: 200,
  reply: newKeyShape,
  perform: async (call, { body }) => newKey(await createPersonalKey(call, call.context, { name: body.key_name })),
});

export const revokePersonalKeyRoute = apiRoute({
  method: 'delete',
  path: '/api_keys/{key_id}',
  operationId: 'revokeApiKey',
  summary: 'Revokes an own key, at once',
  tag: 'API keys',
  params: z.object({ key_id: keyIdField }),
  status: 200,
  reply: revokedKeyShape,
  perform: async (call, { params }) => revokedKey(await revokePersonalKey(call, call.context, params.key_id)),
});
