import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/global-setup.ts'],
    // Whole nodes, browsers and databases share two cores: a limit only ends what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Real browsers, clients and clocks can miss each other once on a busy machine; a defect fails twice. Locally nothing is hidden.
    retry: process.env.CI === undefined ? 0 : 1,
    maxWorkers: 2,
    // No module keeps state, so files can share a worker's modules: the suite spends its time on tests, not on imports.
    isolate: false,
  },
});
