// Ends the connections of this node that rested on something that was taken away.

import { type CatalogueSnapshot, sawCommit } from '../../catalogue/endings/catalogue-snapshot.ts';
import {
  type AccessOwners,
  isOwnedBy,
  type RecordedEnding,
  type RestingOn,
} from '../../catalogue/endings/ended-access.ts';
import type { ConnectionId } from '../../ids.ts';
import type { Log } from '../../log.ts';

/** The narrowest first; a database role goes with its project. */
const OWNERS = ['accessTokenId', 'grantId', 'userId', 'computeId', 'projectId', 'accountId'] as const;

export interface RevokedCause {
  readonly kind: 'revoked';
  /** What was taken away, where the person should do something else than ask an admin. */
  readonly thing?: RevokedThing;
}

type RevokedThing = 'approval' | 'sign_in' | 'access_token' | 'database_role';

interface EndableConnection {
  readonly record: RestingOn & { readonly id: ConnectionId };
  readonly handle: {
    readonly rightAsOf: CatalogueSnapshot | null;
    end(cause: RevokedCause): void;
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
      handle.end({ kind: 'revoked', ...thingOf(owners) });
    } else if (found !== null) {
      toRecheck.push(connection);
    }
  }
  return toRecheck;
}

/** A person alone is named where all of their access ends: by signing out everywhere. */
function thingOf(owners: AccessOwners): { readonly thing?: RevokedThing } {
  if (owners.grantId !== undefined) return { thing: 'approval' };
  if (owners.accessTokenId !== undefined) return { thing: 'access_token' };
  if (owners.databaseRole !== undefined) return { thing: 'database_role' };
  const isPersonAlone = owners.userId !== undefined && Object.values(owners).filter(Boolean).length === 1;
  return isPersonAlone ? { thing: 'sign_in' } : {};
}

/** Finds for each of many connections what was taken away from it, by owner. */
export class EndingsByOwner {
  readonly #lists = new Map<string, RecordedEnding[]>();

  constructor(endings: readonly RecordedEnding[]) {
    for (const ending of endings) {
      const owner = OWNERS.find((name) => ending.owners[name] !== undefined);
      if (owner === undefined) continue;
      const key = keyOf(owner, ending.owners[owner] ?? '');
      const list = this.#lists.get(key);
      if (list === undefined) this.#lists.set(key, [ending]);
      else list.push(ending);
    }
  }

  /** What ended the right, else what changed its terms. A grant ends with its policy. */
  findFor(record: RestingOn, rightAsOf: CatalogueSnapshot | null): RecordedEnding | null {
    let found: RecordedEnding | null = null;
    for (const ending of this.#candidates(record)) {
      if (!isOwnedBy(record, ending.owners)) continue;
      if (rightAsOf !== null && sawCommit(rightAsOf, ending.transactionId)) continue;
      const endsGrants = ending.kind === 'recheck' && record.grantId !== null;
      if (ending.kind === 'end' || endsGrants) return { ...ending, kind: 'end' };
      found = ending;
    }
    return found;
  }

  *#candidates(record: RestingOn): Iterable<RecordedEnding> {
    for (const name of OWNERS) {
      const value = record[name];
      if (value !== null) yield* this.#lists.get(keyOf(name, value)) ?? [];
    }
  }
}

function keyOf(name: keyof AccessOwners, value: string): string {
  return `${name}:${value}`;
}
