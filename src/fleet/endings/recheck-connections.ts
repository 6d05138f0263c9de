// Checks the permission of many connections again, with one reading of rights for hundreds.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { inParts } from '../../async/batches.ts';
import type { RightsAskedFor, RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { AccessTokenId, ComputeId, UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';

/** As many as one reading of rights serves. */
const READ_AT_A_TIME = 500;
/** In one turn of the event loop, which takes about a millisecond. */
const CHECKED_PER_TURN = 50;

interface CheckedConnection {
  readonly record: {
    readonly phase: 'waiting' | 'connecting' | 'relaying';
    readonly computeId: ComputeId | null;
    readonly userId: UserId | null;
    readonly accessTokenId: AccessTokenId | null;
  };
  readonly handle: { recheck(rights?: RightsReader): Promise<void> };
}

/** Throws `store_unavailable` when rights cannot be read now; the connections go on then. */
export async function recheckConnections(
  connections: readonly CheckedConnection[],
  { readRights, log }: { readRights: (asked: RightsAskedFor) => Promise<RightsReader>; log: Log },
): Promise<void> {
  for (const part of inParts(connections, READ_AT_A_TIME)) {
    const relaying = part.filter(({ record }) => record.phase === 'relaying');
    const rights = await readRights(rightsOf(relaying));
    // NOTE: one that was not relaying may have been authorised meanwhile, by newer rights.
    const settled = new Set(relaying);
    const recheck = (connection: CheckedConnection) =>
      connection.handle.recheck(settled.has(connection) ? rights : undefined).catch((error: unknown) => {
        log.warn({ event: 'fleet.recheck_failed', err: error }, 'could not check a connection’s permission again');
      });
    for (const slice of inParts(part, CHECKED_PER_TURN)) {
      await Promise.all(slice.map(recheck));
      await nextTurn();
    }
  }
}

function rightsOf(connections: readonly CheckedConnection[]): RightsAskedFor {
  const records = connections.map(({ record }) => record);
  return {
    computeIds: records.flatMap(({ computeId }) => computeId ?? []),
    userIds: records.flatMap(({ userId }) => userId ?? []),
    accessTokenIds: records.flatMap(({ accessTokenId }) => accessTokenId ?? []),
  };
}
