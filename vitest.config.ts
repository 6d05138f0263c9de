import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/global-setup.ts'],
    // Whole nodes, browsers and databases share two cores: a limit only ends what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // No module keeps state, so files can share a worker's modules: the suite spends its time on tests, not on imports.
    isolate: false,
  },
});
