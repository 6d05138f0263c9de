// Tells the log when a store stops and starts answering one part of the program: once per outage,
// not once per try.

import type { Log } from '../log.ts';

export class OutageLog {
  readonly #log: Log;
  readonly #doing: string;
  #isOut = false;

  /** `doing` completes the line, like `refreshing the registry of live connections`. */
  constructor(log: Log, doing: string) {
    this.#log = log;
    this.#doing = doing;
  }

  failed(error: unknown): void {
    if (this.#isOut) return;
    this.#isOut = true;
    this.#log.warn({ err: error }, `failed at ${this.#doing}; trying again`);
  }

  succeeded(): void {
    if (this.#isOut) this.#log.info(`recovered at ${this.#doing}`);
    this.#isOut = false;
  }
}
