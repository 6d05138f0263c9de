// Long work on the event loop in slices of a few milliseconds. Of all such work in the process one
// slice runs in a turn of the loop, so that a hundred at once hold it no longer than one.

import { setImmediate as nextTurn } from 'node:timers/promises';

const SLICE_MS = 4;

/** The turns of the process, given out in the order in which they were asked for. */
let lastTurn: Promise<unknown> = Promise.resolve();

export class TimeSlices {
  #began = performance.now();

  /** `if (slices.isOver) await slices.next()`: to await each time costs more than most steps. */
  get isOver(): boolean {
    return performance.now() - this.#began >= SLICE_MS;
  }

  async next(): Promise<void> {
    lastTurn = lastTurn.then(() => nextTurn());
    await lastTurn;
    this.#began = performance.now();
  }
}
