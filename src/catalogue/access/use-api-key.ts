// Turns the key of an Authorization header into the actor that it stands for, and records its use.

import type { Selectable } from 'kysely';
import { quoted } from '../../untrusted-text.ts';
import { type Actor, loadPersonActor } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import type { ApiKeysTable } from '../tables/keys-and-tokens.ts';
import { auditActor, changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';
import { API_KEY_PREFIX } from './api-keys.ts';
import { noteSecretUse } from './note-secret-use.ts';

/** How stale the time of last use may be. */
const TOUCH_EVERY_MS = 60_000;
const KEY_SHAPE = new RegExp(`^${API_KEY_PREFIX}[A-Za-z0-9_-]{43}$`);

/** Null for a key that is malformed, unknown or revoked. `from` is the caller's address. */
export async function useApiKey(catalogue: Catalogue, key: string, from: string) {
  if (!KEY_SHAPE.test(key)) return null;
  const row = await catalogue.db
    .selectFrom('api_keys')
    .selectAll()
    .where('key_hash', '=', hashOfSecret(key))
    .executeTakeFirst();
  const actor = row === undefined ? null : await actorOf(catalogue, row);
  if (row === undefined || actor === null) return null;
  await noteUse(catalogue, { row, actor, from });
  return { keyId: row.id, kind: row.kind, actor };
}

async function actorOf(catalogue: Catalogue, row: Selectable<ApiKeysTable>): Promise<Actor | null> {
  const { id: keyId, user_id: userId, account_id: accountId, project_id: projectId } = row;
  if (userId !== null) {
    const person = await loadPersonActor(catalogue, userId);
    return person === null ? null : { ...person, viaKeyId: keyId };
  }
  if (accountId === null) return null;
  if (projectId === null) return { kind: 'organization_key', keyId, accountId };
  return { kind: 'project_key', keyId, accountId, projectId };
}

async function noteUse(
  catalogue: Catalogue,
  { row, actor, from }: { row: Selectable<ApiKeysTable>; actor: Actor; from: string },
): Promise<void> {
  const facts = {
    accountId: row.account_id,
    projectId: row.project_id,
    subject: `API key ${row.id} ${quoted(row.name)}`,
  };
  const used = { event: 'secret.used', ...auditActor(actor), browserIp: from, ...facts } as const;
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, used);
  const secret = {
    table: 'api_keys',
    id: row.id,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  } as const;
  await noteSecretUse(catalogue, secret, { from, touchEveryMs: TOUCH_EVERY_MS, event });
}
