// Ends what rests on a right that was taken away: remembered grants and live connections, on every node. Pages and the
// management API call it after the change; whether the change was allowed, they have asked.

import type { LiveConnections } from '../fleet/live-connections.ts';
import type { GrantFilter, Grants } from '../login/grant/grants.ts';

export interface AccessEnders {
  readonly grants: Pick<Grants, 'revokeWhere'>;
  readonly liveConnections: Pick<LiveConnections, 'endWhere'>;
}

/**
 * Ends every grant and every live connection that has all of the given owners: grants first, so that nobody comes in
 * again. Connections end also when the grants' store is away; then it throws `store_unavailable` afterwards.
 */
export async function endAccess({ grants, liveConnections }: AccessEnders, owners: GrantFilter): Promise<void> {
  try {
    await grants.revokeWhere(owners);
  } finally {
    await liveConnections.endWhere(owners);
  }
}
