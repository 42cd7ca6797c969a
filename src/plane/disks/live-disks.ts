import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import { WorldEnded } from '../../world/world-ended.ts';
import { isSystemProblem } from '../system-problem.ts';
import type { Layout } from './contents/volume-tree.ts';
import { VolumeDirectories } from './directories/volume-directories.ts';
import { VolumeLinks } from './directories/volume-links.ts';
import type {
  BlockCopy,
  Capture,
  Disks,
  Pacing,
  PlacedVolume,
  RealContents,
  SnapshotPlace,
} from './disks.ts';
import {
  blockBytes,
  type RegionBlocks,
  type SnapshotContents,
  type SnapshotWriter,
} from './region-blocks.ts';
import { BlockStore } from './store/block-store.ts';
import { Turns } from './store/turns.ts';

const ofContents = ({ blockCount, changedBlockCount, digest }: SnapshotContents): RealContents => ({
  blockCount,
  changedBlockCount,
  digest,
});

const notThere = (snapshotId: string): DomainError =>
  new DomainError(
    'InvalidSnapshot.NotFound',
    `The contents of the snapshot '${snapshotId}' are not there.`,
  );

// Most worlds have no snapshots: what takes, restores and sends them is read when it is first needed.
const capturing = () => import('./contents/capture-directory.ts');
const restoring = () => import('./contents/restore-directory.ts');
const layoutReading = () => import('./contents/read-layout.ts');
const layoutRecords = () => import('./contents/layout-record.ts');
const copying = () => import('./copy-blocks.ts');
const copyPlans = () => import('./copy-plan.ts');

/** A snapshot that is being written. */
interface BegunSnapshot {
  readonly snapshotId: string;
  readonly writer: SnapshotWriter;
  /** How the snapshot lies that it is a change of. */
  readonly previous: Layout | undefined;
}

/** Garbage is collected so long after the last snapshot was dropped, in real milliseconds. */
const collectAfterMs = 5_000;

/** Disks on this machine: volumes are directories, and each Region has a block store, below one directory. */
export class LiveDisks implements Disks {
  readonly #directory: string;
  readonly #volumes: VolumeDirectories;
  readonly #links: VolumeLinks;
  readonly #stores = new Map<string, BlockStore>();
  /** By Region: a snapshot is not dropped between being found there and being begun upon. */
  readonly #turns = new Map<string, Turns>();
  readonly #collections = new Map<string, NodeJS.Timeout>();
  readonly #onProblem: (what: string, message: string) => void;
  #isClosed = false;

  /** `directory` is the world's. */
  constructor(directory: string, onProblem: (what: string, message: string) => void) {
    this.#directory = directory;
    this.#volumes = new VolumeDirectories(directory);
    this.#links = new VolumeLinks(directory, this.#volumes);
    this.#onProblem = onProblem;
  }

