import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../world/domain-error.ts';
import { eraseTree } from './erase-tree.ts';
import { VolumeDirectories } from './volume-directories.ts';

let data: string;
let volumes: VolumeDirectories;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'faultline-volumes-'));
  volumes = new VolumeDirectories(data);
});

afterEach(() => rm(data, { recursive: true, force: true }));

const id = 'vol-0123456789abcdef0';
const other = 'vol-0fedcba9876543210';
const home = (volumeId = id): string => join(data, 'volumes', volumeId, 'contents');
const spot = (name = 'sdf'): string => join(data, 'instances', 'i-1', 'volumes', name);

const write = async (directory: string, text: string): Promise<void> =>
  writeFile(join(directory, 'file'), text);
const read = (directory: string): Promise<string> => readFile(join(directory, 'file'), 'utf8');

describe('a volume directory', () => {
  it('is made empty at home, goes to its place and comes back with what it holds', async () => {
    expect(await volumes.locate(id)).toBe(undefined);
    expect(await volumes.create(id)).toBe(home());
    await write(home(), 'mine');
    expect(await volumes.place(id, spot())).toBe(undefined);
    expect(await volumes.locate(id)).toEqual({ volumeId: id, path: spot(), isPlaced: true });
    expect(await read(spot())).toBe('mine');
    expect(existsSync(home())).toBe(false);
    expect(await volumes.create(id)).toBe(spot());
    expect(await volumes.place(id, spot('sdg'))).toBe(undefined);
    expect(await read(spot('sdg'))).toBe('mine');
    expect(await volumes.takeHome(id)).toBe(undefined);
    expect(await volumes.takeHome(id)).toBe(undefined);
    expect(await volumes.list()).toEqual([{ volumeId: id, path: home(), isPlaced: false }]);
    expect(await read(home())).toBe('mine');
  });

  it('lies behind directories that are nobody else’s', async () => {
    await volumes.create(id);
    await volumes.place(id, spot());
    for (const path of ['volumes', `volumes/${id}`, 'instances', 'instances/i-1'])
      expect(statSync(join(data, path)).mode & 0o777).toBe(0o700);
  });

  it('moves aside what a program made at its place', async () => {
    await volumes.create(id);
    await write(home(), 'mine');
    await mkdir(spot(), { recursive: true });
    await write(spot(), 'made by hand');
    await volumes.place(id, spot());
    expect(await read(spot())).toBe('mine');
    expect(await read(`${spot()}.before-attach-1`)).toBe('made by hand');
    await volumes.takeHome(id);
    await writeFile(spot(), 'a file');
    await volumes.place(id, spot());
    expect(await readFile(`${spot()}.before-attach-2`, 'utf8')).toBe('a file');
  });

  it('is not put over another volume, nor outside of the instances', async () => {
    await volumes.create(id);
    await volumes.create(other);
    await volumes.place(id, spot());
    expect(await volumes.place(other, spot())).toBeInstanceOf(DomainError);
    expect(await volumes.place(other, join(data, 'elsewhere'))).toBeInstanceOf(DomainError);
    expect(await volumes.place(other, join(spot(), '../../../../x'))).toBeInstanceOf(DomainError);
    const outside = join(data, 'outside');
    await mkdir(outside);
    await symlink(outside, join(data, 'instances', 'i-2'));
    const behind = join(data, 'instances', 'i-2', 'volumes', 'sdf');
    expect(await volumes.place(other, behind)).toBeInstanceOf(DomainError);
    expect((await volumes.locate(other))?.path).toBe(home(other));
  });

  it('is where it was after a crash at any step', async () => {
    await volumes.create(id);
    await write(home(), 'mine');
    // Attaching: the place was written down, and nothing was moved yet; a program made something there.
    await writeFile(join(data, 'volumes', id, 'place'), 'instances/i-1/volumes/sdf\n');
    await mkdir(spot(), { recursive: true });
    expect((await volumes.locate(id))?.path).toBe(home());
    // Attached, before anything else was done.
    await rm(spot(), { recursive: true });
    await rename(home(), spot());
    expect(await new VolumeDirectories(data).locate(id)).toMatchObject({ path: spot() });
    // Detaching: moved home, and the record still there.
    await rename(spot(), home());
    expect((await volumes.locate(id))?.path).toBe(home());
    expect(await volumes.place(id, spot('sdh'))).toBe(undefined);
    expect(await read(spot('sdh'))).toBe('mine');
  });

  it('never shows itself half restored', async () => {
    const failed = await volumes.createFrom(id, async (directory) => {
      await write(directory, 'half');
      expect(await volumes.locate(id)).toBe(undefined);
      return new DomainError('CorruptBlock', 'A block is damaged.');
    });
    expect(failed).toMatchObject({ code: 'CorruptBlock' });
    expect(await volumes.locate(id)).toBe(undefined);
    // As a crash leaves it.
    await mkdir(join(data, 'volumes', id, 'restoring'));
    await write(join(data, 'volumes', id, 'restoring'), 'half');
    await volumes.createFrom(id, async (directory) => {
      expect(await readdir(directory)).toEqual([]);
      await write(directory, 'whole');
      return undefined;
    });
    expect(await read(home())).toBe('whole');
  });

  it('adopts the disk of an instance from before disks were volumes, once', async () => {
    const disk = join(data, 'instances', 'i-1', 'disk');
    expect(await volumes.adopt(id, disk)).toBe(false);
    await mkdir(disk, { recursive: true });
    await write(disk, 'old');
    expect(await volumes.adopt(id, disk)).toBe(true);
    expect(await volumes.adopt(id, disk)).toBe(false);
    expect(await volumes.adopt(other, disk)).toBe(false);
    expect(await volumes.locate(id)).toEqual({ volumeId: id, path: disk, isPlaced: true });
  });

  it('is swept when nobody knows it, wherever it is, and only then', async () => {
    await volumes.create(id);
    await volumes.create(other);
    await volumes.place(other, spot());
    await volumes.create('vol-1');
    await mkdir(join(data, 'volumes', '.erasing', 'vol-2'), { recursive: true });
    const making = 'vol-2';
    await mkdir(join(data, 'volumes', making, 'restoring'), { recursive: true });
    await mkdir(join(data, 'volumes', 'notes'));
    const isKnown = (volumeId: string): boolean => volumeId === id || volumeId === making;
    expect(await volumes.sweep(isKnown)).toEqual([other, 'vol-1']);
    expect((await readdir(join(data, 'volumes'))).toSorted()).toEqual([
      '.erasing',
      'notes',
      id,
      making,
    ]);
    expect(await readdir(join(data, 'volumes', '.erasing'))).toEqual([]);
    // It may be being made at this moment.
    expect(await readdir(join(data, 'volumes', making))).toEqual(['restoring']);
    expect(await readdir(join(data, 'volumes', id))).toEqual(['contents']);
    expect(existsSync(spot())).toBe(false);
  });

  it('is erased without following links', async () => {
    await volumes.create(id);
    const outside = join(data, 'outside');
    await mkdir(outside);
    await write(outside, 'stays');
    await symlink(outside, join(home(), 'link'));
    await mkdir(join(home(), 'closed'));
    await writeFile(join(home(), 'closed', 'file'), '');
    await chmod(join(home(), 'closed'), 0);
    expect(await volumes.erase(id)).toBe(undefined);
    expect(await volumes.erase(id)).toBe(undefined);
    expect(await volumes.list()).toEqual([]);
    expect(await readdir(join(data, 'volumes', '.erasing'))).toEqual([]);
    expect(await read(outside)).toBe('stays');
  });

  it('is erased however deep its directories are nested', async () => {
    const root = join(data, 'deep');
    await mkdir(root);
    const name = 'd'.repeat(200);
    // Built from the inside out, so that no path is ever too long to be made.
    await mkdir(join(root, name));
    for (let depth = 0; depth < 60; depth += 1) {
      await mkdir(join(root, 'around'));
      await rename(join(root, name), join(root, 'around', name));
      await rename(join(root, 'around'), join(root, name));
    }
    await eraseTree(root);
    expect(await readdir(data)).toEqual([]);
  });
});
