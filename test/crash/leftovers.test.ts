import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { kill, startReady } from '../support/faultline-process.ts';
import { launchWith } from '../black-box/web-server.ts';

/** Whether it runs: one that has ended may wait as a zombie for whoever adopted it. */
const isAlive = async (processId: number): Promise<boolean> => {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[XZ]/m.test(status);
};

const childrenOf = async (processId: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${processId}/task/${processId}/children`, 'utf8'))
    .trim()
    .split(' ')
    .map(Number);

// Only Linux says which processes are whose children without another program.
it.runIf(process.platform === 'linux')(
  'ends at the next start what a killed world left behind, also when that start runs no processes',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faultline-leftovers-'));
    const world = await startReady({ directory, driver: 'process', speed: 100 });
    const id = await launchWith(
      awsClients(world.endpoint),
      '#!/bin/sh\ntrap "" TERM\necho $$ > pid\nexec sleep 600\n',
    );
    const processId = await eventually(async () =>
      Number(await readFile(join(directory, 'instances', id, 'disk', 'pid'), 'utf8')),
    );
    try {
      const { pid = 0 } = world.child;
      // The reaper first, which would end the instance by itself, and the world before it can start another.
      const reapers = (await childrenOf(pid)).filter((child) => child !== processId);
      for (const child of reapers) process.kill(child, 'SIGKILL');
      await kill(world);
      expect(await isAlive(processId)).toBe(true);
      const next = await startReady({ directory, driver: 'mock', speed: 100 });
      await eventually(async () => !(await isAlive(processId)));
      await kill(next);
    } finally {
      if (await isAlive(processId)) process.kill(processId, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  },
);
