// API keys on the wire: listed, created and revoked. The key itself is only in the reply to its
// creation.

import { z } from 'zod';
import type { ApiKey } from '../../../catalogue/access/api-key-rows.ts';
import type { NewApiKey } from '../../../catalogue/access/api-keys.ts';
import { namedIdField, personOrNobody, timeField, uuidField } from '../call/field-shapes.ts';

// Neon API 2.7.3: ApiKeyCreateRequest
export const keyNameField = z.string().min(1).max(64);
/** A positive int64; ids of keys stay below the largest safe integer. */
export const keyIdField = z
  .string()
  .regex(/^[1-9]\d{0,18}$/, 'not the id of a key')
  .transform((text) => Math.min(Number(text), Number.MAX_SAFE_INTEGER))
  .meta({ type: 'integer', format: 'int64', minimum: 1 });

const projectOfKey = { project_id: namedIdField.optional() };

// Neon API 2.7.3: ApiKeysListResponseItem, OrgApiKeysListResponseItem
export const listedKeyShape = z
  .object({
    id: z.int(),
    name: z.string(),
    created_at: timeField,
    created_by: z.object({ id: uuidField, name: z.string(), image: z.string() }),
    last_used_at: timeField.nullable(),
    last_used_from_addr: z.string(),
    ...projectOfKey,
  })
  .meta({ id: 'ApiKey' });

// Neon API 2.7.3: ApiKeyCreateResponse, OrgApiKeyCreateResponse
export const newKeyShape = z
  .object({
    id: z.int(),
    key: z.string(),
    name: z.string(),
    created_at: timeField,
    created_by: uuidField,
    ...projectOfKey,
  })
  .meta({ id: 'NewApiKey' });

// Neon API 2.7.3: ApiKeyRevokeResponse, OrgApiKeyRevokeResponse
export const revokedKeyShape = z
  .object({
    id: z.int(),
    name: z.string(),
    created_at: timeField,
    created_by: uuidField,
    last_used_at: timeField.nullable(),
    last_used_from_addr: z.string(),
    revoked: z.literal(true),
    ...projectOfKey,
  })
  .meta({ id: 'RevokedApiKey' });

export function listedKey(key: ApiKey): z.input<typeof listedKeyShape> {
  return {
    ...keyFields(key),
    ...lastUse(key),
    created_by: {
      id: personOrNobody(creatorOf(key)),
      name: key.createdBy?.name ?? '',
      image: key.createdBy?.image ?? '',
    },
  };
}

/** Contains the key: only for the reply to its creation. */
export function newKey({ apiKey, key }: NewApiKey): z.input<typeof newKeyShape> {
  return { ...keyFields(apiKey), key: key.reveal(), created_by: personOrNobody(creatorOf(apiKey)) };
}

export function revokedKey(key: ApiKey): z.input<typeof revokedKeyShape> {
  return { ...keyFields(key), ...lastUse(key), created_by: personOrNobody(creatorOf(key)), revoked: true };
}

function creatorOf({ createdBy }: ApiKey): string | null {
  return createdBy?.id ?? null;
}

// neonctl revokes a new key at once unless `project_id` equals the requested one, absent where none
// was requested.
function keyFields({ id, name, createdAt, projectId }: ApiKey) {
  return { id, name, created_at: createdAt.toISOString(), project_id: projectId ?? undefined };
}

function lastUse({ lastUsedAt, lastUsedFrom }: ApiKey) {
  return { last_used_at: lastUsedAt?.toISOString() ?? null, last_used_from_addr: lastUsedFrom ?? '' };
}
