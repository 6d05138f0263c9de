// From the key in an Authorization header to the actor that it stands for, with last use kept.

import type { Selectable } from 'kysely';
import { type Actor, loadPersonActor } from './actors.ts';
import { API_KEY_PREFIX } from './api-keys.ts';
import { auditActor, changeEvent, SYSTEM_CONTEXT } from './audit-context.ts';
import { recordAuditEvent } from './audit-events.ts';
import type { Catalogue } from './catalogue.ts';
import { hashOfSecret } from './random-secrets.ts';
import type { ApiKeysTable } from './tables/keys-and-tokens.ts';

/** How stale the time of last use may be. */
const TOUCH_EVERY_MS = 60_000;
/** security.md, section 10: the first use per hour is audited. */
const AUDIT_USE_EVERY_MS = 3_600_000;
const KEY_SHAPE = new RegExp(`^${API_KEY_PREFIX}[A-Za-z0-9_-]{43}$`);

export interface UsedApiKey {
  readonly keyId: number;
  readonly kind: 'personal' | 'organization' | 'project';
  /** A personal key's person, as the rights are now, or the key itself. */
  readonly actor: Actor;
}

/** Null for a key that is malformed, unknown or revoked. `from` is the caller's address. */
export async function useApiKey(catalogue: Catalogue, key: string, from: string): Promise<UsedApiKey | null> {
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
  const now = catalogue.clock.now();
  const unusedForMs = now.getTime() - (row.last_used_at?.getTime() ?? 0);
  if (unusedForMs < TOUCH_EVERY_MS && row.last_used_from === from) return;
  await catalogue.transaction(async (tx) => {
    await tx
      .updateTable('api_keys')
      .set({ last_used_at: now, last_used_from: from })
      .where('id', '=', row.id)
      .execute();
    if (unusedForMs < AUDIT_USE_EVERY_MS) return;
    const facts = { accountId: row.account_id, projectId: row.project_id, subject: `API key ${row.id} "${row.name}"` };
    const event = { event: 'secret.used', ...auditActor(actor), browserIp: from, ...facts } as const;
    await recordAuditEvent(tx, changeEvent(catalogue, SYSTEM_CONTEXT, event));
  });
}
