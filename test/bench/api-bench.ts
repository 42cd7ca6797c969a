import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { end } from './child.ts';
import { ec2Request, elementOf, formCall, portOf } from './ec2-request.ts';
import { underLoad } from './load.ts';
import type { HttpLoad, Throughput } from './load.ts';
import { median } from './measurement.ts';
import type { Benchmark, Measurement, Result } from './measurement.ts';

const loadOf = (port: number, body: string): HttpLoad => ({
  address: '127.0.0.1',
  port,
  connections: 32,
  seconds: 3,
  request: ec2Request(port, body),
});

const describeZones = 'Action=DescribeAvailabilityZones&Version=2016-11-15';

const startBareServer = async (
  bodyLength: number,
): Promise<{
  readonly port: number;
  readonly processId: number;
  readonly close: () => Promise<void>;
}> => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'bare-server.ts'), String(bodyLength)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  // The script prints the address that its server listens on.
  const { port } = JSON.parse(line) as { readonly port: number };
  return { port, processId: child.pid ?? 0, close: () => end(child) };
};

const reads = async (running: Running): Promise<readonly Result[]> => {
  const answer = await formCall(running.endpoint, describeZones);
  const bare = await startBareServer(answer.length);
  const results: Record<'own' | 'bare', Throughput[]> = { own: [], bare: [] };
  try {
    for (let round = 0; round < 3; round += 1) {
      const bareLoad = loadOf(bare.port, describeZones);
      results.bare.push(await underLoad('http-load.ts', bareLoad, bare.processId));
      const load = loadOf(portOf(running), describeZones);
      results.own.push(await underLoad('http-load.ts', load, running.child.pid ?? 0));
    }
  } finally {
    await bare.close();
  }
  const row = (what: string, of: (throughput: Throughput) => number): Measurement => ({
    what: `DescribeAvailabilityZones, 32 connections, ${what}`,
    measured: median(results.own.map(of)),
    unit: '/s',
    reference: { what: 'bare node:http, as many bytes', value: median(results.bare.map(of)) },
    budget: { atLeast: 0.3 },
  });
  return [
    row('of a busy core', ({ perCpuSecond }) => perCpuSecond),
    row('by the clock on the wall', ({ perSecond }) => perSecond),
  ];
};

const writes = async (running: Running): Promise<Result> => {
  const answer = await formCall(
    running.endpoint,
    'Action=CreateVpc&Version=2016-11-15&CidrBlock=10.77.0.0/16',
  );
  const vpc = elementOf(answer, 'vpcId');
  const body = `Action=CreateTags&Version=2016-11-15&ResourceId.1=${vpc}&Tag.1.Key=bench&Tag.1.Value={n}`;
  const load = loadOf(portOf(running), body);
  const { perSecond } = await underLoad('http-load.ts', load, running.child.pid ?? 0);
  return {
    what: 'acknowledged writes, API (CreateTags), 32 connections',
    measured: perSecond,
    unit: '/s',
  };
};

/** The API of a running world. */
export const apiBench: Benchmark = {
  name: 'api',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
    const running = await startReady({ directory });
    try {
      return [...(await reads(running)), await writes(running)];
    } finally {
      await stop(running);
      await rm(directory, { recursive: true });
    }
  },
};
