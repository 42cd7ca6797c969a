import { randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isDomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import { TestRegionBlocks } from '../test-region-blocks.ts';
import { captureDirectory } from './capture-directory.ts';
import { readLayoutRecord, writeLayoutRecord } from './layout-record.ts';
import { readLayout } from './read-layout.ts';
import { restoreDirectory } from './restore-directory.ts';
import { describeTree, takeSnapshot, temporaryDirectory } from './test-trees.ts';
import type { Layout } from './volume-tree.ts';

let scratch: Awaited<ReturnType<typeof temporaryDirectory>>;
let volume: string;
let blocks: TestRegionBlocks;

beforeEach(async () => {
  scratch = await temporaryDirectory();
  volume = join(scratch.path, 'volume');
  await mkdir(volume);
  blocks = new TestRegionBlocks();
});

afterEach(() => scratch.remove());

const restored = async (snapshotId: string, name = `restored-${snapshotId}`): Promise<Layout> => {
  const answer = await restoreDirectory(blocks, snapshotId, join(scratch.path, name));
  if (isDomainError(answer)) throw new Error(answer.message);
  return answer.layout;
};

const snapshot = (snapshotId: string, previous?: Layout, settlingMs = -1000) =>
  takeSnapshot(blocks, volume, { snapshotId, sizeGiB: 1, previous, settlingMs });

const changed = async (first: string, second: string): Promise<number> =>
  (await blocks.changes(first, second, 0, 1_000_000)).length;

describe('a volume that is captured and restored', () => {
  it('has its files, modes, times, links and empty directories again', async () => {
    await mkdir(join(volume, 'etc/empty'), { recursive: true });
    await writeFile(join(volume, 'etc/passwd'), 'root:x:0:0\n', { mode: 0o640 });
    await writeFile(join(volume, 'nothing'), '');
    await writeFile(join(volume, 'large'), randomBytes(3 * blockBytes + 17));
    await writeFile(join(volume, 'whole'), randomBytes(2 * blockBytes));
    await writeFile(join(volume, 'zeros'), Buffer.alloc(2 * blockBytes + 5));
    await link(join(volume, 'large'), join(volume, 'etc/large-too'));
    await symlink('../../outside', join(volume, 'etc/elsewhere'));
    await symlink('/etc/passwd', join(volume, 'absolute'));
    await writeFile(
      Buffer.concat([Buffer.from(`${volume}/`), Buffer.from([0xff, 0x41, 0xe4])]),
      'no UTF-8',
    );
    await chmod(join(volume, 'whole'), 0o4711);
    await lutimes(join(volume, 'nothing'), -12345.678, -12345.678);
    await lutimes(join(volume, 'absolute'), 1_234_567_890.123456, 1_234_567_890.123456);
    await chmod(volume, 0o751);
    await snapshot('snap-1');
    await restored('snap-1');
    expect(await describeTree(join(scratch.path, 'restored-snap-1'))).toEqual(
      await describeTree(volume),
    );
  });

  it('keeps the holes of a large file as holes, in the snapshot and in the directory', async () => {
    const file = await open(join(volume, 'sparse'), 'w');
    await file.truncate(200 * blockBytes);
    await file.write(Buffer.from('here'), 0, 4, 150 * blockBytes);
    await file.close();
    await snapshot('snap-1');
    expect((await blocks.contents('snap-1'))?.blockCount).toBe(3);
    await restored('snap-1');
    const there = await open(join(scratch.path, 'restored-snap-1/sparse'));
    const stat = await there.stat();
    await there.close();
    expect(stat.size).toBe(200 * blockBytes);
    expect(stat.blocks * 512).toBeLessThan(2 * blockBytes);
  });

  it('shares its blocks when a volume made from the snapshot is captured in turn', async () => {
    for (let index = 0; index < 50; index += 1)
      await writeFile(join(volume, `file-${index}`), randomBytes(50_000));
    await writeFile(join(volume, 'large'), randomBytes(5 * blockBytes + 1));
    await snapshot('snap-1');
    const layout = await restored('snap-1', 'second');
    volume = join(scratch.path, 'second');
    const second = await snapshot('snap-2', layout);
    expect(await changed('snap-1', 'snap-2')).toBe(0);
    // The header alone is written anew.
    expect(second.putBlocks).toBe(1);
    await writeFile(join(volume, 'file-7'), randomBytes(50_000));
    await snapshot('snap-3', second.layout);
    expect(await changed('snap-1', 'snap-3')).toBeLessThanOrEqual(3);
  });

  it('shares its blocks when the record of its layout is lost', async () => {
    for (let index = 0; index < 50; index += 1)
      await writeFile(join(volume, `file-${index}`), randomBytes(50_000));
    const first = await snapshot('snap-1');
    await writeFile(join(volume, 'file-7'), randomBytes(70_000));
    await snapshot('snap-2', first.layout);
    const layout = await readLayout(blocks, 'snap-2');
    if (isDomainError(layout)) throw new Error(layout.message);
    await snapshot('snap-3', layout);
    expect(await changed('snap-2', 'snap-3')).toBe(0);
  });

  it('is found out to be full', async () => {
    const writer = await blocks.begin('snap-1');
    await writeFile(join(volume, 'large'), Buffer.alloc(3 * blockBytes, 1));
    const sizeGiB = 3 / 2048;
    const answer = await captureDirectory(volume, writer, { snapshotId: 'snap-1', sizeGiB });
    expect(answer).toMatchObject({ code: 'InvalidVolume.Full' });
  });

  it('uses the space of what was deleted again', async () => {
    let layout: Layout | undefined;
    for (let round = 0; round < 6; round += 1) {
      await rm(volume, { recursive: true });
      await mkdir(volume);
      for (let index = 0; index < 12; index += 1)
        await writeFile(join(volume, `${round}-${index}`), randomBytes(300_000));
      ({ layout } = await takeSnapshot(blocks, volume, {
        snapshotId: `snap-${round}`,
        sizeGiB: 18 / 2048,
        previous: layout,
        settlingMs: -1000,
      }));
    }
    await restored('snap-5');
    expect(await describeTree(join(scratch.path, 'restored-snap-5'))).toEqual(
      await describeTree(volume),
    );
  });
});

describe('the next snapshot of a volume', () => {
  const many = 400;

  const fill = async (): Promise<void> => {
    for (let index = 0; index < many; index += 1) {
      await mkdir(join(volume, `d${index % 20}`), { recursive: true });
      await writeFile(join(volume, `d${index % 20}/f${index}`), randomBytes(40_000));
    }
    for (let index = 0; index < 4; index += 1)
      await writeFile(join(volume, `large-${index}`), randomBytes(20 * blockBytes + 999));
  };

  it('changes about as many blocks as the files did', async () => {
    await fill();
    const first = await snapshot('snap-1');
    const all = (await blocks.contents('snap-1'))?.blockCount ?? 0;
    expect(all).toBeGreaterThan(100);
    for (const index of [3, 77, 200, 399])
      await writeFile(join(volume, `d${index % 20}/f${index}`), randomBytes(40_000));
    await snapshot('snap-2', first.layout);
    // One block for the four small files together, one of the tree, and the first.
    expect(await changed('snap-1', 'snap-2')).toBeLessThanOrEqual(3);
    const file = await open(join(volume, 'large-2'), 'r+');
    await file.write(Buffer.from('changed'), 0, 7, 5 * blockBytes + 100);
    await file.close();
    const second = await snapshot('snap-3', first.layout);
    expect(await changed('snap-2', 'snap-3')).toBeLessThanOrEqual(6);
    await appendFile(join(volume, 'large-0'), randomBytes(3 * blockBytes));
    await rename(join(volume, 'large-1'), join(volume, 'moved'));
    await rm(join(volume, 'd3/f3'));
    await snapshot('snap-4', second.layout);
    expect(await changed('snap-3', 'snap-4')).toBeLessThanOrEqual(3 + 1 + 1 + 2);
    await restored('snap-4');
    expect(await describeTree(join(scratch.path, 'restored-snap-4'))).toEqual(
      await describeTree(volume),
    );
  });

  it('reads nothing that was at rest', async () => {
    await fill();
    const first = await snapshot('snap-1');
    expect(first.putBlocks).toBeGreaterThan(100);
    const second = await snapshot('snap-2', first.layout);
    expect(second.putBlocks).toBe(1);
    expect(await changed('snap-1', 'snap-2')).toBe(0);
  });

  it('reads again what was changed shortly before the one before', async () => {
    await writeFile(join(volume, 'file'), 'one');
    const first = await snapshot('snap-1', undefined, 60_000);
    const file = first.layout.entries.find((entry) => entry.path === 'file');
    expect(file).toMatchObject({ witness: { settled: false } });
  });

  it('keeps a log that grows in the same two blocks', async () => {
    await fill();
    let { layout } = await snapshot('snap-0');
    for (let round = 1; round < 6; round += 1) {
      await appendFile(join(volume, 'd1/f1'), 'one more line\n');
      ({ layout } = await snapshot(`snap-${round}`, layout));
      expect(await changed(`snap-${round - 1}`, `snap-${round}`)).toBeLessThanOrEqual(4);
    }
    const count = (await blocks.contents('snap-5'))?.blockCount ?? 0;
    expect(count - ((await blocks.contents('snap-0'))?.blockCount ?? 0)).toBeLessThanOrEqual(2);
  });
});

describe('the record of a layout', () => {
  it('is read as it was written, and not at all when it is damaged', async () => {
    await writeFile(join(volume, 'file'), 'contents');
    await link(join(volume, 'file'), join(volume, 'link'));
    await symlink('file', join(volume, 'symlink'));
    const { layout } = await snapshot('snap-1');
    const path = join(scratch.path, 'layout');
    expect(await readLayoutRecord(path)).toBe(undefined);
    await writeLayoutRecord(path, layout);
    expect(await readLayoutRecord(path)).toEqual(layout);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await readLayoutRecord(path)).toBe(undefined);
    await writeFile(path, '');
    expect(await readLayoutRecord(path)).toBe(undefined);
  });
});

