// What follows a changed policy: remembered approvals were given under the old one and end with it; every other connection
// goes on where the new one allows it. Whether the change was allowed, the caller has asked.

import type { AccountId, ComputeId } from '../../ids.ts';
import type { Grants } from './grants.ts';

type PolicyOwner = { readonly accountId: AccountId } | { readonly computeId: ComputeId };

export interface PolicyEnforcers {
  readonly grants: Pick<Grants, 'revokeWhere'>;
  readonly liveConnections: { recheckWhere(owner: PolicyOwner): Promise<void> };
}

/** Call it after the change. Connections are looked at also when the grants' store is away; then it throws `store_unavailable`. */
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
