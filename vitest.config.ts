import { defineConfig } from 'vitest/config';

/** What the projects share. Whole nodes, browsers and databases share two cores: a limit only ends what hangs. */
const shared = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Real browsers, clients and clocks can miss each other once on a busy machine; a defect fails twice.
  retry: process.env.CI === undefined ? 0 : 1,
  // No module keeps state, so files can share a worker's modules: the suite spends its time on tests, not on imports.
  isolate: false,
} as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    // The zoo has six clients that each wait ten seconds.
    maxConcurrency: 6,
    projects: [
      {
        // No process, no package to install: `npm ci` is enough.
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.integration.test.ts', 'test/e2e/**', 'test/field/**'],
        },
      },
      {
        // Postgres, Redis and processes of our own.
        test: {
          ...shared,
          name: 'integration',
          include: ['test/**/*.integration.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        // psql, browsers, drivers, whole fleets, and the clients of the field.
        test: {
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/field/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