describe('blocks of another layout', () => {
  it('are the file volume.img, and the very same blocks when captured again', async () => {
    const writer = await blocks.begin('snap-raw');
    await writer.put(0, randomBytes(blockBytes));
    await writer.put(7, randomBytes(blockBytes));
    await writer.put(300, Buffer.alloc(blockBytes, 1));
    await writer.complete();
    const answer = await restoreDirectory(blocks, 'snap-raw', join(scratch.path, 'raw'), {
      sizeGiB: 0.25,
    });
    if (isDomainError(answer)) throw new Error(answer.message);
    volume = join(scratch.path, 'raw');
    expect((await lstat(join(volume, 'volume.img'))).size).toBe(512 * blockBytes);
    const options = { sizeGiB: 0.25, settlingMs: -1000 };
    const kept = await takeSnapshot(blocks, volume, {
      ...options,
      snapshotId: 'snap-2',
      previous: answer.layout,
    });
    expect(kept).toMatchObject({ putBlocks: 0, keptBlocks: 3, layout: { kind: 'image' } });
    expect(await changed('snap-raw', 'snap-2')).toBe(0);
    const lost = await readLayout(blocks, 'snap-2');
    if (isDomainError(lost)) throw new Error(lost.message);
    await takeSnapshot(blocks, volume, { ...options, snapshotId: 'snap-3', previous: lost });
    expect(await changed('snap-raw', 'snap-3')).toBe(0);
    await writeFile(join(volume, 'beside'), 'a file');
    const tree = await takeSnapshot(blocks, volume, {
      ...options,
      snapshotId: 'snap-4',
      previous: lost,
    });
    expect(tree.layout.kind).toBe('tree');
  });
});

