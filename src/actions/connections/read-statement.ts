// Shows what a hosted database does for a connection: a statement may hold data, so that looking
// needs a right of its own and is audited.

import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { ActionParts } from '../action-parts.ts';
import { type Capacity, recordAct, requireRight } from './act-on-connections.ts';

type Parts = Pick<ActionParts, 'catalogue' | 'auditTrail' | 'provisioning'>;

/** Null when there is none to see. Throws `forbidden`, `not_found`, `host_away`. */
export async function readStatement(
  parts: Parts,
  context: AuditContext,
  { connection, capacity }: { readonly connection: LiveConnectionRecord; readonly capacity: Capacity },
) {
  await requireRight({ ...parts, actor: context.actor }, connection, { act: 'read_statement', capacity });
  const { computeId, upstreamPid: pid, database, databaseRole } = connection;
  if (computeId === null || pid === null || database === null || databaseRole === null) return null;
  recordAct(parts, context, { connection, capacity, happening: { event: 'ops.statement_read', outcome: 'success' } });
  return await parts.provisioning.readStatement({ computeId, pid, database, databaseRole });
}
