// Wakes one waiter when something may have changed. A nudge that comes before the wait is kept.

export class Nudge {
  #isGiven = false;
  #wake: (() => void) | null = null;

  give(): void {
    this.#isGiven = true;
    this.#wake?.();
  }

  async wait({ limitMs, signal }: { limitMs: number; signal: AbortSignal }): Promise<'nudged' | 'limit' | 'aborted'> {
    if (!this.#isGiven && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.#wake = null;
          resolve();
        };
        const timer = setTimeout(done, limitMs);
        signal.addEventListener('abort', done);
        this.#wake = done;
      });
    }
    if (signal.aborted) return 'aborted';
    const isNudged = this.#isGiven;
    this.#isGiven = false;
    return isNudged ? 'nudged' : 'limit';
  }
}
