import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { link, mkdir, readFile, readdir, symlink, writeFile, chmod } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import { describeTree, temporaryDirectory } from '../contents/test-trees.ts';
import { exportArchive } from './export-archive.ts';
import { importArchive } from './import-archive.ts';

let scratch: Awaited<ReturnType<typeof temporaryDirectory>>;
let tree: string;
let out: string;

beforeEach(async () => {
  scratch = await temporaryDirectory();
  tree = join(scratch.path, 'tree');
  out = join(scratch.path, 'out');
  await mkdir(tree);
});

afterEach(() => scratch.remove());

const fill = async (): Promise<void> => {
  await mkdir(join(tree, 'etc/empty'), { recursive: true });
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await writeFile(join(tree, 'etc/passwd'), 'root:x:0:0\n', { mode: 0o640 });
  await writeFile(join(tree, 'usr/bin/tool'), randomBytes(700_000), { mode: 0o755 });
  await chmod(join(tree, 'usr/bin/tool'), 0o4755);
  await writeFile(join(tree, 'usr/bin/nothing'), '');
  await link(join(tree, 'usr/bin/tool'), join(tree, 'usr/bin/tool-too'));
  await symlink('usr/bin', join(tree, 'bin'));
  await symlink('/etc/passwd', join(tree, 'etc/absolute'));
  await writeFile(join(tree, `${'é'.repeat(80)}${'long'.repeat(10)}`), 'a long name');
  await mkdir(join(tree, 'a'.repeat(100), 'b'.repeat(100), 'c'.repeat(100)), { recursive: true });
};

/** Archives keep whole seconds. */
const inSeconds = async (directory: string): Promise<readonly string[]> =>
  (await describeTree(directory)).map((line) => line.replace(/ (\d{9,10})\d{6}( |$)/, ' $1$2'));

type Entry = Partial<Header> & Pick<Header, 'name'>;

/** Makes an archive of entries as somebody might who means no good; text stands for their contents. */
const archiveOf = async (entries: readonly (readonly [Entry, string?])[]): Promise<string> => {
  const tar = pack();
  for (const [header, text] of entries)
    if (text === undefined) tar.entry(header);
    else tar.entry(header, text);
  tar.finalize();
  const path = join(scratch.path, 'made.tar');
  const parts: Uint8Array[] = [];
  for await (const part of tar) if (part instanceof Uint8Array) parts.push(part);
  await writeFile(path, Buffer.concat(parts));
  return path;
};

