import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startTestEngine } from '../../src/plane/compute/container/test-engine.ts';
import { createContainerDriver } from '../../src/plane/compute/container/container-driver.ts';
import type { Driver, InstanceSpecification } from '../../src/plane/compute/driver.ts';
import { createNetnsDriver } from '../../src/plane/compute/netns/netns-driver.ts';
import { probeNetns } from '../../src/plane/compute/netns/probe.ts';
import type { Uplink } from '../../src/plane/compute/netns/uplink.ts';
import { createProcessDriver } from '../../src/plane/compute/process-driver.ts';
import { testMetadata, testSpecification } from '../../src/plane/compute/test-specification.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { exitOf } from './child.ts';
import { inTurn } from './measurement.ts';
import type { Benchmark, Result } from './measurement.ts';
import { noWay, openWay } from '../../src/world/way.ts';
import { testCarrier } from '../../src/plane/network/test-carrier.ts';

const rounds = 15;

/** As many as a laptop is to carry. */
const many = 100;

/** How long the processor is looked at while nothing happens. */
const idleMs = 5000;

const block = '127.97';

/** What runs in an instance costs as little as can be, so that what is measured is the driver. */
const userData = '#!/bin/sh\nexec sleep 1000\n';

const uplink: Uplink = {
  block: `${block}.0.0/16`,
  portOffset: 20_000,
  dnsServer: () => Promise.resolve(undefined),
  carrier: testCarrier().carrier,
  from: () => undefined,
  publicAddressOf: () => undefined,
  way: () => openWay(0),
  outside: (_source, socket) => ({ socket, way: noWay }),
};

interface Place {
  readonly directory: string;
  readonly worldId: string;
}

type Make = (place: Place) => Driver;

/** A driver that can run here, or why it cannot. */
type Row =
  | { readonly name: string; readonly make: Make }
  | { readonly name: string; readonly why: string };

const common = ({ directory, worldId }: Place) => ({
  stateDirectory: join(directory, 'running'),
  worldId,
  metadataAddress: '127.0.0.1',
  closeGraceMs: 0,
  stopGraceMs: 0,
});

const rowsHere = async (): Promise<readonly Row[]> => {
  const [netns, engine] = [await probeNetns(), await startTestEngine()];
  return [
    { name: 'process', make: (place) => createProcessDriver(common(place)) },
    'why' in netns
      ? { name: 'netns', why: netns.why }
      : {
          name: 'netns',
          make: (place) => createNetnsDriver({ ...common(place), mode: netns.mode, uplink }),
        },
    'missing' in engine
      ? { name: 'container', why: engine.missing }
      : {
          name: 'container',
          make: (place) =>
            createContainerDriver({
              ...common(place),
              engine: engine.engine,
              ...('why' in netns ? {} : { uplink }),
            }),
        },
  ];
};

const specification = (directory: string, number: number): InstanceSpecification => {
  const [high, low] = [Math.floor(number / 250), (number % 250) + 1];
  return testSpecification(join(directory, `i-${number}`), `i-${number}`, userData, {
    address: `${block}.${high}.${low}`,
    privateAddress: `10.0.${high}.${low + 3}`,
    metadata: () => ({
      ...testMetadata,
      networkInterface: {
        ...testMetadata.networkInterface,
        mac: `02:00:00:00:0${high}:${low.toString(16).padStart(2, '0')}`,
      },
    }),
  });
};

const boot = async (driver: Driver, instance: InstanceSpecification): Promise<void> => {
  const problem = await driver.boot(instance);
  if (isDomainError(problem)) throw new Error(problem.message);
};

const trueMs = async (): Promise<number> => {
  const begin = performance.now();
  await exitOf(spawn('sh', ['-c', 'true'], { stdio: 'ignore' }));
  return performance.now() - begin;
};

const textOf = (path: string): Promise<string> =>
  // What has just ended has no text.
  readFile(path, 'latin1').catch(() => '');

/** The processes of a world: this one, those that carry its mark, and what an engine has beside each container. */
const processesOf = async (worldId: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const id of await readdir('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    const [environment, command] = await Promise.all(
      ['environ', 'cmdline'].map((name) => textOf(`/proc/${id}/${name}`)),
    );
    const isMarked = environment?.includes(worldId) === true;
    const isMonitor = /conmon.*-n\0faultline-/.test(command ?? '');
    if (id === String(process.pid) || isMarked || isMonitor) found.push(id);
  }
  return found;
};

/** Their memory, of which a page that several share counts once. */
const residentMiB = async (ids: readonly string[]): Promise<number> => {
  const each = await Promise.all(ids.map((id) => textOf(`/proc/${id}/smaps_rollup`)));
  const sizes = each.map((text) => Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
};

/** Seconds of processor that they have used. */
const usedSeconds = async (ids: readonly string[]): Promise<number> => {
  const each = await Promise.all(ids.map((id) => textOf(`/proc/${id}/stat`)));
  const ticks = each.map((stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // proc(5): user and system time are the 14th and 15th fields, in hundredths of a second.
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, count) => sum + count, 0) / 100;
};

const measureMany = async (name: string, make: Make, directory: string): Promise<Result> => {
  const memoryBefore = await residentMiB([String(process.pid)]);
  const worldId = randomUUID();
  const driver = make({ directory, worldId });
  try {
    const begin = performance.now();
    await Promise.all(
      Array.from({ length: many }, (_, index) => boot(driver, specification(directory, index))),
    );
    const seconds = (performance.now() - begin) / 1000;
    const ids = await processesOf(worldId);
    const memory = (await residentMiB(ids)) - memoryBefore;
    const usedBefore = await usedSeconds(ids);
    await pause(idleMs);
    const share = ((await usedSeconds(ids)) - usedBefore) / (idleMs / 1000);
    return {
      what: `${many} instances, ${name}: booted`,
      measured: seconds,
      unit: 's',
      note: `${Math.max(0, Math.round(memory))} MiB in all with the programs in them; idle they take ${(100 * share).toFixed(1)} % of a core`,
    };
  } finally {
    await driver.close();
  }
};

const measureOne = async (name: string, make: Make, directory: string): Promise<Result> => {
  const driver = make({ directory, worldId: randomUUID() });
  try {
    // The first one begins what all share.
    await boot(driver, specification(directory, 0));
    let number = 0;
    const bootMs = async (): Promise<number> => {
      number += 1;
      const instance = specification(directory, number);
      const begin = performance.now();
      await boot(driver, instance);
      const elapsed = performance.now() - begin;
      await driver.kill(instance.instanceId);
      return elapsed;
    };
    const { measured, reference } = await inTurn(rounds, bootMs, trueMs);
    return {
      what: `boot to a running program, ${name}`,
      measured,
      unit: 'ms',
      reference: { what: 'sh -c true', value: reference },
    };
  } finally {
    await driver.close();
  }
};

/** From `boot` to a running process, namespace and container, and a hundred of each at once. */
export const driverBench: Benchmark = {
  name: 'drivers',
  run: async () => {
    const results: Result[] = [];
    for (const row of await rowsHere()) {
      if ('why' in row) {
        results.push({ what: `instances, ${row.name}`, skipped: row.why });
        continue;
      }
      for (const measure of [measureOne, measureMany]) {
        const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
        try {
          results.push(await measure(row.name, row.make, directory));
        } finally {
          await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
        }
      }
    }
    return results;
  },
};
