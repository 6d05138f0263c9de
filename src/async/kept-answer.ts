// An answer that is asked for once and then known, such as the settings of an identity provider. A
// failure is remembered: the other side is left alone for a while, and nobody waits long for it.

import { answerInTime } from './time-limit.ts';

interface FailureFigures {
  /** A failure is the answer to all who ask within this time. */
  readonly failureKeptMs: number;
  /** In milliseconds, from any beginning. */
  readonly now?: () => number;
}

/** Work whose failure is remembered. */
export class RememberedFailure {
  readonly #figures: FailureFigures;
  #last: { readonly error: unknown; readonly until: number } | null = null;

  constructor(figures: FailureFigures) {
    this.#figures = figures;
  }

  /** Whether the last attempt failed, however long ago. */
  get isFailing(): boolean {
    return this.#last !== null;
  }

  /** Throws as the work, or as it did a moment ago. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { failureKeptMs, now = () => performance.now() } = this.#figures;
    if (this.#last !== null && now() < this.#last.until) throw this.#last.error;
    try {
      const result = await work();
      this.#last = null;
      return result;
    } catch (error) {
      this.#last = { error, until: now() + failureKeptMs };
      throw error;
    }
  }
}

interface KeptAnswerOptions<T> extends FailureFigures {
  readonly ask: () => Promise<T>;
  /** How long anybody waits for the next attempt after a failure. */
  readonly patienceMs: number;
}

export class KeptAnswer<T> {
  readonly #options: KeptAnswerOptions<T>;
  readonly #failure: RememberedFailure;
  #answer: Promise<T> | null = null;

  constructor(options: KeptAnswerOptions<T>) {
    this.#options = options;
    this.#failure = new RememberedFailure(options);
  }

  /** One question at a time, however many wait for its answer. Throws as it, or out of patience. */
  async get(): Promise<T> {
    const { ask, patienceMs } = this.#options;
    this.#answer ??= this.#failure.run(ask).catch((error: unknown) => {
      this.#answer = null;
      throw error;
    });
    return await (this.#failure.isFailing ? answerInTime(this.#answer, patienceMs) : this.#answer);
  }
}
