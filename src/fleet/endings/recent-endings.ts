// What was taken away in the last seconds, for logins that read their rights just before the fleet
// knew them: they need not ask the catalogue whether these still hold.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { RecordedEnding, RestingOn } from '../../catalogue/endings/ended-access.ts';
import { EndingsByOwner } from './end-connections.ts';

/** How long endings are kept after they were read; older rights must not be asked about. */
export const ENDINGS_KEPT_MS = 10_000;

interface Reading {
  readonly atMs: number;
  readonly endings: EndingsByOwner;
}

export class RecentEndings {
  #readings: Reading[] = [];

  /** `nowMs`: of a clock that never goes back. */
  add(endings: readonly RecordedEnding[], nowMs: number): void {
    const isKept = ({ atMs }: Reading) => nowMs - atMs <= ENDINGS_KEPT_MS;
    if (this.#readings.length > 0) this.#readings = this.#readings.filter(isKept);
    if (endings.length > 0) this.#readings.push({ atMs: nowMs, endings: new EndingsByOwner(endings) });
  }

  /** Whether a right with these owners, as of that snapshot, was ended or has other terms since. */
  concern(on: RestingOn, rightAsOf: CatalogueSnapshot): boolean {
    return this.#readings.some(({ endings }) => endings.findFor(on, rightAsOf) !== null);
  }
}
