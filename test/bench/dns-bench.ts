import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { startReady, stop } from '../support/faultline-process.ts';
import { end } from './child.ts';
import { freePort } from './free-port.ts';
import { underLoad } from './load.ts';
import type { DnsLoad, Throughput } from './load.ts';
import { median } from './measurement.ts';
import type { Benchmark, Result } from './measurement.ts';

const rounds = 3;
const zone = 'bench.example';
const names = Array.from({ length: 100 }, (_, number) => `host-${number}.${zone}`);
const addressOf = (number: number): string => `192.0.2.${number}`;

/** An authoritative server with the records above. */
interface DnsUnderLoad {
  readonly port: number;
  readonly processId: number;
  close(): Promise<void>;
}

const fillZone = async (endpoint: string): Promise<void> => {
  const client = new Route53Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const made = await client.send(new CreateHostedZoneCommand({ Name: zone, CallerReference: '1' }));
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: made.HostedZone?.Id ?? '',
      ChangeBatch: {
        Changes: names.map((name, number) => ({
          Action: 'CREATE',
          ResourceRecordSet: {
            Name: name,
            Type: 'A',
            TTL: 60,
            ResourceRecords: [{ Value: addressOf(number) }],
          },
        })),
      },
    }),
  );
  client.destroy();
};

const startOwn = async (): Promise<DnsUnderLoad> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const running = await startReady({ directory });
  await fillZone(running.endpoint);
  const close = async (): Promise<void> => {
    await stop(running);
    await rm(directory, { recursive: true });
  };
  return { port: running.dnsPort, processId: running.child.pid ?? 0, close };
};

const startNsd = async (): Promise<DnsUnderLoad> => {
  const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
  const port = await freePort();
  const records = names.map((name, number) => `${name}. 60 IN A ${addressOf(number)}`);
  await writeFile(
    join(directory, 'zone'),
    [
      `${zone}. 60 IN SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 86400 60`,
      `${zone}. 60 IN NS ns.${zone}.`,
      `ns.${zone}. 60 IN A 127.0.0.1`,
      ...records,
      '',
    ].join('\n'),
  );
  const file = join(directory, 'nsd.conf');
  await writeFile(
    file,
    `server:
  server-count: 1
  ip-address: 127.0.0.1@${port}
  zonesdir: "${directory}"
  database: ""
  pidfile: "${join(directory, 'pid')}"
  xfrdfile: "${join(directory, 'xfrd')}"
  xfrdir: "${directory}"
  zonelistfile: "${join(directory, 'zones')}"
  username: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "${zone}"
  zonefile: "zone"
`,
  );
  const child = spawn('nsd', ['-d', '-c', file], { stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true });
  };
  return { port, processId: child.pid ?? 0, close };
};

/** The most that a server on node:dgram could answer: one that looks at nothing and decides nothing. */
const startBare = async (): Promise<DnsUnderLoad> => {
  const script = join(import.meta.dirname, 'bare-dns.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  // The script prints the address that its socket is bound to.
  const { port } = JSON.parse(line) as { readonly port: number };
  return { port, processId: child.pid ?? 0, close: () => end(child) };
};

const loadOf = (port: number, seconds: number): DnsLoad => ({
  address: '127.0.0.1',
  port,
  underWay: 64,
  seconds,
  names,
});

/** Waits until the server answers: a load of a moment that does not fail. */
const answers = async ({ port, processId }: DnsUnderLoad): Promise<void> => {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await underLoad('dns-load.ts', loadOf(port, 0.1), processId);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
};

const compare = async (
  own: DnsUnderLoad,
  other: DnsUnderLoad,
  bare: DnsUnderLoad,
): Promise<readonly Result[]> => {
  const results: Record<'own' | 'other' | 'bare', Throughput[]> = { own: [], other: [], bare: [] };
  await Promise.all([answers(own), answers(other), answers(bare)]);
  for (let round = 0; round < rounds; round += 1) {
    results.other.push(await underLoad('dns-load.ts', loadOf(other.port, 2), other.processId));
    results.own.push(await underLoad('dns-load.ts', loadOf(own.port, 2), own.processId));
    results.bare.push(await underLoad('dns-load.ts', loadOf(bare.port, 2), bare.processId));
  }
  const row = (what: string, of: (throughput: Throughput) => number): Result => ({
    what,
    measured: median(results.own.map(of)),
    unit: '/s',
    reference: { what: 'nsd, one server', value: median(results.other.map(of)) },
  });
  return [
    {
      ...row('DNS, answers of a busy core', ({ perCpuSecond }) => perCpuSecond),
      budget: { atLeast: 0.8 },
      note: 'answers for each second of processor time, as for the balancer; see the next line for what node:dgram leaves',
    },
    {
      ...row(
        'DNS, answers of a busy core, beside a bare node:dgram',
        ({ perCpuSecond }) => perCpuSecond,
      ),
      reference: {
        what: 'node:dgram that sends each query back',
        value: median(results.bare.map(({ perCpuSecond }) => perCpuSecond)),
      },
    },
    row('DNS, answers by the clock on the wall', ({ perSecond }) => perSecond),
  ];
};

/** The DNS server against an authoritative server of note, on the same records. */
export const dnsBench: Benchmark = {
  name: 'dns',
  run: async () => {
    const own = await startOwn();
    try {
      if (spawnSync('nsd', ['-v']).error !== undefined) {
        await answers(own);
        const { perSecond, perCpuSecond } = await underLoad(
          'dns-load.ts',
          loadOf(own.port, 2),
          own.processId,
        );
        return [
          { what: 'DNS, answers of a busy core', measured: perCpuSecond, unit: '/s' },
          { what: 'DNS, answers by the clock on the wall', measured: perSecond, unit: '/s' },
          { what: 'DNS against an authoritative server', skipped: 'nsd is not on PATH' },
        ];
      }
      const other = await startNsd();
      try {
        const bare = await startBare();
        try {
          return await compare(own, other, bare);
        } finally {
          await bare.close();
        }
      } finally {
        await other.close();
      }
    } finally {
      await own.close();
    }
  },
};
