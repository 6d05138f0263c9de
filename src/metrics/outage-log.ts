// Logs when an activity begins to fail and when it works again: once per outage.

import type { Log } from '../log.ts';

export class OutageLog {
  readonly #log: Log;
  readonly #activity: string;
  #isOut = false;

  /** `activity` as a verb in -ing: `publishing the live connections of this node`. */
  constructor(log: Log, activity: string) {
    this.#log = log;
    this.#activity = activity;
  }

  failed(error: unknown): void {
    if (this.#isOut) return;
    this.#isOut = true;
    this.#log.warn(
      { event: 'activity.failed', activity: this.#activity, err: error },
      `failed at ${this.#activity}; trying again`,
    );
  }

  succeeded(): void {
    if (this.#isOut) {
      this.#log.info({ event: 'activity.recovered', activity: this.#activity }, `recovered at ${this.#activity}`);
    }
    this.#isOut = false;
  }
}
