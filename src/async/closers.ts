// Closes what was opened, in the opposite order; one failure does not keep the rest open.

import type { Log } from '../log.ts';

export class Closers {
  readonly #log: Log;
  readonly #closers: Array<{ readonly what: string; close(): Promise<void> | void }> = [];

  #closing: Promise<void> = Promise.resolve();

  constructor(log: Log) {
    this.#log = log;
  }

  add(what: string, close: () => Promise<void> | void): void {
    this.#closers.push({ what, close });
  }

  /** Never rejects: a part that cannot be closed is logged. A second call waits for the first. */
  closeAll(): Promise<void> {
    this.#closing = this.#closing.then(() => this.#closeThose());
    return this.#closing;
  }

  async #closeThose(): Promise<void> {
    for (const { what, close } of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        this.#log.error({ event: 'shutdown.close_failed', err: error, part: what }, `could not close ${what}`);
      }
    }
  }
}