const sizes = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.constantFrom(blockBytes, blockBytes - 1, blockBytes + 1, 2 * blockBytes, 300_000),
);
const names = fc.constantFrom('a', 'a-b', 'a/b', 'a/b/c', 'b', 'c/d', 'c/e', 'é', 'z');
const changes = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), name: names, size: sizes, fill: fc.nat(255) }),
  fc.record({ kind: fc.constant('append' as const), name: names, size: sizes }),
  fc.record({ kind: fc.constant('poke' as const), name: names, at: fc.nat(blockBytes) }),
  fc.record({ kind: fc.constant('remove' as const), name: names }),
  fc.record({ kind: fc.constant('rename' as const), name: names, to: names }),
  fc.record({ kind: fc.constant('link' as const), name: names, to: names }),
  fc.record({ kind: fc.constant('symlink' as const), name: names, to: names }),
  fc.record({ kind: fc.constant('chmod' as const), name: names, mode: fc.nat(0o7777) }),
);
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

const act = async (directory: string, change: Change): Promise<void> => {
  const place = join(directory, change.name);
  switch (change.kind) {
    case 'write':
      await mkdir(join(place, '..'), { recursive: true });
      return writeFile(place, Buffer.alloc(change.size, change.fill));
    case 'append':
      return appendFile(place, randomBytes(change.size));
    case 'poke': {
      const file = await open(place, 'r+');
      await file.write(Buffer.from('poked'), 0, 5, change.at);
      return file.close();
    }
    case 'remove':
      return rm(place, { recursive: true });
    case 'rename':
      return rename(place, join(directory, change.to));
    case 'link':
      return link(place, join(directory, change.to));
    case 'symlink':
      return symlink(change.to, place);
    case 'chmod':
      return chmod(place, change.mode);
    default:
      throw new Error(`There is no such change: ${String(change satisfies never)}`);
  }
};

