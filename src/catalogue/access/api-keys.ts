// API keys for /api/v2: of a person, of an organization, or bound to one project. Shown once,
// hashed at rest, deleted when revoked. What each kind may do is in permission-table.ts;
// authenticating with one is in use-api-key.ts.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, isOrganizationId, type ProjectId, type UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { quoted } from '../../untrusted-text.ts';
import { getProject } from '../projects/projects.ts';
import { accountResource, INSTALLATION, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import {
  type ApiKey,
  apiKeyFrom,
  firstKey,
  KEY_PREFIXES,
  KEY_WORDS,
  keyRows,
  requireKeyName,
  requireKeyRoom,
  type SinglePurpose,
} from './api-key-rows.ts';

export interface NewApiKey {
  readonly apiKey: ApiKey;
  readonly key: Secret;
}

/** Creates a key that acts as its person. */
export async function createPersonalKey(catalogue: Catalogue, context: AuditContext, input: { readonly name: string }) {
  const userId = requirePerson(context);
  const name = requireKeyName(input.name);
  const asked = { action: 'self.manage_api_keys', resource: INSTALLATION } as const;
  const row = { kind: 'personal', name, userId, accountId: null, projectId: null } as const;
  return insertKey({ catalogue, context, asked }, row);
}

/** Creates a key of the organization or of one of its projects. */
export async function createOrganizationKey(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly name: string; readonly projectId?: ProjectId },
): Promise<NewApiKey> {
  const { accountId, projectId } = input;
  const asked = { action: 'organization_keys.create', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const name = requireKeyName(input.name);
  if (projectId === undefined) {
    const row = { kind: 'organization', name, userId: null, accountId, projectId: null } as const;
    return insertKey({ catalogue, context, asked }, row);
  }
  const project = await getProject(catalogue, context, { projectId });
  if (project.accountId !== accountId) throw notFound({ kind: 'project', projectId });
  return insertKey({ catalogue, context, asked }, { kind: 'project', name, userId: null, accountId, projectId });
}

/** For the identity provider, or for the schedule of on-call people. */
export async function createSinglePurposeKey(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, kind, ...input }: { readonly accountId: AccountId; readonly name: string; readonly kind: SinglePurpose },
): Promise<NewApiKey> {
  const asked = { action: 'organization_keys.create', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  if (!isOrganizationId(accountId)) throw notFound(accountResource(accountId));
  const name = requireKeyName(input.name);
  return insertKey({ catalogue, context, asked }, { kind, name, userId: null, accountId, projectId: null });
}

/** Oldest first. */
export async function listSinglePurposeKeys(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, kind }: { readonly accountId: AccountId; readonly kind: SinglePurpose },
) {
  requireMay(context.actor, 'organization_keys.read', accountResource(accountId));
  return await keysOfAccount(catalogue, accountId, [kind]);
}

/** Oldest first. */
export async function listPersonalKeys(catalogue: Catalogue, context: AuditContext): Promise<ApiKey[]> {
  const keys = keyRows(catalogue).where('api_keys.user_id', '=', requirePerson(context));
  return (await keys.execute()).map(apiKeyFrom);
}

/** Keys of the organization and of its projects, oldest first. */
export async function listOrganizationKeys(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'organization_keys.read', accountResource(accountId));
  return await keysOfAccount(catalogue, accountId, ['organization', 'project']);
}

async function keysOfAccount(catalogue: Catalogue, accountId: AccountId, kinds: ReadonlyArray<ApiKey['kind']>) {
  const keys = keyRows(catalogue).where('api_keys.account_id', '=', accountId).where('kind', 'in', kinds);
  return (await keys.execute()).map(apiKeyFrom);
}

export async function revokePersonalKey(catalogue: Catalogue, context: AuditContext, keyId: number): Promise<ApiKey> {
  const userId = requirePerson(context);
  const found = keyRows(catalogue).where('api_keys.id', '=', keyId).where('api_keys.user_id', '=', userId);
  return revoke(catalogue, context, { keyId, found: await firstKey(found) });
}

/** Also revokes a key of one of the organization's projects, or one of a single purpose. */
export async function revokeOrganizationKey(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, keyId }: { readonly accountId: AccountId; readonly keyId: number },
): Promise<ApiKey> {
  requireMay(context.actor, 'organization_keys.revoke', accountResource(accountId));
  const found = keyRows(catalogue).where('api_keys.id', '=', keyId).where('api_keys.account_id', '=', accountId);
  return revoke(catalogue, context, { keyId, found: await firstKey(found) });
}

interface KeyRow {
  readonly kind: ApiKey['kind'];
  readonly name: string;
  readonly userId: UserId | null;
  readonly accountId: AccountId | null;
  readonly projectId: ProjectId | null;
}
interface KeyMaking {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly asked: Parameters<typeof requireStillMay>[2];
}

async function insertKey({ catalogue, context, asked }: KeyMaking, row: KeyRow): Promise<NewApiKey> {
  const key = newRandomSecret(KEY_PREFIXES[row.kind]);
  const keyId = await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await requireKeyRoom(tx, row);
    const { id } = await tx
      .insertInto('api_keys')
      .values({
        key_hash: hashOfSecret(key.reveal()),
        kind: row.kind,
        ...{ user_id: row.userId, account_id: row.accountId, project_id: row.projectId, name: row.name },
        ...{
          created_by: context.actor.kind === 'person' ? context.actor.userId : null,
          created_at: catalogue.clock.now(),
        },
        ...{ last_used_at: null, last_used_from: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordKeyEvent(tx, { catalogue, context, row, keyId: id, event: 'secret.created' });
    return id;
  });
  return {
    apiKey: apiKeyFrom(await keyRows(catalogue).where('api_keys.id', '=', keyId).executeTakeFirstOrThrow()),
    key,
  };
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
  const subject = `${KEY_WORDS[row.kind]} ${keyId} ${quoted(row.name)}`;
  const facts = { event, accountId: row.accountId, projectId: row.projectId, subject, reason: row.kind };
  await recordAuditEvent(tx, changeEvent(catalogue, context, facts));
}

function requirePerson({ actor }: AuditContext): UserId {
  requireMay(actor, 'self.manage_api_keys', INSTALLATION);
  if (actor.kind === 'person') return actor.userId;
  throw new PosternError('personal_keys_of_people');
}
