// Adding a compute to a project: on its host, or at an address.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { type Performed, performed } from '../performed.ts';

type Provisioning = ActionParts['provisioning'];

/**
 * Adds a compute that reads a hosted project's databases. Throws `conflict` for a second one that
 * writes, `not_offered` for an attached project, `plan_gate`, `invalid_input`, `forbidden`,
 * `not_found`.
 */
export async function addHostedCompute(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['addHostedCompute']>[1],
): Promise<Performed<Compute>> {
  return performed(await provisioning.addHostedCompute(context, input));
}

/**
 * Adds a compute at an address, after logging in to it; roles and databases are the project's.
 * Throws `attach_refused` with what went wrong, `invalid_input`, `plan_gate`, `forbidden`,
 * `not_found`.
 */
export async function attachCompute(
  { provisioning }: Pick<ActionParts, 'provisioning'>,
  context: AuditContext,
  input: Parameters<Provisioning['addCompute']>[1],
): Promise<Performed<Compute>> {
  return performed(await provisioning.addCompute(context, input));
}
