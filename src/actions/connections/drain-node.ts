// Draining a node of the fleet: it takes no new connections and finishes the old ones.

import { INSTALLATION, requireMay } from '../../catalogue/rights/permissions.ts';
import { type AuditContext, changeEvent } from '../../catalogue/trail/audit-context.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import type { NodeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { auditOutcome, nameOf } from './act-on-connections.ts';

/** For operators; audited with what became of it. Throws `forbidden`, `store_unavailable`. */
export async function drainNode(
  { catalogue, liveConnections, auditTrail }: Pick<ActionParts, 'catalogue' | 'liveConnections' | 'auditTrail'>,
  context: AuditContext,
  { nodeId, reason }: { readonly nodeId: NodeId; readonly reason: string },
): Promise<FleetOutcome> {
  requireMay(context.actor, 'ops.drain_node', INSTALLATION);
  const outcome = await liveConnections.drainNode(nodeId, { by: nameOf(context.actor) });
  const happening = { event: 'ops.node_drained', outcome: auditOutcome(outcome), reason, subject: nodeId } as const;
  auditTrail.record(changeEvent(catalogue, context, { actorType: 'operator', ...happening }));
  return outcome;
}
