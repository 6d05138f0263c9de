// Loaded into a node under measurement: SIGUSR2 begins a measurement of the event loop, and ends it with a line on standard
// error that says its longest pause.

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 2;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let isMeasuring = false;

process.on('SIGUSR2', () => {
  isMeasuring = !isMeasuring;
  if (isMeasuring) {
    histogram.reset();
    histogram.enable();
    return;
  }
  histogram.disable();
  process.stderr.write(`longest pause: ${Math.max(0, histogram.max / 1e6 - RESOLUTION_MS)} ms\n`);
});
