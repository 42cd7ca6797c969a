import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { isDomainError } from '../../../world/domain-error.ts';
import type { DomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import { TestRegionBlocks } from '../test-region-blocks.ts';
import { restoreDirectory } from './restore-directory.ts';
import type { Restored } from './restore-directory.ts';
import { takeSnapshot, temporaryDirectory } from './test-trees.ts';
import { encodePages, shortDigest } from './tree-pages.ts';
import { encodeHeader } from './volume-header.ts';
import type { FileEntry, VolumeEntry } from './volume-tree.ts';

let scratch: Awaited<ReturnType<typeof temporaryDirectory>>;
let blocks: TestRegionBlocks;
let out: string;

beforeEach(async () => {
  scratch = await temporaryDirectory();
  blocks = new TestRegionBlocks();
  out = join(scratch.path, 'out');
});

afterEach(() => scratch.remove());

const owner = { mode: 0o755, uid: 0, gid: 0, mtimeMicroseconds: 0 };
const root: VolumeEntry = { kind: 'directory', path: '', ...owner };
const file = (path: string, more: Partial<FileEntry> = {}): FileEntry => ({
  kind: 'file',
  path,
  ...owner,
  size: 0,
  extents: [],
  ...more,
});
const extent = (logical: number, physical: number, count: number) => ({ logical, physical, count });

/** Restores a tree that somebody made up, in blocks that are well by themselves. */
const restoreMadeUp = async (entries: readonly VolumeEntry[]): Promise<Restored | DomainError> => {
  const writer = await blocks.begin('snap-bad');
  const pages = [...encodePages(entries, [])].map((page, index) => ({
    ...page,
    block: 100 + index,
  }));
  for (const page of pages) await writer.put(page.block, page.bytes);
  await writer.put(0, encodeHeader(pages));
  await writer.put(5, Buffer.alloc(blockBytes, 7));
  await writer.complete();
  return restoreDirectory(blocks, 'snap-bad', out);
};

describe('a snapshot that somebody made up', () => {
  it.each<readonly [string, readonly VolumeEntry[]]>([
    ['a path upwards', [root, file('../escaped')]],
    ['a path upwards from within', [root, { ...root, path: 'a' }, file('a/../../escaped')]],
    ['an absolute path', [root, file('/escaped')]],
    ['a path with a zero byte', [root, file('a\0b')]],
    ['an empty name', [root, { ...root, path: 'a' }, file('a//b')]],
    ['a name that is too long', [root, file('a'.repeat(256))]],
    ['a file below no directory', [root, file('a/b')]],
    ['a file below a file', [root, file('a'), file('a/b')]],
    [
      'a file below a link',
      [root, { kind: 'symlink', path: 'a', target: '..', ...owner }, file('a/escaped')],
    ],
    ['one name twice', [root, file('a'), file('a')]],
    ['names out of order', [root, file('b'), file('a')]],
    [
      'a further name of what is outside',
      [root, { kind: 'link', path: 'a', target: '../outside' }],
    ],
    ['a further name of itself', [root, { kind: 'link', path: 'a', target: 'a' }]],
    [
      'a further name of a link',
      [
        root,
        { kind: 'symlink', path: 'a', target: '../outside', ...owner },
        { kind: 'link', path: 'b', target: 'a' },
      ],
    ],
    ['no root', [file('a')]],
    ['a file that is too large', [root, file('a', { size: 2 ** 50 })]],
    [
      'blocks behind the end of a file',
      [root, file('a', { size: 10, extents: [extent(0, 5, 1)] })],
    ],
    [
      'blocks outside of any volume',
      [root, file('a', { size: 2 ** 40, extents: [extent(0, 2 ** 27, 2)] })],
    ],
    [
      'a block of the tree as contents',
      [root, file('a', { size: blockBytes, extents: [extent(0, 100, 1)] })],
    ],
    [
      'the same block in two files',
      [
        root,
        file('a', { size: blockBytes, extents: [extent(0, 5, 1)] }),
        file('b', { size: blockBytes, extents: [extent(0, 5, 1)] }),
      ],
    ],
    [
      'the same block many times in one file',
      [root, file('a', { size: 4 * blockBytes, extents: [extent(0, 5, 1), extent(1, 5, 1)] })],
    ],
    [
      'bytes of another file',
      [
        root,
        file('a', { size: 100, tail: { block: 5, offset: 0, digest: '0'.repeat(32) } }),
        file('b', { size: 100, tail: { block: 5, offset: 99, digest: '0'.repeat(32) } }),
      ],
    ],
    [
      'bytes behind the end of a block',
      [
        root,
        file('a', {
          size: 100,
          tail: { block: 5, offset: blockBytes - 99, digest: '0'.repeat(32) },
        }),
      ],
    ],
    [
      'bytes that are not what it says',
      [root, file('a', { size: 100, tail: { block: 5, offset: 0, digest: '0'.repeat(32) } })],
    ],
  ])('is refused with %s', async (_, entries) => {
    await writeFile(join(scratch.path, 'outside'), 'untouched');
    expect(await restoreMadeUp(entries)).toMatchObject({ code: 'InvalidSnapshot.Damaged' });
    expect((await readdir(scratch.path)).sort()).toEqual(['out', 'outside']);
    expect(await readFile(join(scratch.path, 'outside'), 'utf8')).toBe('untouched');
  });

  it('may claim a large file of nothing, which costs nothing', async () => {
    const size = 2 ** 40;
    const answer = await restoreMadeUp([
      root,
      file('a', { size, extents: [extent(0, 1000, size / blockBytes)] }),
    ]);
    expect(isDomainError(answer)).toBe(false);
  });

  it('is not restored over what is there', async () => {
    await mkdir(join(scratch.path, 'full'));
    await writeFile(join(scratch.path, 'full/file'), 'mine');
    await symlink('full', out);
    expect(await restoreMadeUp([root, file('a')])).toMatchObject({ code: 'InternalError' });
    expect(await readdir(join(scratch.path, 'full'))).toEqual(['file']);
  });

  it('is answered, whatever bytes of its tree are changed', async () => {
    const volume = join(scratch.path, 'volume');
    await mkdir(join(volume, 'a/b'), { recursive: true });
    for (let index = 0; index < 20; index += 1)
      await writeFile(join(volume, `a/b/file-${index}`), randomBytes(1000));
    await takeSnapshot(blocks, volume, { snapshotId: 'snap-good', sizeGiB: 1 });
    const first = await blocks.read('snap-good', 0);
    const treeBlock = (await blocks.blocks('snap-good', 1, 10)).at(-1)?.index ?? 0;
    const page = await blocks.read('snap-good', treeBlock);
    if (!(first instanceof Uint8Array) || !(page instanceof Uint8Array)) throw new Error('Empty.');
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.nat(50),
        fc.nat(700),
        fc.integer({ min: 1, max: 255 }),
        async (inHeader, headerAt, pageAt, flip) => {
          const [header, tree] = [Buffer.from(first), Buffer.from(page)];
          if (inHeader) header[headerAt] = (header[headerAt] ?? 0) ^ flip;
          else tree[pageAt] = (tree[pageAt] ?? 0) ^ flip;
          const writer = await blocks.begin('snap-changed', 'snap-good');
          for (const { index } of await blocks.blocks('snap-good', 0, 1000)) writer.keep(index);
          await writer.put(0, header);
          await writer.put(treeBlock, tree);
          await writer.complete();
          count += 1;
          const answer = await restoreDirectory(
            blocks,
            'snap-changed',
            join(scratch.path, `changed-${count}`),
          );
          // Without its name the first block is one of another layout; anything else is found out by a digest.
          const outcome = isDomainError(answer) ? answer.code : answer.layout.kind;
          expect(['InvalidSnapshot.Damaged', 'image']).toContain(outcome);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is answered, whatever records its pages hold under right digests', async () => {
    const writer = await blocks.begin('snap-noise');
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (noise) => {
        const page = Buffer.alloc(blockBytes);
        page.set(noise);

        await writer.put(3, page);
        await writer.put(0, encodeHeader([{ block: 3, digest: shortDigest(page) }]));
        count += 1;
        const place = join(scratch.path, `noise-${count}`);
        const answer = await restoreDirectory(blocks, 'snap-noise', place);
        const outcome = isDomainError(answer) ? answer.code : answer.layout.kind;
        expect(['InvalidSnapshot.Damaged', 'tree']).toContain(outcome);
      }),
      // By chance noise is a record: this one is.
      { numRuns: 60, examples: [[Uint8Array.from([1, 1])]] },
    );
  });
});
