// How long the phases of one connection took, except the wait for a person.

import type { ConnectPhase } from '../../metrics/connection-metrics.ts';
import type { Metrics } from '../../metrics/metrics.ts';

export class PhaseTimes {
  readonly #metrics: Pick<Metrics, 'connectSeconds'>;
  readonly #milliseconds: Partial<Record<ConnectPhase, number>> = {};

  constructor(metrics: Pick<Metrics, 'connectSeconds'>) {
    this.#metrics = metrics;
  }

  /** For the log line: whole milliseconds of each phase that the connection reached. */
  get milliseconds(): Readonly<Partial<Record<ConnectPhase, number>>> {
    return this.#milliseconds;
  }

  /** Runs one phase and records how long it took, also when it failed. */
  async measure<T>(phase: ConnectPhase, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      const tookMs = performance.now() - startedAt;
      this.#milliseconds[phase] = Math.round(tookMs);
      this.#metrics.connectSeconds.observe({ phase }, tookMs / 1_000);
    }
  }

  /** To be called when the client is ready for queries: records all phases together. */
  complete(): void {
    const totalMs = Object.values(this.#milliseconds).reduce((sum, ms) => sum + ms, 0);
    this.#milliseconds.total = totalMs;
    this.#metrics.connectSeconds.observe({ phase: 'total' }, totalMs / 1_000);
  }
}
