// One run of some work for all who ask at about the same time.

/** A run that has begun may have missed what its next asker wants to see, who gets the next one. */
export class SharedRun<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<T> | null = null;
  #next: Promise<T> | null = null;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  /** Begins after this call. Throws as the work. */
  result(): Promise<T> {
    if (this.#running === null) return this.#begin();
    const begin = () => this.#begin();
    this.#next ??= this.#running.then(begin, begin);
    return this.#next;
  }

  #begin(): Promise<T> {
    this.#next = null;
    const running = this.#work();
    this.#running = running;
    const end = () => {
      // A next run that was asked for has begun by now or begins at once.
      if (this.#running === running && this.#next === null) this.#running = null;
    };
    running.then(end, end);
    return running;
  }
}
