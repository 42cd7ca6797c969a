import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Snapshots } from '../../aws/ec2/storage/entities.ts';
import { copySnapshot } from '../../aws/ec2/storage/snapshot-copies.ts';
import { createSnapshot, deleteSnapshot } from '../../aws/ec2/storage/snapshots.ts';
import { createStorageWorld, type StorageWorld } from '../../aws/ec2/storage/test-storage.ts';
import { createVolume, deleteVolume } from '../../aws/ec2/storage/volumes.ts';
import { LiveDisks } from '../../plane/disks/live-disks.ts';
import { BlockStore } from '../../plane/disks/store/block-store.ts';
import { DiskRunner } from './disk-runner.ts';

const regions = ['us-east-1', 'eu-west-1', 'ap-south-1'] as const;
type Region = (typeof regions)[number];

const region = fc.constantFrom(...regions);
const which = fc.nat();
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), region }),
  fc.record({ kind: fc.constant('restore' as const), which }),
  fc.record({
    kind: fc.constant('write' as const),
    which,
    name: fc.constantFrom('a', 'b', 'c'),
    kib: fc.constantFrom(0, 1, 700, 1500),
    fill: fc.integer({ min: 0, max: 255 }),
  }),
  fc.record({ kind: fc.constant('remove' as const), which, name: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ kind: fc.constant('snapshot' as const), which }),
  fc.record({ kind: fc.constant('snapshot' as const), which }),
  fc.record({ kind: fc.constant('copy' as const), which, region }),
  fc.record({ kind: fc.constant('copy' as const), which, region }),
  fc.record({ kind: fc.constant('deleteSnapshot' as const), which }),
  fc.record({ kind: fc.constant('deleteVolume' as const), which }),
  fc.record({ kind: fc.constant('restart' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Files by name: what a volume is to hold. */
type Files = ReadonlyMap<string, Buffer>;

interface Kept {
  readonly region: Region;
  readonly id: string;
  readonly files: Files;
}

const filesOf = async (directory: string): Promise<Files> => {
  const names = (await readdir(directory)).toSorted();
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(directory, name))] as const),
    ),
  );
};

const nothing = { blocks: 0, segmentBytes: 0 };

/** A world with real disks, beside what plain maps say that they hold. */
class Twin {
  readonly #directory: string;
  readonly #storage: StorageWorld;
  /** What is not as it should be. */
  readonly problems: string[] = [];
  readonly volumes = new Map<string, Kept>();
  readonly snapshots = new Map<string, Kept>();
  #disks: LiveDisks;
  #runner: DiskRunner;
  #restores = 0;