describe('an archive', () => {
  it.each(['tar', 'tar.gz', 'tar.zst'] as const)(
    'goes out as %s and comes back',
    async (format) => {
      await fill();
      const path = join(scratch.path, `archive.${format}`);
      const exported = await exportArchive(tree, createWriteStream(path), format);
      if (isDomainError(exported)) throw new Error(exported.message);
      const imported = await importArchive(path, out);
      expect(imported).toEqual(exported);
      expect(await inSeconds(out)).toEqual(await inSeconds(tree));
      execFileSync('tar', ['-tf', path, ...(format === 'tar.zst' ? ['--zstd'] : [])]);
    },
  );

  it.each([['-cf'], ['-czf'], ['--zstd', '-cf'], ['--format=pax', '-cf']])(
    'is read as tar %s writes it',
    async (...options) => {
      await fill();
      const path = join(scratch.path, 'archive');
      execFileSync('tar', [...options, path, '-C', tree, '.']);
      const imported = await importArchive('-', out, { input: createReadStream(path) });
      expect(imported).toMatchObject({ skipped: 0 });
      expect(await inSeconds(out)).toEqual(await inSeconds(tree));
    },
  );

  it('can be a directory', async () => {
    await fill();
    const progress: number[] = [];
    const imported = await importArchive(tree, out, {
      onProgress: (entries) => progress.push(entries),
    });
    expect(imported).toMatchObject({ entries: progress.at(-1), skipped: 0 });
    expect(await describeTree(out)).toEqual(await describeTree(tree));
  });

  it('leaves devices out, and lets a later entry take the place of an earlier one', async () => {
    const path = await archiveOf([
      [{ name: 'dev/null', type: 'character-device', devmajor: 1, devminor: 3 }],
      [{ name: 'run/pipe', type: 'fifo' }],
      [{ name: '/etc/file' }, 'one'],
      [{ name: './etc/file' }, 'two'],
    ]);
    expect(await importArchive(path, out)).toEqual({
      entries: 2,
      bytes: 6,
      skipped: 2,
      unnamed: [],
    });
    expect(await readFile(join(out, 'etc/file'), 'utf8')).toBe('two');
  });

  it.each<readonly [string, readonly (readonly [Entry, string?])[]]>([
    ['leads upwards', [[{ name: '../escaped' }, 'x']]],
    ['leads upwards from within', [[{ name: 'a/../../escaped' }, 'x']]],
    [
      'writes through a link',
      [[{ name: 'way', type: 'symlink', linkname: '..' }], [{ name: 'way/escaped' }, 'x']],
    ],
    [
      'writes through a link to a link',
      [
        [{ name: 'a', type: 'symlink', linkname: '..' }],
        [{ name: 'b', type: 'symlink', linkname: 'a' }],
        [{ name: 'b/escaped', type: 'directory' }],
      ],
    ],
    ['links to what is outside', [[{ name: 'x', type: 'link', linkname: '../outside' }]]],
    ['links to what is not there', [[{ name: 'x', type: 'link', linkname: '/etc/passwd' }]]],
    [
      'links through a link',
      [
        [{ name: 'way', type: 'symlink', linkname: '..' }],
        [{ name: 'x', type: 'link', linkname: 'way/outside' }],
      ],
    ],
    [
      'puts a file over a directory',
      [
        [{ name: 'd/f' }, 'x'],
        [{ name: 'd' }, 'x'],
      ],
    ],
    ['makes the root a file', [[{ name: './', type: 'symlink', linkname: '/' }]]],
  ])('is refused when it %s', async (_, entries) => {
    await writeFile(join(scratch.path, 'outside'), 'untouched');
    const before = (await readdir(scratch.path)).sort();
    const answer = await importArchive(await archiveOf(entries), out);
    expect(answer).toMatchObject({ code: 'InvalidArchive' });
    expect(existsSync(join(scratch.path, 'escaped'))).toBe(false);
    expect((await readdir(scratch.path)).sort()).toEqual([...before, 'made.tar', 'out'].sort());
  });

  it('does not follow a link that a file of the same name replaces', async () => {
    await writeFile(join(scratch.path, 'outside'), 'untouched');
    const path = await archiveOf([
      [{ name: 'x', type: 'symlink', linkname: '../outside' }],
      [{ name: 'x' }, 'inside'],
    ]);
    expect(await importArchive(path, out)).toMatchObject({ entries: 2 });
    expect(await readFile(join(scratch.path, 'outside'), 'utf8')).toBe('untouched');
    expect(await readFile(join(out, 'x'), 'utf8')).toBe('inside');
  });

  it('is bounded in entries and bytes, also when it is compressed', async () => {
    const path = await archiveOf([
      [{ name: 'a' }, 'x'.repeat(1000)],
      [{ name: 'b' }, 'y'],
    ]);
    const bounded = (entries: number, bytes: number): ReturnType<typeof importArchive> =>
      importArchive(path, join(scratch.path, `${entries}-${bytes}`), {
        bounds: { entries, bytes },
      });
    expect(await bounded(1, 10_000)).toMatchObject({ message: expect.stringContaining('entries') });
    expect(await bounded(9, 1000)).toMatchObject({ message: expect.stringContaining('bytes') });
    expect(await bounded(9, 1001)).toMatchObject({ entries: 2 });
    const bomb = join(scratch.path, 'bomb');
    await writeFile(
      bomb,
      gzipSync(Buffer.concat([await readFile(path), Buffer.alloc(64 * 1024 ** 2)])),
    );
    const answer = await importArchive(bomb, out, { bounds: { entries: 9, bytes: 2000 } });
    expect(answer).toMatchObject({
      code: 'InvalidArchive',
      message: expect.stringContaining('larger'),
    });
  });

  it('that is damaged, cut off, of another format or empty is said to be', async () => {
    await fill();
    const path = join(scratch.path, 'archive');
    execFileSync('tar', ['-czf', path, '-C', tree, '.']);
    const whole = await readFile(path);
    const flipped = Buffer.from(whole);
    flipped[1000] = (flipped[1000] ?? 0) ^ 0xff;
    const cases = [
      whole.subarray(0, whole.length >> 1),
      flipped,
      Buffer.from('this is no archive at all, but long enough to be taken for one'.repeat(20)),
      Buffer.from('BZh91AY&SY'),
      Buffer.alloc(0),
    ];
    for (const [index, bytes] of cases.entries()) {
      await writeFile(path, bytes);
      const answer = await importArchive(path, join(scratch.path, `out-${index}`));
      expect(answer).toMatchObject({ code: 'InvalidArchive' });
    }
    expect(await importArchive(join(scratch.path, 'nowhere'), out)).toBeInstanceOf(DomainError);
  });

  it('that cannot be written to its end is an answer', async () => {
    await fill();
    let taken = 0;
    const full = new Writable({
      write(part: Buffer, _encoding, done) {
        taken += part.length;
        done(
          taken > 100_000
            ? Object.assign(new Error('ENOSPC: no space left'), {
                code: 'ENOSPC',
                syscall: 'write',
              })
            : null,
        );
      },
    });
    const answer = await exportArchive(tree, full, 'tar');
    expect(answer).toMatchObject({ message: expect.stringContaining('no space left') });
    expect(await buffer(createReadStream(join(tree, 'etc/passwd')))).toHaveLength(11);
  });
});
