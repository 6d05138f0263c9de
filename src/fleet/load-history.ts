// How many connections a node had at most in each of the last minutes, told with its heartbeat.

const MINUTE_MS = 60_000;
/** An hour of them, as far as a glance goes. */
export const MINUTES_KEPT = 60;

export class LoadHistory {
  #minute = 0;
  readonly #peaks: number[] = [];

  /** Oldest first; the last one is of the minute that is running. */
  get peaks(): readonly number[] {
    return this.#peaks;
  }

  note(now: Date, count: number): void {
    const minute = Math.floor(now.getTime() / MINUTE_MS);
    const passed = this.#peaks.length === 0 ? 1 : Math.max(0, minute - this.#minute);
    // A node that was asleep had nothing in between.
    for (let step = 0; step < Math.min(passed, MINUTES_KEPT); step += 1) this.#peaks.push(0);
    this.#minute = Math.max(minute, this.#minute);
    this.#peaks.push(Math.max(count, this.#peaks.pop() ?? 0));
    this.#peaks.splice(0, Math.max(0, this.#peaks.length - MINUTES_KEPT));
  }
}
