// Changing a compute, or its policy for logins and connections.

import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { changeCompute as change, changeComputePolicy as changePolicy } from '../../catalogue/projects/computes.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { endWhatPolicyForbids, type PolicyEnforcers } from '../../login/grant/end-what-policy-forbids.ts';
import type { ActionParts } from '../action-parts.ts';
import { type AccessEnders, endAccess } from '../end-access.ts';

/**
 * Disabling a compute ends its grants and all its connections; closing it to links ends its grants
 * and what its policy forbids then. Throws `plan_gate`, `invalid_input`, `forbidden`, `not_found`.
 */
export async function changeCompute(
  parts: AccessEnders & PolicyEnforcers & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  input: Parameters<typeof change>[2],
): Promise<Compute> {
  const compute = await change(parts.catalogue, context, input);
  const { isDisabled, passwordlessAccess } = input.changes;
  if (isDisabled === true) await endAccess(parts, { computeId: compute.id });
  else if (passwordlessAccess === false) await endWhatPolicyForbids(parts, { computeId: compute.id });
  return compute;
}

/**
 * Ends the compute's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export async function changeComputePolicy(
  parts: PolicyEnforcers & Pick<ActionParts, 'catalogue'>,
  context: AuditContext,
  input: Parameters<typeof changePolicy>[2],
): Promise<Compute> {
  const compute = await changePolicy(parts.catalogue, context, input);
  await endWhatPolicyForbids(parts, { computeId: compute.id });
  return compute;
}
