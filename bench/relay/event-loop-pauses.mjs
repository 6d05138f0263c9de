// Loaded into a node under measurement: each SIGWINCH writes a line to standard error that says the
// longest pause of the event loop since the one before. Costs nothing before the first.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.on('SIGWINCH', () => {
  const pauseMs = Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
  process.stderr.write(`longest pause: ${pauseMs.toFixed(1)} ms\n`);
  histogram.reset();
  histogram.enable();
});
