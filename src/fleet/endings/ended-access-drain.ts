// Reads from the catalogue what was taken away, when nudged and every two seconds; ends it.
// No lost message, node or Redis can lose any of it.

import { answerInTime } from '../../async/time-limit.ts';
import { type CatalogueSnapshot, endOf } from '../../catalogue/endings/catalogue-snapshot.ts';
import {
  type RecordedEnding,
  type RestingOn,
  readEndedAccess,
  settleGrants,
} from '../../catalogue/endings/ended-access.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Log } from '../../log.ts';
import { OutageLog } from '../../metrics/outage-log.ts';
import { RecentEndings } from './recent-endings.ts';

const READ_INTERVAL_MS = 2_000;
/** How long a change's own reply waits for its ends. */
const CARRY_OUT_LIMIT_MS = 3_000;

/** `under_way`: the change is made, and what is left ends when the store is back. */
export type EndingOutcome = 'done' | 'under_way';

interface EndedAccessDrainOptions {
  readonly catalogue: Catalogue;
  readonly nudgeOthers: () => void;
  readonly log: Log;
}

export class EndedAccessDrain {
  readonly #catalogue: Catalogue;
  readonly #nudgeOthers: () => void;
  readonly #reading: OutageLog;
  readonly #settlingGrants: OutageLog;
  #end: (endings: readonly RecordedEnding[]) => void = () => {};
  #onGap: () => void = () => {};
  #endGrants: ((ending: RecordedEnding) => Promise<void>) | null = null;
  readonly #recent = new RecentEndings();
  #snapshot: CatalogueSnapshot | null = null;
  #hasGap = false;
  #timer: NodeJS.Timeout | null = null;
  #work: Promise<EndingOutcome> = Promise.resolve('done');
  /** The reading that has not begun yet: whoever asks meanwhile is served by it. */
  #nextReading: Promise<EndingOutcome> | null = null;
  #settling: Promise<EndingOutcome> | null = null;

  constructor({ catalogue, nudgeOthers, log }: EndedAccessDrainOptions) {
    this.#catalogue = catalogue;
    this.#nudgeOthers = nudgeOthers;
    this.#reading = new OutageLog(log, 'reading what changes took away');
    this.#settlingGrants = new OutageLog(log, 'ending the grants that rested on what was taken away');
  }

  endBy(end: (endings: readonly RecordedEnding[]) => void): void {
    this.#end = end;
  }

  /** Called after failed readings or on another server: endings may have been missed. */
  onGap(listener: () => void): void {
    this.#onGap = listener;
  }

  /** Called on one node for each ending, again when it throws. */
  endGrantsBy(endGrants: (ending: RecordedEnding) => Promise<void>): void {
    this.#endGrants = endGrants;
  }

  /** Reads from now on. Throws `store_unavailable`. */
  async start(): Promise<void> {
    this.#snapshot = (await readEndedAccess(this.#catalogue.db, null)).snapshot;
    this.#timer = setInterval(() => void this.drain(), READ_INTERVAL_MS);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.all([this.#work, this.#settling]);
  }

  /**
   * True where a right with these owners may have ended, or changed, since it was read. What this
   * node does not know yet ends the connection later. For rights of the last seconds, see
   * ENDINGS_KEPT_MS.
   */
  mayHaveEnded(on: RestingOn, rightAsOf: CatalogueSnapshot): boolean {
    return this.#snapshot === null || this.#hasGap || this.#recent.concern(on, rightAsOf);
  }

  /** For a change that took something away. Waits three seconds at most; never rejects. */
  async endNow(): Promise<EndingOutcome> {
    this.#nudgeOthers();
    return await answerInTime(this.#endHere(), CARRY_OUT_LIMIT_MS).catch(() => 'under_way');
  }

  /** Reads once and ends here what it finds; leaves the grants to run beside it. Never rejects. */
  drain(): Promise<EndingOutcome> {
    this.#nextReading ??= this.#work.then(() => this.#read());
    this.#work = this.#nextReading;
    return this.#nextReading;
  }

  async #endHere(): Promise<EndingOutcome> {
    const outcome = await this.drain();
    if (outcome === 'under_way') return outcome;
    // One that runs may have looked before the change was made.
    await this.#settling;
    return await this.#settleGrants();
  }

  async #read(): Promise<EndingOutcome> {
    this.#nextReading = null;
    try {
      const { snapshot, endings, hasUnsettledGrants } = await readEndedAccess(this.#catalogue.db, this.#snapshot);
      this.#recent.add(endings, performance.now());
      this.#end(endings);
      // A server that took over may lack the last transactions: its numbers begin earlier.
      const isOtherServer = this.#snapshot !== null && endOf(snapshot) < endOf(this.#snapshot);
      if (this.#hasGap || isOtherServer) this.#onGap();
      this.#hasGap = false;
      this.#snapshot = snapshot;
      if (hasUnsettledGrants) void this.#settleGrants();
      this.#reading.succeeded();
      return 'done';
    } catch (error) {
      this.#hasGap = true;
      this.#reading.failed(error);
      return 'under_way';
    }
  }

  #settleGrants(): Promise<EndingOutcome> {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = null;
    });
    return this.#settling;
  }

  async #settleAll(): Promise<EndingOutcome> {
    if (this.#endGrants === null) return 'done';
    try {
      while ((await settleGrants(this.#catalogue, this.#endGrants)) > 0);
      this.#settlingGrants.succeeded();
      return 'done';
    } catch (error) {
      this.#settlingGrants.failed(error);
      return 'under_way';
    }
  }
}
