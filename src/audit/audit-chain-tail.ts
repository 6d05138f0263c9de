// Reads the audit trail by chains, which grow only at their end: no late commit is missed.

import { sql } from 'kysely';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { idFrom, type NodeId } from '../ids.ts';

export interface ChainLink {
  readonly position: number;
  /** The event's JSON as it was hashed, on one line. */
  readonly json: string;
}

/** Position of the newest event of every chain. */
export async function readChainEnds({ db }: Catalogue): Promise<Map<NodeId, number>> {
  // Through the primary key, node by node: the table is long and has few chains.
  const { rows } = await sql<{ node_id: string; position: number }>`
    with recursive chain (node_id) as (
      select min(node_id) from audit_chain
      union all
      select (select min(a.node_id) from audit_chain a where a.node_id > chain.node_id) from chain
      where chain.node_id is not null
    )
    select node_id, (select max(a.position) from audit_chain a where a.node_id = chain.node_id) as position
    from chain where node_id is not null`.execute(db);
  return new Map(rows.map((row) => [idFrom<NodeId>(row.node_id), row.position]));
}

/** The position before the first event since then, of every chain that has one. */
export async function readPositionsBefore({ db }: Catalogue, since: Date): Promise<Map<NodeId, number>> {
  const rows = await db
    .selectFrom('audit_events')
    .innerJoin('audit_chain', 'audit_chain.event_id', 'audit_events.id')
    .where('audit_events.at', '>=', since.toISOString())
    .groupBy('audit_chain.node_id')
    .select(['audit_chain.node_id', sql<number>`min(audit_chain.position)`.as('first')])
    .execute();
  return new Map(rows.map((row) => [idFrom<NodeId>(row.node_id), row.first - 1]));
}

export async function readChainPart(
  { db }: Catalogue,
  { nodeId, after, limit }: { nodeId: NodeId; after: number; limit: number },
): Promise<ChainLink[]> {
  return await db
    .selectFrom('audit_chain')
    .innerJoin('audit_events', 'audit_events.id', 'audit_chain.event_id')
    .where('audit_chain.node_id', '=', nodeId)
    .where('audit_chain.position', '>', after)
    .orderBy('audit_chain.position')
    .limit(limit)
    .select(['audit_chain.position', sql<string>`audit_events.body::text`.as('json')])
    .execute();
}
