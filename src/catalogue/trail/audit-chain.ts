// Verifies the audit trail: each event is hashed together with the previous hash, in one chain per
// node, so that a changed, deleted or inserted row is found. The database writes the chain
// (migration 0004); this code only recomputes it.

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Catalogue } from '../store/catalogue.ts';

export interface AuditFlaw {
  readonly nodeId: string;
  readonly position: number;
  readonly eventId: string;
  readonly kind:
    | 'event_changed'
    | 'event_missing'
    | 'chain_broken'
    | 'position_missing'
    | 'event_unchained'
    /** A previously noted head is no longer in its chain, which was cut off or rewritten. */
    | 'head_missing';
}

/** The end of a chain at some time. */
export interface ChainHead {
  readonly nodeId: string;
  readonly position: number;
  /** SHA-256 in hex. */
  readonly hash: string;
}

export interface PrunedChain extends ChainHead {
  /** Removed were events from before this moment. */
  readonly before: string;
}

const BATCH = 1_000;
const MAX_FLAWS = 100;

interface ChainRow {
  readonly position: number;
  readonly event_id: string;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
  readonly body: string | null;
}

/**
 * Looks for earlier heads too. No flaws: nothing was changed. The resulting heads are to be noted
 * elsewhere, since a chain that was cut off at its end looks whole. Holds one batch in memory.
 */
export async function verifyAuditChain(catalogue: Catalogue, notedHeads: readonly ChainHead[] = []) {
  const nodes = await catalogue.db.selectFrom('audit_chain').select('node_id').distinct().orderBy('node_id').execute();
  const pruned = await listPruned(catalogue);
  const flaws: AuditFlaw[] = [
    ...(await findMissingHeads(catalogue, { notedHeads, pruned })),
    ...(await findUnchained(catalogue)),
  ];
  const heads: ChainHead[] = [];
  let eventCount = 0;
  for (const { node_id: nodeId } of nodes) {
    const cut = pruned.find((chain) => chain.nodeId === nodeId);
    let head: { position: number; hash: Buffer } = {
      position: cut?.position ?? 0,
      hash: Buffer.from(cut?.hash ?? '', 'hex'),
    };
    for await (const row of chainOf(catalogue, nodeId)) {
      flaws.push(
        ...flawsOf(row, head).map((kind) => ({ nodeId, position: row.position, eventId: row.event_id, kind })),
      );
      head = { position: row.position, hash: row.hash };
      eventCount += 1;
    }
    heads.push({ nodeId, position: head.position, hash: head.hash.toString('hex') });
  }
  return { eventCount, flaws: flaws.slice(0, MAX_FLAWS), pruned, heads };
}

function flawsOf(row: ChainRow, before: { position: number; hash: Buffer }): Array<AuditFlaw['kind']> {
  const flaws: Array<AuditFlaw['kind']> = [];
  if (row.position !== before.position + 1) flaws.push('position_missing');
  if (!row.previous_hash.equals(before.hash)) flaws.push('chain_broken');
  if (row.body === null) return [...flaws, 'event_missing'];
  const hash = createHash('sha256').update(row.previous_hash).update(row.body, 'utf8').digest();
  return hash.equals(row.hash) ? flaws : [...flaws, 'event_changed'];
}

async function* chainOf(catalogue: Catalogue, nodeId: string): AsyncGenerator<ChainRow> {
  for (let position = 0, isMore = true; isMore; ) {
    const { rows } = await sql<ChainRow>`
      select chain.position, chain.event_id, chain.previous_hash, chain.hash, events.body::text as body
      from audit_chain chain left join audit_events events on events.id = chain.event_id
      where chain.node_id = ${nodeId} and chain.position > ${position}
      order by chain.position limit ${BATCH}
    `.execute(catalogue.db);
    yield* rows;
    position = rows.at(-1)?.position ?? position;
    isMore = rows.length === BATCH;
  }
}

/** A head that was pruned cannot be compared, unless the chain was cut right after it. */
async function findMissingHeads(
  { db }: Catalogue,
  { notedHeads, pruned }: { readonly notedHeads: readonly ChainHead[]; readonly pruned: readonly PrunedChain[] },
): Promise<AuditFlaw[]> {
  const flaws: AuditFlaw[] = [];
  for (const { nodeId, position, hash } of notedHeads) {
    const cut = pruned.find((chain) => chain.nodeId === nodeId);
    if (cut !== undefined && (position < cut.position || (position === cut.position && hash === cut.hash))) continue;
    const link = await db
      .selectFrom('audit_chain')
      .select('hash')
      .where('node_id', '=', nodeId)
      .where('position', '=', position)
      .executeTakeFirst();
    if (link?.hash.toString('hex') !== hash) flaws.push({ nodeId, position, eventId: '', kind: 'head_missing' });
  }
  return flaws;
}

async function listPruned({ db }: Catalogue): Promise<PrunedChain[]> {
  const rows = await db.selectFrom('audit_pruned').selectAll().orderBy('node_id').execute();
  return rows.map(({ node_id: nodeId, position, hash, pruned_before: before }) => {
    return { nodeId, position, hash: hash.toString('hex'), before };
  });
}

/** Events that are in no chain, written around the trigger. */
async function findUnchained(catalogue: Catalogue): Promise<AuditFlaw[]> {
  const { rows } = await sql<{ id: string; node_id: string }>`
    select id, node_id from audit_events events
    where not exists (select from audit_chain where event_id = events.id) order by at limit ${MAX_FLAWS}
  `.execute(catalogue.db);
  return rows.map((row) => ({ nodeId: row.node_id, position: 0, eventId: row.id, kind: 'event_unchained' }));
}
