// Turns the key of an Authorization header into the actor that it stands for, and records its use.

import type { Selectable } from 'kysely';
import { quoted } from '../../untrusted-text.ts';
import { type Actor, loadPersonActor } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import type { ApiKeysTable } from '../tables/keys-and-tokens.ts';
import { auditActor, changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';
import { API_KEY_PREFIX, KEY_WORDS, ON_CALL_KEY_PREFIX, SCIM_KEY_PREFIX } from './api-key-rows.ts';
import { noteSecretUse } from './note-secret-use.ts';

/** How stale the time of last use may be. */
const TOUCH_EVERY_MS = 60_000;
const KEY_SHAPE = new RegExp(`^(?:${API_KEY_PREFIX}|${ON_CALL_KEY_PREFIX})[A-Za-z0-9_-]{43}$`);

const SCIM_KEY_SHAPE = new RegExp(`^${SCIM_KEY_PREFIX}[A-Za-z0-9_-]{43}$`);

/** Null for a key that is malformed, unknown or revoked. `from` is the caller's address. */
export async function useApiKey(catalogue: Catalogue, key: string, from: string) {
  if (!KEY_SHAPE.test(key)) return null;
  const row = await findRow(catalogue, key);
  const actor = row === undefined ? null : await actorOf(catalogue, row);
  if (row === undefined || actor === null) return null;
  await noteUse(catalogue, { row, actor, from });
  return { keyId: row.id, kind: row.kind, actor };
}

/** Likewise; null also for a key of another organization than the one that is named. */
export async function useScimKey(
  catalogue: Catalogue,
  { key, from, accountId }: { readonly key: string; readonly from: string; readonly accountId: string },
) {
  if (!SCIM_KEY_SHAPE.test(key)) return null;
  const row = await findRow(catalogue, key);
  if (row === undefined || row.kind !== 'scim' || row.account_id === null || row.account_id !== accountId) return null;
  const actor = { kind: 'scim_key', keyId: row.id, accountId: row.account_id } as const;
  await noteUse(catalogue, { row, actor, from });
  return { keyId: row.id, actor };
}

async function findRow({ db }: Catalogue, key: string) {
  const rows = db.selectFrom('api_keys').selectAll().where('key_hash', '=', hashOfSecret(key));
  return await rows.executeTakeFirst();
}

async function actorOf(catalogue: Catalogue, row: Selectable<ApiKeysTable>): Promise<Actor | null> {
  const { id: keyId, kind, user_id: userId, account_id: accountId, project_id: projectId } = row;
  if (userId !== null) {
    const person = await loadPersonActor(catalogue, userId);
    return person === null ? null : { ...person, viaKeyId: keyId };
  }
  if (accountId === null || kind === 'scim') return null;
  if (kind === 'on_call') return { kind: 'on_call_key', keyId, accountId };
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
    subject: `${KEY_WORDS[row.kind]} ${row.id} ${quoted(row.name)}`,
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
