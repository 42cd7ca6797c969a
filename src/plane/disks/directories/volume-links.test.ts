import { lstat, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../../world/domain-error.ts';
import { VolumeDirectories } from './volume-directories.ts';
import { VolumeLinks } from './volume-links.ts';

let data: string;
let volumes: VolumeDirectories;
let links: VolumeLinks;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'faultline-links-'));
  volumes = new VolumeDirectories(data);
  links = new VolumeLinks(data, volumes);
});

afterEach(() => rm(data, { recursive: true, force: true }));

const id = 'vol-0123456789abcdef0';
const spot = (instance: string): string => join(data, 'instances', instance, 'volumes', 'sdf');

describe('links to a volume', () => {
  it('let two instances see one directory, each until its own is taken away', async () => {
    await volumes.create(id);
    expect(await links.lead(id, [spot('i-1'), spot('i-2')])).toBeUndefined();
    await writeFile(join(spot('i-1'), 'file'), 'mine');
    expect(await readFile(join(spot('i-2'), 'file'), 'utf8')).toBe('mine');
    // As after a start: what is there is known by what was written down.
    const again = new VolumeLinks(data, new VolumeDirectories(data));
    expect(await again.lead(id, [spot('i-2')])).toBeUndefined();
    expect(existsSync(spot('i-1'))).toBe(false);
    expect(await readFile(join(spot('i-2'), 'file'), 'utf8')).toBe('mine');
    expect(await again.lead(id, [])).toBeUndefined();
    expect(existsSync(spot('i-2'))).toBe(false);
    expect((await volumes.locate(id))?.isPlaced).toBe(false);
  });

  it('move aside what a program made there, and take away nothing but themselves', async () => {
    await volumes.create(id);
    await mkdir(spot('i-1'), { recursive: true });
    await writeFile(join(spot('i-1'), 'file'), 'made by hand');
    await links.lead(id, [spot('i-1')]);
    expect((await lstat(spot('i-1'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(`${spot('i-1')}.before-attach-1`, 'file'), 'utf8')).toBe(
      'made by hand',
    );
    await rm(spot('i-1'));
    await mkdir(spot('i-1'));
    await links.lead(id, []);
    expect(await readdir(join(data, 'instances', 'i-1', 'volumes'))).toContain('sdf');
  });

  it('lead from nowhere outside of the instances, and to no volume that is not there', async () => {
    expect(await links.lead(id, [spot('i-1')])).toBeInstanceOf(DomainError);
    await volumes.create(id);
    expect(await links.lead(id, [join(data, 'elsewhere')])).toBeInstanceOf(DomainError);
    const outside = join(data, 'outside');
    await mkdir(outside);
    await mkdir(join(data, 'instances'), { recursive: true });
    await symlink(outside, join(data, 'instances', 'i-2'));
    expect(await links.lead(id, [spot('i-2')])).toBeInstanceOf(DomainError);
    expect(await readdir(outside)).not.toContain('sdf');
  });
});
