import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { startReady, stop } from '../support/faultline-process.ts';
import { end } from './child.ts';
import { memoryOfTree } from './cpu-time.ts';
import type { TreeMemory } from './cpu-time.ts';
import { formCall } from './ec2-request.ts';
import type { Measurement, Result } from './measurement.ts';

/** How long after the ready line, or after the answer, memory is looked at. */
const settledMs = 5000;

const mostMiB = { idle: 75, used: 95 } as const;

/** What a Node.js holds that does nothing: nothing that runs on it holds less. */
const bareNode = async (): Promise<TreeMemory | undefined> => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' });
  try {
    await delay(1000);
    return memoryOfTree(child.pid ?? 0);
  } finally {
    await end(child);
  }
};

const row = (
  what: string,
  measured: TreeMemory,
  bare: TreeMemory,
  budgetMiB: number,
): Measurement => ({
  what,
  measured: measured.proportionalMiB,
  unit: 'MiB',
  reference: { what: 'bare node', value: bare.proportionalMiB },
  ratio: measured.proportionalMiB / budgetMiB,
  budget: { atMost: 1 },
  note:
    `the ratio is against ${budgetMiB} MiB of PSS over the process tree (${measured.processes} process` +
    `${measured.processes === 1 ? '' : 'es'}); where nothing else runs the same Node.js it is what is resident, ` +
    `${Math.round(measured.residentMiB)} MiB, of which a bare node is ${Math.round(bare.residentMiB)}`,
});

/** What an empty world holds when it is ready, and after the first call of one service. */
export const idleMemory = async (): Promise<readonly Result[]> => {
  // The first start fills the cache of compiled code; without it the compiler itself stays in memory.
  await stop(await startReady());
  const first = await startReady();
  await formCall(first.endpoint, 'Action=DescribeAvailabilityZones&Version=2016-11-15');
  await stop(first);

  const bare = await bareNode();
  const running = await startReady();
  try {
    await delay(settledMs);
    const idle = memoryOfTree(running.child.pid ?? 0);
    await formCall(running.endpoint, 'Action=DescribeAvailabilityZones&Version=2016-11-15');
    await delay(settledMs);
    const used = memoryOfTree(running.child.pid ?? 0);
    if (bare === undefined || idle === undefined || used === undefined) {
      return [{ what: 'memory of an empty world', skipped: 'this system does not tell it' }];
    }
    return [
      row('memory of an empty world, 5 s after it is ready', idle, bare, mostMiB.idle),
      row('memory of a world after one call of EC2', used, bare, mostMiB.used),
    ];
  } finally {
    await stop(running);
  }
};
