// Applies a changed policy: ends the grants that were given under the old one, and ends each
// connection that the new one does not allow. The caller has checked that the change was allowed.

import type { AccountId, ComputeId } from '../../ids.ts';
import type { Grants } from './grants.ts';

type PolicyOwner = { readonly accountId: AccountId } | { readonly computeId: ComputeId };

export interface PolicyEnforcers {
  readonly grants: Pick<Grants, 'revokeWhere'>;
  readonly liveConnections: { recheckWhere(owner: PolicyOwner): Promise<void> };
}

/**
 * Call it after the change. Connections are checked even when the grants' store is unavailable;
 * then it throws `store_unavailable`.
 */
export async function endWhatPolicyForbids(
  { grants, liveConnections }: PolicyEnforcers,
  owner: PolicyOwner,
): Promise<void> {
  try {
    await grants.revokeWhere(owner);
  } finally {
    await liveConnections.recheckWhere(owner);
  }
}
