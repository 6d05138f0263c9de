// Records that a secret was used: when and from where, and the first use of each hour in the audit
// trail (docs/security.md, "Audit"), however many nodes and connections use it at once.

import { type RawBuilder, sql } from 'kysely';
import type { Catalogue } from '../store/catalogue.ts';
import { type AuditEventInput, recordAuditEvent } from '../trail/audit-events.ts';

const HOUR_MS = 3_600_000;

export interface UsedSecret {
  readonly table: 'access_tokens' | 'api_keys' | 'database_roles' | 'oauth_consents';
  readonly id: string | number;
  /** As last read; may be stale. */
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

/** Writes at most once every `touchEveryMs` for the same address. */
export async function noteSecretUse(
  catalogue: Catalogue,
  secret: UsedSecret,
  use: { readonly from: string; readonly touchEveryMs: number; readonly event: AuditEventInput },
): Promise<void> {
  const now = catalogue.clock.now();
  const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
  const isRecent = now.getTime() - (secret.lastUsedAt?.getTime() ?? 0) < use.touchEveryMs;
  const isThisHour = secret.lastUsedAt !== null && secret.lastUsedAt >= hour;
  if (isRecent && isThisHour && secret.lastUsedFrom === use.from) return;
  await catalogue.transaction(async (tx) => {
    const touch = (condition: RawBuilder<unknown>) =>
      sql`
        update ${sql.table(secret.table)} set last_used_at = ${now}, last_used_from = ${use.from}
        where id = ${secret.id} and ${condition}
      `.execute(tx);
    const first = await touch(sql`(last_used_at is null or last_used_at < ${hour})`);
    if (first.numAffectedRows === 1n) await recordAuditEvent(tx, use.event);
    else await touch(sql`true`);
  });
}