  constructor(directory: string, storage: StorageWorld) {
    this.#directory = directory;
    this.#storage = storage;
    [this.#disks, this.#runner] = this.#start();
  }

  async take(next: Step): Promise<void> {
    const place = (at: Region) => this.#storage.place(at);
    switch (next.kind) {
      case 'create': {
        const made = place(next.region).call(createVolume, {
          AvailabilityZone: `${next.region}a`,
          Size: 1,
        });
        return this.#placed({ region: next.region, id: made.VolumeId ?? '', files: new Map() });
      }
      case 'restore': {
        const of = this.#pick(this.snapshots, next.which);
        if (of === undefined) return;
        const made = place(of.region).call(createVolume, {
          AvailabilityZone: `${of.region}a`,
          SnapshotId: of.id,
        });
        return this.#placed({ ...of, id: made.VolumeId ?? '' });
      }
      case 'write':
      case 'remove':
        return this.#write(next);
      case 'snapshot': {
        const of = this.#pick(this.volumes, next.which);
        if (of === undefined) return;
        const made = place(of.region).call(createSnapshot, { VolumeId: of.id });
        await this.#runner.taken();
        return this.#complete({ ...of, id: made.SnapshotId ?? '' });
      }
      case 'copy': {
        const of = this.#pick(this.snapshots, next.which);
        if (of === undefined) return;
        const made = place(next.region).call(copySnapshot, {
          SourceRegion: of.region,
          SourceSnapshotId: of.id,
        });
        return this.#complete({ ...of, region: next.region, id: made.SnapshotId ?? '' });
      }
      case 'deleteSnapshot': {
        const of = this.#pick(this.snapshots, next.which);
        if (of === undefined) return;
        place(of.region).call(deleteSnapshot, { SnapshotId: of.id });
        this.snapshots.delete(of.id);
        return;
      }
      case 'deleteVolume': {
        const of = this.#pick(this.volumes, next.which);
        if (of === undefined) return;
        place(of.region).call(deleteVolume, { VolumeId: of.id });
        this.volumes.delete(of.id);
        return this.#advance();
      }
      case 'restart':
        await this.#runner.stop();
        [this.#disks, this.#runner] = this.#start();
        return;
    }
  }

  /** Every live snapshot holds the bytes that its volume had. */
  async checkSnapshots(): Promise<void> {
    for (const { region: at, id, files } of this.snapshots.values()) {
      this.#restores += 1;
      const directory = join(this.#directory, `restored-${this.#restores}`);
      await mkdir(directory);
      const problem = await this.#disks.restore({ region: at, snapshotId: id }, directory);
      if (problem !== undefined) this.problems.push(`${id}: ${problem.message}`);
      this.#compare(`what ${id} holds`, await filesOf(directory), files);
      await rm(directory, { recursive: true });
    }
  }

  /** Deletes everything: no block, no snapshot and no volume may be left. */
  async end(): Promise<void> {
    while (this.snapshots.size > 0) await this.take({ kind: 'deleteSnapshot', which: 0 });
    while (this.volumes.size > 0) await this.take({ kind: 'deleteVolume', which: 0 });
    await this.#runner.placed();
    await this.#runner.stop();
    for (const at of regions) {
      const store = new BlockStore(join(this.#directory, 'blocks', at));
      await store.collect();
      this.#compare(`the snapshots left in ${at}`, await store.list(), []);
      const { blocks, segmentBytes } = await store.inspect();
      this.#compare(`what is left of blocks in ${at}`, { blocks, segmentBytes }, nothing);
      await store.close();
    }
    const left = await readdir(join(this.#directory, 'volumes')).catch(() => []);
    const volumes = left.filter((name) => name.startsWith('vol-'));
    this.#compare('the volumes left', volumes, []);
  }

  #compare(what: string, found: unknown, wanted: unknown): void {
    if (!isDeepStrictEqual(found, wanted)) this.problems.push(`${what} is not what it should be`);
  }

  #start(): [LiveDisks, DiskRunner] {
    const disks = new LiveDisks(this.#directory, (what, message) =>
      this.problems.push(`${what}: ${message}`),
    );
    const runner = new DiskRunner({
      world: this.#storage.world,
      disks,
      directory: this.#directory,
      machines: () => undefined,
      onProblem: (what, message) => this.problems.push(`${what}: ${message}`),
    });
    return [disks, runner];
  }

  #pick(kept: ReadonlyMap<string, Kept>, at: number): Kept | undefined {
    return [...kept.values()][at % Math.max(1, kept.size)];
  }

  async #placed(volume: Kept): Promise<void> {
    this.volumes.set(volume.id, volume);
    this.#advance();
    await this.#runner.placed();
    this.#compare(volume.id, await filesOf(this.#home(volume.id)), volume.files);
  }

  async #write(next: Extract<Step, { kind: 'write' | 'remove' }>): Promise<void> {
    const of = this.#pick(this.volumes, next.which);
    if (of === undefined) return;
    const files = new Map(of.files);
    const path = join(this.#home(of.id), next.name);
    if (next.kind === 'remove') {
      files.delete(next.name);
      await rm(path, { force: true });
    } else {
      const bytes = Buffer.alloc(next.kib * 1024, next.fill);
      files.set(next.name, bytes);
      await writeFile(path, bytes);
    }
    const sorted = new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    this.volumes.set(of.id, { ...of, files: sorted });
  }

  /** Waits in the world's time until a snapshot is complete, while the disk does its part. */
  async #complete(snapshot: Kept): Promise<void> {
    const stateNow = () => this.#storage.place(snapshot.region).view().get(Snapshots, snapshot.id);
    await vi.waitFor(
      () => {
        this.#advance();
        if (stateNow()?.state !== 'completed') throw new Error(JSON.stringify(stateNow()));
      },
      { timeout: 20_000, interval: 5 },
    );
    this.snapshots.set(snapshot.id, snapshot);
  }

  #advance(): void {
    this.#storage.clock.advance(10_000);
  }

  #home(volumeId: string): string {
    return join(this.#directory, 'volumes', volumeId, 'contents');
  }
}

describe('snapshots of volumes', () => {
  it('keep their bytes whatever is written, copied and deleted; nothing is left when all are gone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
        const directory = await mkdtemp(join(tmpdir(), 'faultline-disks-'));
        try {
          const twin = new Twin(directory, await createStorageWorld());
          await twin.take({ kind: 'create', region: 'us-east-1' });
          for (const next of steps) await twin.take(next);
          await twin.checkSnapshots();
          await twin.end();
          expect(twin.problems).toEqual([]);
        } finally {
          await rm(directory, { recursive: true, force: true });
        }
      }),
      { numRuns: Number(process.env['FAULTLINE_DISK_RUNS'] ?? 6) },
    );
  }, 180_000);

  it('outlive any member of their chain', async () => {
    for (const victim of [0, 2]) {
      const directory = await mkdtemp(join(tmpdir(), 'faultline-disks-'));
      const twin = new Twin(directory, await createStorageWorld());
      await twin.take({ kind: 'create', region: 'us-east-1' });
      for (const [index, name] of (['a', 'b', 'a', 'c'] as const).entries()) {
        await twin.take({ kind: 'write', which: 0, name, kib: 700, fill: index + 1 });
        await twin.take({ kind: 'snapshot', which: 0 });
      }
      for (const which of [0, 1, 2, 3]) {
        await twin.take({ kind: 'copy', which, region: 'eu-west-1' });
      }
      await twin.take({ kind: 'deleteSnapshot', which: victim });
      await twin.take({ kind: 'deleteSnapshot', which: victim + 3 });
      expect(twin.snapshots.size).toBe(6);
      await twin.checkSnapshots();
      await twin.end();
      expect(twin.problems).toEqual([]);
      await rm(directory, { recursive: true });
    }
  }, 60_000);
});
