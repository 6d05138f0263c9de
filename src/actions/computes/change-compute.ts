// Computes of a project: added, changed, started, suspended and removed. What takes one away from
// others is for those whom the access rules let write there.

import { requireComputeReach } from '../../catalogue/access/own-reach.ts';
import {
  changeCompute as change,
  changeComputePolicy as changePolicy,
  getCompute,
} from '../../catalogue/projects/computes.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ComputeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { nameOf } from '../connections/act-on-connections.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

/** A compute that reads a hosted project's databases. `conflict`, `not_offered`, `plan_gate`. */
export const addHostedCompute = provisioningAction((provisioning) => provisioning.addHostedCompute);

/** A compute at an address, after logging in to it. Throws `attach_refused`, `plan_gate`. */
export const attachCompute = provisioningAction((provisioning) => provisioning.addCompute);

/**
 * Disabling a compute suspends it and ends what rests on it; closing it to links ends what this
 * forbids. Throws `rule_denied`, `plan_gate`, and `upstream_unreachable` when the host cannot
 * suspend it.
 */
export const changeCompute = byWriters(ending(changeAndSuspend));

/** Ends the grants given under the old policy, and the connections that the new one forbids. */
export const changeComputePolicy = ending(catalogueAction(changePolicy));

/**
 * Ends its tokens, grants and connections. Throws `rule_denied`, `conflict` for the one that holds
 * the databases.
 */
export const removeCompute = byWriters(ending(provisioningAction((provisioning) => provisioning.removeCompute)));

/** Wakes it. Throws `upstream_unreachable` when its host cannot, `forbidden`, `not_found`. */
export const startCompute = provisioningAction((provisioning) => provisioning.startCompute);

type ChangeParts = Pick<ActionParts, 'catalogue' | 'provisioning'>;

// Neon API 2.7.3: Endpoint, `disabled` schedules a suspend compute operation
async function changeAndSuspend(parts: ChangeParts, context: AuditContext, input: Parameters<typeof change>[2]) {
  const { catalogue, provisioning } = parts;
  if (input.changes.isDisabled !== true) return { ...(await change(catalogue, context, input)), operations: [] };
  await getCompute(catalogue, context, { ...input, action: 'compute.change' });
  // Before the change, so that nothing is changed when the host cannot suspend it.
  const before = await provisioning.suspendCompute(context, input);
  const changed = await change(catalogue, context, input);
  if (changed.state !== 'active') return { ...changed, operations: [before.operation] };
  // A login woke it in between; none wakes it any more.
  const { operation, ...compute } = await provisioning.suspendCompute(context, input);
  return { ...compute, operations: [before.operation, operation] };
}

type Suspend = ActionParts['provisioning']['suspendCompute'];
type SuspendParts = Pick<ActionParts, 'catalogue' | 'provisioning' | 'liveConnections'>;

/**
 * Suspends it until the next login. Its connections end first, and are told by whom. Throws
 * `rule_denied`.
 */
export const suspendCompute = byWriters(endAndSuspend);

async function endAndSuspend(
  { catalogue, provisioning, liveConnections }: SuspendParts,
  context: AuditContext,
  place: Parameters<Suspend>[1],
) {
  const { compute } = await getCompute(catalogue, context, { ...place, action: 'compute.suspend' });
  const endedConnections = await endConnections(liveConnections, compute.id, nameOf(context.actor));
  return { ...(await provisioning.suspendCompute(context, place)), endedConnections };
}

function byWriters<Parts, Input extends { readonly computeId: ComputeId }, Outcome>(
  action: (parts: Parts, context: AuditContext, input: Input) => Promise<Outcome>,
) {
  return async (parts: Parts & Pick<ActionParts, 'catalogue'>, context: AuditContext, input: Input) => {
    await requireComputeReach(parts.catalogue, context.actor, input.computeId);
    return await action(parts, context, input);
  };
}

async function endConnections(
  liveConnections: ActionParts['liveConnections'],
  computeId: ComputeId,
  by: string,
): Promise<number> {
  const connections = await liveConnections.list({ computeId });
  const ended = { cause: 'suspended', reason: 'the compute was suspended', by } as const;
  const outcomes = await Promise.all(connections.map((connection) => liveConnections.end(connection, ended)));
  return outcomes.filter((outcome) => outcome === 'done').length;
}
