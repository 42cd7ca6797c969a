import { defineConfig } from 'vitest/config';

/** What runs worlds with real processes and clocks: one file at a time, with the machine to itself. */
const live = [
  'test/atlas/**/*.test.ts',
  'test/drill/**/*.test.ts',
  'test/black-box/**/*.test.ts',
  'test/crash/**/*.test.ts',
  // These hold what sockets do against what a model foretells, in milliseconds.
  'src/plane/balancer/same-moments.test.ts',
  'src/plane/balancer/balancer-plane-contract.test.ts',
  'src/plane/probe/prober-contract.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: live,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: live,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
