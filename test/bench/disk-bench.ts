import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDomainError } from '../../src/world/domain-error.ts';
import { copyBlocks } from '../../src/plane/disks/copy-blocks.ts';
import type { CopyOptions } from '../../src/plane/disks/copy-blocks.ts';
import { blockBytes } from '../../src/plane/disks/region-blocks.ts';
import type { RegionBlocks } from '../../src/plane/disks/region-blocks.ts';
import { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { createRandom } from '../crash/random.ts';
import { exitOf, runScript } from './child.ts';
import { median } from './measurement.ts';
import type { Benchmark, Measurement } from './measurement.ts';

const fileBlocks = 1024;
const fileMiB = (fileBlocks * blockBytes) / 2 ** 20;
const rounds = 3;
const million = 1_000_000;

type Content = 'incompressible' | 'text-like';

/** A block that no other one is like. */
const blockFor = (content: Content, number: number, random = createRandom(number)): Uint8Array => {
  const block = Buffer.alloc(blockBytes);
  if (content === 'incompressible') {
    for (let place = 0; place < blockBytes; place += 4) {
      block.writeUInt32LE(random.below(2 ** 32), place);
    }
    return block;
  }
  for (let place = 0; place < blockBytes;) {
    const line = `10.0.${random.below(256)}.${random.below(256)} - GET /items/${random.below(100_000)} HTTP/1.1 200 ${random.below(9999)}\n`;
    place += block.write(line, place, 'latin1');
  }
  return block;
};

const writeFile = (path: string, content: Content): void => {
  const descriptor = openSync(path, 'w');
  for (let number = 0; number < fileBlocks; number += 1) {
    writeSync(descriptor, blockFor(content, number + 1));
  }
  closeSync(descriptor);
};

const command = async (name: string, args: readonly string[]): Promise<void> => {
  const code = await exitOf(spawn(name, args, { stdio: 'ignore' }));
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
};

const secondsOf = async (run: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await run();
  return (performance.now() - begin) / 1000;
};

/** A snapshot of a file, from reading its first block to the moment when it survives a loss of power. */
const snapshotFile = async (store: RegionBlocks, id: string, path: string): Promise<void> => {
  const writer = await store.begin(id);
  const descriptor = openSync(path, 'r');
  const block = new Uint8Array(blockBytes);
  for (let index = 0; index < fileBlocks; index += 1) {
    readSync(descriptor, block, 0, blockBytes, index * blockBytes);
    await writer.put(index, block);
  }
  closeSync(descriptor);
  await writer.complete();
};

const copyOptions = (more: Partial<CopyOptions> = {}): CopyOptions => ({
  allow: async () => undefined,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...more,
});

const copySnapshot = async (
  [source, destination]: readonly [RegionBlocks, RegionBlocks],
  id: string,
  more: Partial<CopyOptions> = {},
): Promise<void> => {
  const copied = await copyBlocks(source, id, destination, id, copyOptions(more));
  if (isDomainError(copied)) throw new Error(copied.message);
};

/** A child of a snapshot with every hundredth block changed. */
const changeOneInHundred = async (
  store: RegionBlocks,
  id: string,
  parent: string,
  content: Content,
): Promise<void> => {
  const writer = await store.begin(id, parent);
  writer.keep(0, fileBlocks);
  for (let index = 0; index < fileBlocks; index += 100) {
    await writer.put(index, blockFor(content, fileBlocks + index + 1));
  }
  await writer.complete();
};

interface Figures {
  readonly tools: number;
  readonly snapshot: number;
  readonly copy: number;
  readonly changes: number;
}

/** Seconds of each in one round, on an idle disk: what was written before is waited for. */
const round = async (directory: string, file: string, content: Content): Promise<Figures> => {
  const target = join(directory, 'copied');
  await command('sync', []);
  const cp = await secondsOf(() => command('cp', [file, target]));
  await command('sync', []);
  const sum = await secondsOf(() => command('sha256sum', [file]));
  const stores = [
    new BlockStore(join(directory, 'source')),
    new BlockStore(join(directory, 'destination')),
  ] as const;
  const [source] = stores;
  try {
    // The threads are started before the clock: a Region's first snapshot is not what is measured.
    for (const store of stores) await (await store.begin('first')).complete();
    const snapshot = await secondsOf(() => snapshotFile(source, 'full', file));
    const copy = await secondsOf(() => copySnapshot(stores, 'full'));
    await changeOneInHundred(source, 'changed', 'full', content);
    const more = { previousId: 'full', sourceBaseId: 'full' };
    const changes: number[] = [];
    for (let count = 0; count < rounds; count += 1) {
      changes.push(await secondsOf(() => copySnapshot(stores, 'changed', more)));
      await stores[1].drop('changed');
      // What was sent before must not be there already.
      await stores[1].collect();
    }
    return { tools: Math.max(cp, sum), snapshot, copy, changes: median(changes) };
  } finally {
    for (const store of stores) await store.close();
    for (const name of ['copied', 'source', 'destination']) {
      await rm(join(directory, name), { recursive: true, force: true });
    }
  }
};

const measureContent = async (
  directory: string,
  content: Content,
): Promise<readonly Measurement[]> => {
  const file = join(directory, 'file');
  writeFile(file, content);
  const all: Figures[] = [];
  for (let count = 0; count < rounds; count += 1) all.push(await round(directory, file, content));
  const secondsFor = (name: keyof Figures): number => median(all.map((figures) => figures[name]));
  const reference = {
    what: 'slower of cp and sha256sum of the same file',
    value: fileMiB / secondsFor('tools'),
  };
  const speed = (what: string, seconds: number): Measurement => ({
    what,
    measured: fileMiB / seconds,
    unit: 'MiB/s',
    reference,
    budget: { atLeast: 0.6 },
  });
  return [
    speed(`snapshot of a file, ${content}`, secondsFor('snapshot')),
    speed(`copy of it to another Region, ${content}`, secondsFor('copy')),
    {
      what: `copy of a 1 % change, ${content}`,
      measured: secondsFor('changes') * 1000,
      unit: 'ms',
      reference: { what: 'the full copy', value: secondsFor('copy') * 1000 },
      budget: { atMost: 0.03 },
    },
  ];
};

/** What disk-memory-child.ts prints. */
interface MemoryResult {
  readonly peakMiB: number;
  readonly seconds: number;
}

const measureMemory = async (directory: string, blocks: number): Promise<MemoryResult> => {
  const store = join(directory, `store-${blocks}`);
  const run = (step: string): Promise<unknown> =>
    runScript('disk-memory-child.ts', [String(blocks), step, store]);
  await run('make');
  // The script prints what the interface above says.
  return (await run('measure')) as MemoryResult;
};

/** Snapshots and copies as fast as a file is copied and summed; memory that does not grow with the blocks. */
export const diskBench: Benchmark = {
  name: 'disk',
  run: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'faultline-bench-'));
    try {
      const incompressible = await measureContent(directory, 'incompressible');
      const text = await measureContent(directory, 'text-like');
      const small = await measureMemory(directory, 1000);
      const large = await measureMemory(directory, million);
      return [
        ...incompressible,
        ...text,
        {
          what: 'memory of a store, for each of a million blocks',
          measured: ((large.peakMiB - small.peakMiB) * 2 ** 20) / million,
          unit: 'bytes',
          ratio: ((large.peakMiB - small.peakMiB) * 2 ** 20) / million / 128,
          budget: { atMost: 1 },
          note: `the ratio is against 128 bytes; the process peaks at ${Math.round(large.peakMiB)} MiB, with a thousand blocks at ${Math.round(small.peakMiB)} MiB. It completes, compares, counts, drops and collects half a TiB in ${large.seconds.toFixed(1)} s; the bytes of the blocks are not there`,
        },
      ];
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
