import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { runScript } from './child.ts';
import { cpuMicrosecondsOf } from './cpu-time.ts';
import { ec2Request, elementOf, formCall, portOf } from './ec2-request.ts';
import { underLoad } from './load.ts';
import type { HttpLoad, LoadResult, Throughput } from './load.ts';
import { median } from './measurement.ts';
import type { Benchmark, Result } from './measurement.ts';
import { howToGetMiniStack, startMiniStack } from './ministack.ts';
import type { MiniStack } from './ministack.ts';
import { fill, instancesPresent, balancersPresent } from './populous-world.ts';

const rounds = 3;

const connections = 32;

/** An image of the endpoint's own, as any user finds one. */
const imageOf = async (endpoint: string): Promise<string> =>
  elementOf(
    await formCall(
      endpoint,
      'Action=DescribeImages&Version=2016-11-15&Filter.1.Name=architecture&Filter.1.Value.1=x86_64',
    ),
    'imageId',
  );

const launchOf = (image: string): string =>
  `Action=RunInstances&Version=2016-11-15&ImageId=${image}&InstanceType=t3.nano&MinCount=1&MaxCount=1`;

const loadOf = async (
  endpoint: string,
  port: number,
  bounds: Pick<HttpLoad, 'seconds' | 'answers'>,
): Promise<HttpLoad> => {
  const request = ec2Request(port, launchOf(await imageOf(endpoint)));
  return { address: '127.0.0.1', port, connections, request, ...bounds };
};

const inDirectory = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
};

const withWorld = <T>(work: (running: Running) => Promise<T>): Promise<T> =>
  inDirectory(async (directory) => {
    const running = await startReady({ directory });
    try {
      return await work(running);
    } finally {
      await stop(running);
    }
  });

/** Each launch makes one instance with an interface, a volume and the timers of its life. */
const rate = (miniStack: MiniStack | undefined): Promise<Result> =>
  withWorld(async (running) => {
    const own: Throughput[] = [];
    const reference: Throughput[] = [];
    const ownLoad = await loadOf(running.endpoint, portOf(running), { seconds: 3 });
    const { endpoint = '', port = 0, processId = 0 } = miniStack ?? {};
    for (let round = 0; round < rounds; round += 1) {
      if (miniStack !== undefined) {
        const load = await loadOf(endpoint, port, { seconds: 3 });
        reference.push(await underLoad('http-load.ts', load, processId));
      }
      own.push(await underLoad('http-load.ts', ownLoad, running.child.pid ?? 0));
    }
    const perCpuSecond = (of: readonly Throughput[]): string =>
      String(Math.round(median(of.map((each) => each.perCpuSecond))));
    const result = {
      what: `acknowledged RunInstances, durable, ${connections} connections`,
      measured: median(own.map(({ perSecond }) => perSecond)),
      unit: '/s',
    };
    if (miniStack === undefined) return { ...result, note: howToGetMiniStack };
    return {
      ...result,
      reference: {
        what: 'MiniStack, which keeps nothing',
        value: median(reference.map(({ perSecond }) => perSecond)),
      },
      budget: { atLeast: 2 },
      note: `of a busy core, all threads counted: ${perCpuSecond(own)}/s against ${perCpuSecond(reference)}/s`,
    };
  });

const launchesAtATime = 300;

/** Microseconds of processor time that the world's process takes for one launch, until all that follows at once is done. */
const launchMicroseconds = async (running: Running, load: HttpLoad): Promise<number> => {
  const processId = running.child.pid ?? 0;
  const before = cpuMicrosecondsOf(processId);
  // The load script prints a LoadResult.
  const { answers, failures } = (await runScript('http-load.ts', [
    JSON.stringify(load),
  ])) as LoadResult;
  if (failures > 0) throw new Error(`${failures} of ${answers + failures} launches failed`);
  await pause(100);
  return ((cpuMicrosecondsOf(processId) ?? 0) - (before ?? 0)) / answers;
};

/** The same launch in a world that holds much and in one that holds nothing else. */
const flatness = (): Promise<Result> =>
  withWorld((empty) =>
    withWorld(async (full) => {
      if (cpuMicrosecondsOf(process.pid) === undefined) {
        return {
          what: 'cost of a launch in a full world',
          skipped: 'this system does not tell it',
        };
      }
      await fill(full, launchOf(await imageOf(full.endpoint)));
      const bounds = { seconds: 60, answers: launchesAtATime };
      const loads = {
        empty: await loadOf(empty.endpoint, portOf(empty), bounds),
        full: await loadOf(full.endpoint, portOf(full), bounds),
      };
      const cost: Record<keyof typeof loads, number[]> = { empty: [], full: [] };
      // The first round only warms both up.
      for (let round = 0; round < 6; round += 1) {
        const [ofEmpty, ofFull] = [
          await launchMicroseconds(empty, loads.empty),
          await launchMicroseconds(full, loads.full),
        ];
        if (round === 0) continue;
        cost.empty.push(ofEmpty);
        cost.full.push(ofFull);
      }
      return {
        what: `a launch beside ${instancesPresent} instances and ${balancersPresent} balancers`,
        measured: median(cost.full),
        unit: 'us',
        reference: { what: 'in an empty world', value: median(cost.empty) },
        budget: { atMost: 1.5 },
        note: 'processor time of the process that holds the world, all threads counted',
      };
    }),
  );

/** What a launch costs: beside the fastest emulator that is known, and in a world that is full. */
export const launchBench: Benchmark = {
  name: 'launches',
  run: async () => {
    const miniStack = await startMiniStack();
    try {
      const absent: readonly Result[] =
        miniStack === undefined
          ? [{ what: 'RunInstances against MiniStack', skipped: howToGetMiniStack }]
          : [];
      return [...absent, await rate(miniStack), await flatness()];
    } finally {
      await miniStack?.close();
    }
  },
};
