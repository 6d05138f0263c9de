// How long the phases of one connection took, except the wait for a person.

import type { ConnectPhase } from '../../metrics/metrics.ts';
import type { GatewayParts } from './gateway-parts.ts';

export class PhaseTimes {
  /** For the log line: whole milliseconds of each phase that the connection reached. */
  readonly milliseconds: Partial<Record<ConnectPhase, number>> = {};
  readonly #metrics: GatewayParts['metrics'];

  constructor(metrics: GatewayParts['metrics']) {
    this.#metrics = metrics;
  }

  /** Runs one phase and records how long it took, also when it failed. */
  async measure<T>(phase: ConnectPhase, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      const tookMs = performance.now() - startedAt;
      this.milliseconds[phase] = Math.round(tookMs);
      this.#metrics.connectSeconds.observe({ phase }, tookMs / 1_000);
    }
  }

  /** To be called when the client is ready for queries: records all phases together. */
  complete(): void {
    const totalMs = Object.values(this.milliseconds).reduce((sum, ms) => sum + ms, 0);
    this.milliseconds.total = totalMs;
    this.#metrics.connectSeconds.observe({ phase: 'total' }, totalMs / 1_000);
  }
}
