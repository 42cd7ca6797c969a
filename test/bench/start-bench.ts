import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReady, stop } from '../support/faultline-process.ts';
import { exitOf } from './child.ts';
import { inTurn } from './measurement.ts';
import type { Benchmark } from './measurement.ts';

const rounds = 9;

const bareNodeMs = async (): Promise<number> => {
  const begin = performance.now();
  await exitOf(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }));
  return performance.now() - begin;
};

const upMs = async (directory: string): Promise<number> => {
  const begin = performance.now();
  const running = await startReady({ directory });
  const elapsed = performance.now() - begin;
  await stop(running);
  return elapsed;
};

/** From the command to the ready line, on a data directory that is there already. */
export const startBench: Benchmark = {
  name: 'start',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
    try {
      // The first start makes the directory and fills the cache of compiled code.
      const first = await upMs(directory);
      const { measured, reference } = await inTurn(rounds, () => upMs(directory), bareNodeMs);
      return [
        {
          what: 'up to ready',
          measured,
          unit: 'ms',
          reference: { what: 'bare node -e 0', value: reference },
          ratio: measured / (3 * reference + 100),
          budget: { atMost: 1 },
          note: `the ratio is against 3 x bare node + 100 ms; the first start took ${Math.round(first)} ms`,
        },
      ];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