  /** The blocks of a Region. Throws `WorldEnded` for one that would have to be opened after closing. */
  blocks(region: string): RegionBlocks {
    const known = this.#stores.get(region);
    if (known !== undefined) return known;
    if (this.#isClosed) throw new WorldEnded();
    const store = new BlockStore(join(this.#directory, 'blocks', region));
    this.#stores.set(region, store);
    return store;
  }

  async placeVolume(volume: PlacedVolume): Promise<DomainError | undefined> {
    const { volumeId, place, links } = volume;
    if (place !== undefined) await this.#volumes.adopt(volumeId, place);
    const made = await this.#make(volume);
    if (isDomainError(made)) return made;
    if (place !== undefined) return this.#volumes.place(volumeId, place);
    const problem = await this.#volumes.takeHome(volumeId);
    if (problem !== undefined || links === undefined) return problem;
    return this.#links.lead(volumeId, links);
  }

  async eraseVolume(volumeId: string): Promise<void> {
    const problem = await this.#volumes.erase(volumeId);
    if (problem !== undefined) this.#onProblem(volumeId, problem.message);
  }

  async capture(capture: Capture): Promise<RealContents | DomainError> {
    const { region, snapshotId, volumeId, sizeGiB } = capture;
    const located = await this.#volumes.locate(volumeId);
    if (located === undefined) {
      return new DomainError('InvalidVolume.NotFound', `The volume '${volumeId}' is not there.`);
    }
    const blocks = this.blocks(region);
    const record = this.#layoutRecord(volumeId);
    const begun = await this.#turn(region, async () => {
      const before = await this.#layoutBefore(blocks, record, capture.parentId);
      return this.#begin({ region, snapshotId }, before);
    });
    const captured = await this.#write(begun, located.path, sizeGiB);
    if (isDomainError(captured)) return captured;
    const { writeLayoutRecord } = await layoutRecords();
    await writeLayoutRecord(record, captured.layout);
    return captured.contents;
  }

  async contents({ region, snapshotId }: SnapshotPlace): Promise<RealContents | undefined> {
    const found = await this.blocks(region).contents(snapshotId);
    return found?.state === 'complete' ? ofContents(found) : undefined;
  }

  async copySize({ from, to, baseId }: BlockCopy): Promise<number | DomainError> {
    const [source, destination] = [this.blocks(from.region), this.blocks(to.region)];
    if ((await source.contents(from.snapshotId))?.state !== 'complete') {
      return notThere(from.snapshotId);
    }
    const { comparedCopy, wholeCopy } = await copyPlans();
    const base = baseId === undefined ? undefined : await destination.contents(baseId);
    const steps =
      base?.state === 'complete'
        ? comparedCopy(source, from.snapshotId, destination, base.snapshotId)
        : wholeCopy(source, from.snapshotId);
    let count = 0;
    for await (const step of steps) if (step.kind === 'send') count += 1;
    return count * blockBytes;
  }

  async copy(
    { from, to, baseId }: BlockCopy,
    pacing: Pacing,
  ): Promise<RealContents | DomainError | undefined> {
    const { signal } = pacing;
    const { copyBlocks } = await copying();
    let [asked, total] = [0, 0];
    try {
      const copied = await copyBlocks(
        this.blocks(from.region),
        from.snapshotId,
        this.blocks(to.region),
        to.snapshotId,
        {
          ...(baseId === undefined ? {} : { previousId: baseId }),
          signal,
          allow: (bytes) => {
            asked += bytes;
            return pacing.allow(total === 0 ? 0 : asked / total);
          },
          onProgress: (_sent, totalBytes) => {
            total = totalBytes;
          },
        },
      );
      return isDomainError(copied) ? copied : ofContents(copied);
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async dropSnapshot({ region, snapshotId }: SnapshotPlace): Promise<void> {
    await this.#turn(region, () => this.blocks(region).drop(snapshotId));
    this.#collectLater(region);
  }

  async sweep(isKnown: Parameters<Disks['sweep']>[0]): Promise<void> {
    const swept = await this.#volumes.sweep((volumeId) => isKnown.volume(volumeId));
    if (isDomainError(swept)) this.#onProblem('volumes', swept.message);
    for (const region of await this.#regions()) {
      const blocks = this.blocks(region);
      for (const { snapshotId } of await blocks.list()) {
        if (isKnown.snapshot({ region, snapshotId })) continue;
        await this.#turn(region, () => blocks.drop(snapshotId));
      }
      this.#collectLater(region);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#collections.values()) clearTimeout(timer);
    this.#collections.clear();
    await Promise.all([...this.#stores.values()].map((store) => store.close()));
  }

  /** Takes what a directory holds as a snapshot that has no volume. */
  async captureDirectory(
    snapshot: SnapshotPlace,
    directory: string,
    sizeGiB: number,
  ): Promise<RealContents | DomainError> {
    const begun = await this.#begin(snapshot, undefined);
    const captured = await this.#write(begun, directory, sizeGiB);
    return isDomainError(captured) ? captured : captured.contents;
  }

  /** Writes what a snapshot holds into an empty directory. */
  async restore(
    { region, snapshotId }: SnapshotPlace,
    directory: string,
    onProgress?: (doneBytes: number) => void,
  ): Promise<DomainError | undefined> {
    const options = onProgress === undefined ? {} : { onProgress };
    const { restoreDirectory } = await restoring();
    const restored = await restoreDirectory(this.blocks(region), snapshotId, directory, options);
    return isDomainError(restored) ? restored : undefined;
  }

  /** The volume, made if it is nowhere. */
  async #make(volume: PlacedVolume): Promise<string | DomainError> {
    const { region, volumeId, snapshotId, sizeGiB } = volume;
    if (snapshotId === undefined) return this.#volumes.create(volumeId);
    return this.#volumes.createFrom(volumeId, async (directory) => {
      const blocks = this.blocks(region);
      if ((await blocks.contents(snapshotId))?.state !== 'complete') return notThere(snapshotId);
      const { restoreDirectory } = await restoring();
      const restored = await restoreDirectory(blocks, snapshotId, directory, { sizeGiB });
      if (isDomainError(restored)) return restored;
      const { writeLayoutRecord } = await layoutRecords();
      await writeLayoutRecord(this.#layoutRecord(volumeId), restored.layout);
      return undefined;
    });
  }

  async #begin(
    { region, snapshotId }: SnapshotPlace,
    previous: Layout | undefined,
  ): Promise<BegunSnapshot> {
    const blocks = this.blocks(region);
    // What an earlier run left open of it shows another moment.
    await blocks.drop(snapshotId);
    const writer = await blocks.begin(snapshotId, previous?.snapshotId);
    return { snapshotId, writer, previous };
  }

  async #write(
    { snapshotId, writer, previous }: BegunSnapshot,
    directory: string,
    sizeGiB: number,
  ): Promise<{ readonly layout: Layout; readonly contents: RealContents } | DomainError> {
    const { captureDirectory } = await capturing();
    const captured = await captureDirectory(directory, writer, { snapshotId, sizeGiB, previous });
    if (isDomainError(captured)) {
      await writer.abort();
      return captured;
    }
    const contents = ofContents(await writer.complete());
    return { layout: captured.layout, contents };
  }

  #turn<T>(region: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(region) ?? new Turns(1);
    this.#turns.set(region, turns);
    return turns.take(work);
  }

  /** How the volume's last snapshot lies, with how its files looked then; else how an older one lies. */
  async #layoutBefore(
    blocks: RegionBlocks,
    record: string,
    parentId: string | undefined,
  ): Promise<Layout | undefined> {
    const isThere = async (snapshotId: string | undefined): Promise<boolean> =>
      snapshotId !== undefined && (await blocks.contents(snapshotId))?.state === 'complete';
    const { readLayoutRecord } = await layoutRecords();
    const recorded = await readLayoutRecord(record);
    if (await isThere(recorded?.snapshotId)) return recorded;
    if (parentId === undefined || !(await isThere(parentId))) return undefined;
    const { readLayout } = await layoutReading();
    const read = await readLayout(blocks, parentId);
    // A damaged parent is no reason to take no snapshot: it only shares nothing with it.
    return isDomainError(read) ? undefined : read;
  }

  #layoutRecord(volumeId: string): string {
    return join(this.#volumes.folder(volumeId), 'layout');
  }

  /** The Regions that have blocks on the disk. */
  async #regions(): Promise<readonly string[]> {
    const directory = join(this.#directory, 'blocks');
    const names = await readdir(directory).catch((problem: unknown) => {
      if (isSystemProblem(problem) && problem.code === 'ENOENT') return [];
      throw problem;
    });
    return names;
  }

  #collectLater(region: string): void {
    clearTimeout(this.#collections.get(region));
    const timer = setTimeout(() => {
      this.#collections.delete(region);
      this.blocks(region)
        .collect()
        .catch((error: unknown) => this.#onProblem(region, String(error)));
    }, collectAfterMs);
    timer.unref();
    this.#collections.set(region, timer);
  }
}
