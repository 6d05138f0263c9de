// What a connection has once its client is ready for queries.

import type { Relay } from '../../relay/relay.ts';
import type { RelayActivity } from '../../relay/relay-activity.ts';

/** Cancels the query that runs on the upstream, and records in the audit trail by whom. */
export type CancelQuery = (by: 'client' | 'hang_up' | 'operator') => Promise<void>;

export interface Relaying {
  readonly relay: Relay;
  readonly activity: RelayActivity;
  readonly cancelQuery: CancelQuery;
}
