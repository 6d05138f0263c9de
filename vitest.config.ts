import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Whole nodes, browsers and databases share two cores in continuous integration: a test that only was too slow gets another turn.
    retry: process.env.CI === undefined ? 0 : 2,
    maxWorkers: 2,
    // No module keeps state, so files can share a worker's modules: the suite spends its time on tests, not on imports.
    isolate: false,
  },
});
