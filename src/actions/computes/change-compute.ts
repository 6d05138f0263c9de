// Changing a compute, or its policy for logins and connections.

import { changeCompute as change, changeComputePolicy as changePolicy } from '../../catalogue/projects/computes.ts';
import { endingAction } from '../catalogue-action.ts';

/**
 * Disabling a compute ends its grants and all its connections; closing it to links ends its grants
 * and what its policy forbids then. Throws `plan_gate`, `invalid_input`, `forbidden`, `not_found`.
 */
export const changeCompute = endingAction(change);

/**
 * Ends the compute's grants, which were given under the old policy, and the connections that the
 * new one forbids. Throws `forbidden`, `not_found`.
 */
export const changeComputePolicy = endingAction(changePolicy);
