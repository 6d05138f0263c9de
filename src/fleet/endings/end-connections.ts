// Ends the connections of this node that rested on something that was taken away.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { RecordedEnding, RestingOn } from '../../catalogue/endings/ended-access.ts';
import type { ConnectionId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { EndingsByOwner } from './endings-by-owner.ts';

interface EndableConnection {
  readonly record: RestingOn & { readonly id: ConnectionId };
  readonly handle: {
    readonly rightAsOf: CatalogueSnapshot | null;
    end(cause: { readonly kind: 'revoked' }): void;
  };
}

/** Returns the connections whose rules have changed: their permission has to be checked again. */
export function endConnections<T extends EndableConnection>(
  connections: Iterable<T>,
  { endings, log }: { readonly endings: readonly RecordedEnding[]; readonly log: Log },
): T[] {
  if (endings.length === 0) return [];
  const byOwner = new EndingsByOwner(endings);
  const toRecheck: T[] = [];
  for (const connection of connections) {
    const { record, handle } = connection;
    const found = byOwner.findFor(record, handle.rightAsOf);
    if (found?.kind === 'end') {
      const { owners, id: ending_id } = found;
      log.info({ event: 'connection.revoked', connection_id: record.id, ending_id, owners }, 'ending a connection');
      handle.end({ kind: 'revoked' });
    } else if (found?.kind === 'recheck') {
      toRecheck.push(connection);
    }
  }
  return toRecheck;
}
