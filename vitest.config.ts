import { defineConfig } from 'vitest/config';

/** What runs worlds with real processes and clocks, and compares moments: one file at a time. */
const timed = [
  'test/black-box/addresses.test.ts',
  'test/black-box/auto-scaling.test.ts',
  'test/black-box/faults.test.ts',
  'test/black-box/stack.test.ts',
  // These hold what sockets do against what a model foretells, in milliseconds.
  'src/plane/balancer/same-moments.test.ts',
  'src/plane/balancer/balancer-plane-contract.test.ts',
  'src/plane/probe/prober-contract.test.ts',
];

/** Drills run for a minute or more, as Terraform and Ansible do, mostly waiting: side by side they take the time of the longest. */
const drills = [
  'test/drill/**/*.test.ts',
  'test/terraform/**/*.test.ts',
  'test/ansible/**/*.test.ts',
];

/** What runs worlds too and mostly waits for them: some at once, since nothing in it depends on how fast they are. */
const waiting = [
  'src/plane/compute/driver-contract.test.ts',
  'src/plane/compute/container/container-driver.test.ts',
  'src/plane/compute/netns/netns-driver.test.ts',
  'src/serving/runners/disk-runner-property.test.ts',

  'test/atlas/**/*.test.ts',
  'test/black-box/**/*.test.ts',
  'test/crash/**/*.test.ts',
];

/** What computes only: it has no state of its own, so that one process takes file after file and reads the code once. */
const pure = ['src/{atlas,aws,drill,text,wire,world}/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: pure,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...timed, ...drills, ...waiting, ...pure],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'waiting',
          include: waiting,
          exclude: timed,
          maxWorkers: 3,
          // A container engine beside two other lanes takes its time.
          testTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'drills',
          include: drills,
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: timed,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
