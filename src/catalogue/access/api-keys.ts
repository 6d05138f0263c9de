// API keys for /api/v2: of a person, of an organization, or bound to one project. Shown once,
// hashed at rest, deleted when revoked. What each kind may do is in permission-table.ts;
// authenticating with one is in use-api-key.ts.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccountId, ProjectId, UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { quoted } from '../../untrusted-text.ts';
import { getProject } from '../projects/projects.ts';
import { accountResource, INSTALLATION, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { type ApiKey, apiKeyFrom, keyRows } from './api-key-rows.ts';

export const API_KEY_PREFIX = 'postern_key_';
/** Neon API 2.7.3: key names have at most 64 characters. */
const MAX_KEY_NAME_CHARACTERS = 64;

export interface NewApiKey {
  readonly apiKey: ApiKey;
  readonly key: Secret;
}

/** Creates a key that acts as its person. */
export async function createPersonalKey(catalogue: Catalogue, context: AuditContext, input: { readonly name: string }) {
  const userId = requirePerson(context);
  const name = requireKeyName(input.name);
  return insertKey(catalogue, context, { kind: 'personal', name, userId, accountId: null, projectId: null });
}

/** Creates a key of the organization or of one of its projects. */
export async function createOrganizationKey(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly name: string; readonly projectId?: ProjectId },
): Promise<NewApiKey> {
  const { accountId, projectId } = input;
  requireMay(context.actor, 'organization_keys.create', accountResource(accountId));
  const name = requireKeyName(input.name);
  if (projectId === undefined) {
    return insertKey(catalogue, context, { kind: 'organization', name, userId: null, accountId, projectId: null });
  }
  const project = await getProject(catalogue, context, { projectId });
  if (project.accountId !== accountId) {
    throw new PosternError('not_found', { params: { thing: `project "${projectId}"` } });
  }
  return insertKey(catalogue, context, { kind: 'project', name, userId: null, accountId, projectId });
}

/** Oldest first. */
export async function listPersonalKeys(catalogue: Catalogue, context: AuditContext): Promise<ApiKey[]> {
  const userId = requirePerson(context);
  return (await keyRows(catalogue).where('api_keys.user_id', '=', userId).execute()).map(apiKeyFrom);
}

/** Keys of the organization and of its projects, oldest first. */
export async function listOrganizationKeys(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'organization_keys.read', accountResource(accountId));
  return (await keyRows(catalogue).where('api_keys.account_id', '=', accountId).execute()).map(apiKeyFrom);
}

export async function revokePersonalKey(catalogue: Catalogue, context: AuditContext, keyId: number): Promise<ApiKey> {
  const userId = requirePerson(context);
  const found = await keyRows(catalogue)
    .where('api_keys.id', '=', keyId)
    .where('api_keys.user_id', '=', userId)
    .executeTakeFirst();
  return revoke(catalogue, context, { keyId, found: found === undefined ? null : apiKeyFrom(found) });
}

/** Also revokes a key of one of the organization's projects. */
export async function revokeOrganizationKey(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, keyId }: { readonly accountId: AccountId; readonly keyId: number },
): Promise<ApiKey> {
  requireMay(context.actor, 'organization_keys.revoke', accountResource(accountId));
  const found = await keyRows(catalogue)
    .where('api_keys.id', '=', keyId)
    .where('api_keys.account_id', '=', accountId)
    .executeTakeFirst();
  return revoke(catalogue, context, { keyId, found: found === undefined ? null : apiKeyFrom(found) });
}

interface KeyRow {
  readonly kind: ApiKey['kind'];
  readonly name: string;
  readonly userId: UserId | null;
  readonly accountId: AccountId | null;
  readonly projectId: ProjectId | null;
}

async function insertKey(catalogue: Catalogue, context: AuditContext, row: KeyRow): Promise<NewApiKey> {
  const key = newRandomSecret(API_KEY_PREFIX);
  const { actor } = context;
  const keyId = await catalogue.transaction(async (tx) => {
    const { id } = await tx
      .insertInto('api_keys')
      .values({
        key_hash: hashOfSecret(key.reveal()),
        kind: row.kind,
        user_id: row.userId,
        account_id: row.accountId,
        project_id: row.projectId,
        name: row.name,
        created_by: actor.kind === 'person' ? actor.userId : null,
        created_at: catalogue.clock.now(),
        last_used_at: null,
        last_used_from: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordKeyEvent(tx, { catalogue, context, row, keyId: id, event: 'secret.created' });
    return id;
  });
  const created = await keyRows(catalogue).where('api_keys.id', '=', keyId).executeTakeFirstOrThrow();
  return { apiKey: apiKeyFrom(created), key };
}

async function revoke(
  catalogue: Catalogue,
  context: AuditContext,
  { keyId, found }: { keyId: number; found: ApiKey | null },
): Promise<ApiKey> {
  return catalogue.transaction(async (tx) => {
    const { numDeletedRows } = await tx
      .deleteFrom('api_keys')
      .where('id', '=', found?.id ?? -1)
      .executeTakeFirst();
    if (found === null || numDeletedRows === 0n) {
      throw new PosternError('not_found', { params: { thing: `API key ${keyId}` } });
    }
    await recordKeyEvent(tx, { catalogue, context, row: found, keyId, event: 'secret.revoked' });
    return found;
  });
}

async function recordKeyEvent(
  tx: Transaction<Schema>,
  happened: {
    catalogue: Catalogue;
    context: AuditContext;
    row: Pick<KeyRow, 'kind' | 'name' | 'accountId' | 'projectId'>;
    keyId: number;
    event: 'secret.created' | 'secret.revoked';
  },
): Promise<void> {
  const { catalogue, context, row, keyId, event } = happened;
  const { accountId, projectId } = row;
  const facts = { event, accountId, projectId, subject: `API key ${keyId} ${quoted(row.name)}`, reason: row.kind };
  await recordAuditEvent(tx, changeEvent(catalogue, context, facts));
}

function requirePerson({ actor }: AuditContext): UserId {
  requireMay(actor, 'self.manage_api_keys', INSTALLATION);
  if (actor.kind === 'person') return actor.userId;
  throw new PosternError('personal_keys_of_people');
}

function requireKeyName(text: string): string {
  const name = requireName(text, "a key's name");
  if (name.length <= MAX_KEY_NAME_CHARACTERS) return name;
  throw new PosternError('key_name_too_long', { params: { limit: String(MAX_KEY_NAME_CHARACTERS) } });
}
