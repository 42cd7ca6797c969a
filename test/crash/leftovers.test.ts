import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { kill, startReady } from '../support/faultline-process.ts';
import { spawnTied } from '../support/tied-program.ts';
import { launchWith } from '../black-box/web-server.ts';

/** Whether it runs: one that has ended may wait as a zombie for whoever adopted it. */
const isAlive = async (processId: number): Promise<boolean> => {
  const status = await readFile(`/proc/${processId}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[XZ]/m.test(status);
};

/** It and all that it started: reapers, instances, nodes of balancers. */
const treeOf = async (processId: number): Promise<readonly number[]> => {
  const below = await Promise.all((await childrenOf(processId)).map((child) => treeOf(child)));
  return [processId, ...below.flat()];
};

const childrenOf = async (processId: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${processId}/task/${processId}/children`, 'utf8'))
    .split(' ')
    .filter((id) => id.trim() !== '')
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

describe.runIf(process.platform === 'linux')('a world that a test has started', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'dies with all that it runs when the process of its test is ended by %s',
    async (signal) => {
      const script = join(import.meta.dirname, 'world-holder.ts');
      const holder = spawnTied(script, []);
      const [line] = await once(createInterface({ input: holder.stdout }), 'line');
      // The instance, and what ends it with its world, beside the world itself.
      const tree = await eventually(async () => {
        const found = await treeOf(Number(line));
        return found.length > 2 && found;
      });
      holder.kill(signal);
      await eventually(async () => {
        const alive = await Promise.all(tree.map((processId) => isAlive(processId)));
        return !alive.includes(true);
      });
    },
  );
});
