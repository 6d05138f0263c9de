// Measures how late the event loop is. Knows no metric.

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1_000_000_000;
const QUANTILES = [0.5, 0.9, 0.99, 1];

export interface EventLoopWatch {
  /** Seconds by quantile (`0.5` to `1`) since the last call. */
  takeLagSeconds(): Readonly<Record<string, number>>;
  stop(): void;
}

export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    takeLagSeconds: () => {
      const lags = Object.fromEntries(QUANTILES.map((quantile) => [String(quantile), lagSeconds(histogram, quantile)]));
      histogram.reset();
      return lags;
    },
    stop: () => {
      histogram.disable();
    },
  };
}

/** Without the resolution of the timer, which is not lag. */
function lagSeconds(histogram: IntervalHistogram, quantile: number): number {
  const seconds = histogram.percentile(quantile * 100) / NANOSECONDS;
  return Math.max(0, seconds - RESOLUTION_MS / 1_000);
}
