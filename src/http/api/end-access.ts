// Ends what rested on a right that is gone: grants first, so that nobody comes in again, then live connections on all nodes.

import type { GrantFilter } from '../../login/grants.ts';
import type { ApiParts } from './api-parts.ts';

/** Whoever and whatever is named; every given value must match. */
export async function endAccess({ grants, liveConnections }: ApiParts, whose: GrantFilter): Promise<void> {
  await grants.revokeWhere(whose);
  await liveConnections.endWhere(whose);
}