describe('any chain of snapshots', () => {
  it('restores each as the directory was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(changes, { minLength: 1, maxLength: 12 }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.array(fc.constantFrom('kept', 'lost', 'restored', 'none'), {
          minLength: 5,
          maxLength: 5,
        }),
        async (rounds, fates) => {
          const own = await temporaryDirectory();
          blocks = new TestRegionBlocks();
          volume = join(own.path, 'volume');
          await mkdir(volume);
          const were: (readonly string[])[] = [];
          let previous: Layout | undefined;
          for (const [round, some] of rounds.entries()) {
            for (const change of some)
              await act(volume, change).catch((problem: unknown) => {
                // A name that is not there, or is a directory: that is one of the things that happen.
                if (!(problem instanceof Error && 'code' in problem)) throw problem;
              });
            were.push(await describeTree(volume));
            const snapshotId = `snap-${round}`;
            // Files that were just written are not trusted here, as in real use.
            ({ layout: previous } = await snapshot(snapshotId, previous, 1000));
            if (fates[round] === 'none') previous = undefined;
            if (fates[round] === 'lost') {
              const read = await readLayout(blocks, snapshotId);
              if (isDomainError(read)) throw new Error(read.message);
              previous = read;
            }
            if (fates[round] === 'restored') {
              volume = join(own.path, `volume-${round}`);
              const answer = await restoreDirectory(blocks, snapshotId, volume);
              if (isDomainError(answer)) throw new Error(answer.message);
              previous = answer.layout;
            }
          }
          for (const [round, was] of were.entries()) {
            const place = join(own.path, `again-${round}`);
            const answer = await restoreDirectory(blocks, `snap-${round}`, place);
            if (isDomainError(answer)) throw new Error(answer.message);
            expect(await describeTree(place)).toEqual(was);
          }
          await own.remove();
        },
      ),
      { numRuns: 20 },
    );
  });
});
