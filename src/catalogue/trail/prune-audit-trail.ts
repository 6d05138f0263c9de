// Removes the oldest events of the audit trail, for its owner only. The head of each shortened
// chain is kept, so that the rest can still be verified.

import { type Kysely, sql, type Transaction } from 'kysely';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from './audit-context.ts';
import { recordAuditEvent } from './audit-events.ts';

/** Rows per transaction, so that no lock is held for long. */
const BATCH = 5_000;

interface Cut {
  readonly nodeId: string;
  /** The chain is removed up to this position. */
  readonly position: number;
  readonly before: string;
}

/** Returns the number of events. Only the owner of the tables may do so. */
export async function pruneAuditTrail(catalogue: Catalogue, context: AuditContext, before: Date): Promise<number> {
  let removedCount = 0;
  for (const cut of await findCuts(catalogue.db, before.toISOString())) {
    for (let batch = BATCH; batch === BATCH; removedCount += batch) {
      batch = await catalogue.transaction((tx) => removeBatch(tx, catalogue, cut));
    }
  }
  if (removedCount > 0) {
    const facts = { subject: before.toISOString(), reason: `${removedCount} events` };
    const event = changeEvent(catalogue, context, { event: 'ops.audit_pruned', ...facts });
    await catalogue.transaction((tx) => recordAuditEvent(tx, event));
  }
  return removedCount;
}

/** Times are stored as texts that sort chronologically. */
async function findCuts(db: Kysely<Schema>, before: string): Promise<Cut[]> {
  const { rows } = await sql<{ nodeId: string; position: number }>`
    select chain.node_id as "nodeId",
      coalesce(min(chain.position) filter (where events.at is null or events.at >= ${before}) - 1, max(chain.position))
        as position
    from audit_chain chain left join audit_events events on events.id = chain.event_id
    group by chain.node_id
    having bool_or(events.at < ${before})
    order by chain.node_id
  `.execute(db);
  return rows.map((row) => ({ ...row, before }));
}

/** Returns the number of rows removed from the chain. */
async function removeBatch(
  tx: Transaction<Schema>,
  { clock }: Pick<Catalogue, 'clock'>,
  { nodeId, position, before }: Cut,
): Promise<number> {
  await sql`
    select set_config('postern.pruning_audit_trail', 'on', true),
      pg_advisory_xact_lock(hashtextextended('postern audit chain ' || ${nodeId}, 0))
  `.execute(tx);
  const links = await tx
    .selectFrom('audit_chain')
    .select(['position', 'event_id', 'hash'])
    .where('node_id', '=', nodeId)
    .where('position', '<=', position)
    .orderBy('position')
    .limit(BATCH)
    .execute();
  const head = links.at(-1);
  if (head === undefined) return 0;
  const pruned = { position: head.position, hash: head.hash, pruned_before: before, pruned_at: clock.now() };
  await tx
    .insertInto('audit_pruned')
    .values({ node_id: nodeId, ...pruned })
    .onConflict((conflict) => conflict.column('node_id').doUpdateSet(pruned))
    .execute();
  const ids = links.map((link) => link.event_id);
  await tx.deleteFrom('audit_events').where(sql<boolean>`id = any(${ids})`).execute();
  await tx.deleteFrom('audit_chain').where('node_id', '=', nodeId).where('position', '<=', head.position).execute();
  return links.length;
}
