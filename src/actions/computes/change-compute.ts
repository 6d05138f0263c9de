// Computes of a project: added, changed, started, suspended and removed.

import { changeCompute as change, changeComputePolicy as changePolicy } from '../../catalogue/projects/computes.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ComputeId } from '../../ids.ts';
import type { ActionParts } from '../action-parts.ts';
import { catalogueAction, ending, provisioningAction } from '../define-action.ts';

/**
 * Adds a compute that reads a hosted project's databases. Throws `conflict` for a second one that
 * writes, `not_offered` for an attached project, `plan_gate`, `invalid_input`, `forbidden`,
 * `not_found`.
 */
export const addHostedCompute = provisioningAction((provisioning) => provisioning.addHostedCompute);

/**
 * Adds a compute at an address, after logging in to it; roles and databases are the project's.
 * Throws `attach_refused` with what went wrong, `invalid_input`, `plan_gate`, `forbidden`,
 * `not_found`.
 */
export const attachCompute = provisioningAction((provisioning) => provisioning.addCompute);

/**
 * Disabling a compute ends its grants and all its connections; closing it to links ends its grants
 * and what its policy forbids then. Throws `plan_gate`, `invalid_input`, `forbidden`, `not_found`.
 */
export const changeCompute = ending(catalogueAction(change));

/**
 * Ends the compute's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export const changeComputePolicy = ending(catalogueAction(changePolicy));

/**
 * Removes a compute with its access tokens, grants and live connections; databases stay. Throws
 * `conflict` for the one that holds a hosted project's databases, `forbidden`, `not_found`.
 */
export const removeCompute = ending(provisioningAction((provisioning) => provisioning.removeCompute));

/** Wakes it. Throws `upstream_unreachable` when its host cannot, `forbidden`, `not_found`. */
export const startCompute = provisioningAction((provisioning) => provisioning.startCompute);

type Suspend = ActionParts['provisioning']['suspendCompute'];

/**
 * Suspends a compute until the next login; connections within a transaction go on. Throws
 * `forbidden`, `not_found`.
 */
export async function suspendCompute(
  { provisioning, liveConnections }: Pick<ActionParts, 'provisioning' | 'liveConnections'>,
  context: AuditContext,
  place: Parameters<Suspend>[1],
): ReturnType<Suspend> {
  const compute = await provisioning.suspendCompute(context, place);
  await endIdleConnections(liveConnections, compute.id);
  return compute;
}

/**
 * A host ends idle connections itself when none of the computes that share its databases is left;
 * all others are Postern's to end.
 */
async function endIdleConnections(
  liveConnections: ActionParts['liveConnections'],
  computeId: ComputeId,
): Promise<void> {
  const connections = await liveConnections.list({ computeId, phase: 'relaying' });
  const idle = connections.filter(({ transactionStatus }) => transactionStatus === 'I');
  const ended = { reason: 'the compute was suspended', by: 'suspend' };
  await Promise.all(idle.map((connection) => liveConnections.end(connection, ended)));
}
