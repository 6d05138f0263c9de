// Finds for each of many connections what was taken away from it, by owner.

import { type CatalogueSnapshot, sawCommit } from '../../catalogue/endings/catalogue-snapshot.ts';
import {
  type AccessOwners,
  isOwnedBy,
  type RecordedEnding,
  type RestingOn,
} from '../../catalogue/endings/ended-access.ts';

/** The narrowest first; a database role goes with its project. */
const OWNERS = ['accessTokenId', 'grantId', 'userId', 'computeId', 'projectId', 'accountId'] as const;

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

  /** What ended the right, else what changed its rules. A grant ends with its rules. */
  findFor(record: RestingOn, rightAsOf: CatalogueSnapshot | null): RecordedEnding | null {
    let found: RecordedEnding | null = null;
    for (const ending of this.#candidates(record)) {
      if (!isOwnedBy(record, ending.owners)) continue;
      if (rightAsOf !== null && sawCommit(rightAsOf, ending.transactionId)) continue;
      if (ending.kind === 'end' || record.grantId !== null) return { ...ending, kind: 'end' };
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
