import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addImportedImage } from '../aws/ec2/images/imported-image.ts';
import { checkImageName } from '../aws/ec2/images/image-names.ts';
import { visibleImage } from '../aws/ec2/images/launch-image.ts';
import { contentsWith, snapshotOfAnyone } from '../aws/ec2/storage/modelled-contents.ts';
import { Snapshots } from '../aws/ec2/storage/entities.ts';
import { observeSnapshotContents } from '../aws/ec2/storage/snapshot-life.ts';
import type { SnapshotPlace } from '../plane/disks/disks.ts';
import type { LiveDisks } from '../plane/disks/live-disks.ts';
import { DomainError, isDomainError } from '../world/domain-error.ts';
import { WorldEnded } from '../world/world-ended.ts';
import type { World } from '../world/world.ts';
import type { CopyEstimate } from '../aws/ec2/storage/copy-estimate.ts';
import { estimateCopies, regionsOfImage } from './copy-estimate.ts';
import { summarizeCopies, type CopySummary } from './copies-summary.ts';
import type { ImageJob } from './image-jobs.ts';

export interface ImageTransfersOptions {
  readonly world: World;
  readonly disks: LiveDisks;
  /** Where what is brought in lies until it is in the block store. */
  readonly directory: string;
  /** Resolves when EC2 is there: what happens to an image by itself is told to the world by its timers. */
  readonly ready: () => Promise<unknown>;
}

/** A directory or an archive, or an image of a container engine, that is to become an image. */
export interface ImportRequest {
  readonly from: { readonly path: string } | { readonly container: string };
  readonly name: string;
  readonly region: string;
  readonly account: string;
  readonly architecture: 'x86_64' | 'arm64';
  /** Undefined: what it needs and half as much again, at least 8. */
  readonly sizeGiB: number | undefined;
}

export interface ExportRequest {
  readonly imageId: string;
  readonly region: string | undefined;
  readonly account: string;
  /** A directory, or an archive by its ending. */
  readonly path: string;
}

export interface EstimateRequest {
  readonly imageId: string;
  readonly region: string | undefined;
  readonly account: string;
  readonly toRegions: readonly string[];
}

/** Read when somebody brings an image in or takes one out: most worlds never do. */
const imageFiles = () => import('./image-files.ts');

type Progress = ImageJob['progress'];
type Told = (phase: string, progress?: Progress) => void;

const bytesPerGiB = 1_073_741_824;

/** How many jobs that are over are remembered. */
const rememberedJobs = 100;

const roomFor = (bytes: number): number => Math.max(8, Math.ceil((bytes * 1.5) / bytesPerGiB));

const noSuchImage = (imageId: string, where: string): DomainError =>
  new DomainError('NoSuchImage', `There is no image '${imageId}' that somebody made ${where}.`);

/** Images that come and go by the command line, and what is known of copies. */
export class ImageTransfers {
  readonly #options: ImageTransfersOptions;
  readonly #jobs = new Map<string, ImageJob>();
  readonly #running = new Set<Promise<void>>();
  /** What an earlier run left half read is gone then. */
  readonly #swept: Promise<void>;
  #count = 0;
  #isClosed = false;

  constructor(options: ImageTransfersOptions) {
    this.#options = options;
    this.#swept = rm(options.directory, { recursive: true, force: true });
    // Whoever needs the directory is told.
    this.#swept.catch(() => undefined);
  }

  /** Calls off what is being read and written, and resolves when that has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running);
  }

  copies(): readonly CopySummary[] {
    return summarizeCopies(this.#options.world);
  }

  /** What a copy of an image to some Regions would take. Errors: `NoSuchImage`, `NoSuchRegion`, `ConflictingImage`. */
  async estimate(request: EstimateRequest): Promise<
    | {
        readonly region: string;
        readonly name: string;
        readonly estimates: readonly CopyEstimate[];
      }
    | DomainError
  > {
    const { world, disks } = this.#options;
    const found = this.#imageOf(request);
    if (isDomainError(found)) return found;
    const question = { ...request, region: found.region };
    const estimates = await estimateCopies({ world, disks }, question);
    if (isDomainError(estimates)) return estimates;
    return { region: found.region, name: found.name, estimates };
  }

  /** Work that was begun. Error: `NoSuchJob`. */
  job(id: string): ImageJob | DomainError {
    return this.#jobs.get(id) ?? new DomainError('NoSuchJob', `There is no job '${id}'.`);
  }

  /** Begins to bring an image in. Errors: `NoSuchRegion`, and those of an image's name. */
  beginImport(request: ImportRequest): ImageJob | DomainError {
    const { world } = this.#options;
    if (world.geography.region(request.region) === undefined) {
      return new DomainError('NoSuchRegion', `There is no Region '${request.region}'.`);
    }
    // Before everything is read, and again when the image is made.
    const name = checkImageName(world.view(request.region, request.account), request.name);
    if (isDomainError(name)) return name;
    return this.#begin(null, (tell) => this.#import(request, tell));
  }

  /** Begins to write an image's root file system to a directory or an archive. Error: `NoSuchImage`. */
  beginExport(request: ExportRequest): ImageJob | DomainError {
    const found = this.#imageOf(request);
    if (isDomainError(found)) return found;
    const root = { region: found.region, snapshotId: found.rootSnapshotId };
    return this.#begin(request.imageId, (tell) => this.#export(request, root, tell));
  }

  #begin(imageId: string | null, work: (tell: Told) => Promise<string | DomainError>): ImageJob {
    if (this.#isClosed) throw new WorldEnded();
    this.#count += 1;
    const id = `job-${this.#count}`;
    let job: ImageJob = {
      id,
      state: 'running',
      phase: 'reading',
      progress: { entries: 0, bytes: 0 },
      imageId,
      error: null,
    };
    const keep = (changes: Partial<ImageJob>): void => {
      job = { ...job, ...changes };
      this.#jobs.set(id, job);
    };
    keep({});
    const oldest = this.#jobs.keys().next().value;
    if (this.#jobs.size > rememberedJobs && oldest !== undefined) this.#jobs.delete(oldest);
    const tell: Told = (phase, progress) => {
      // Whoever tells of progress is in the middle of it: that is where it is called off.
      if (this.#isClosed) throw new WorldEnded();
      keep(progress === undefined ? { phase } : { phase, progress });
    };
    const run = async (): Promise<void> => {
      try {
        const done = await work(tell);
        if (isDomainError(done)) keep({ state: 'failed', error: done.message });
        else keep({ state: 'done', imageId: done });
      } catch (error) {
        // Whoever follows the job is told; nobody else waits for it.
        keep({ state: 'failed', error: String(error) });
      }
    };
    const running = run().finally(() => this.#running.delete(running));
    this.#running.add(running);
    return job;
  }

  async #import(request: ImportRequest, tell: Told): Promise<string | DomainError> {
    const { directory, ready } = this.#options;
    await Promise.all([this.#swept, ready()]);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const scratch = await mkdtemp(join(directory, 'import-'));
    try {
      const { readInto } = await imageFiles();
      const root = join(scratch, 'root');
      const read = await readInto(request.from, root, (progress) => tell('reading', progress));
      if (isDomainError(read)) return read;
      tell('storing', read);
      return await this.#store(request, root, read.bytes);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #export(
    { imageId, path }: ExportRequest,
    root: SnapshotPlace,
    tell: Told,
  ): Promise<string | DomainError> {
    const { disks, directory } = this.#options;
    const { archiveFormat, writeArchive } = await imageFiles();
    const format = archiveFormat(path);
    if (format === undefined) {
      const problem = await disks.restore(root, path, (bytes) =>
        tell('writing', { entries: 0, bytes }),
      );
      return problem ?? imageId;
    }
    await this.#swept;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const scratch = await mkdtemp(join(directory, 'export-'));
    try {
      const problem =
        (await disks.restore(root, join(scratch, 'root'))) ??
        (await writeArchive(join(scratch, 'root'), path, format, (progress) =>
          tell('writing', progress),
        ));
      return problem ?? imageId;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #store(request: ImportRequest, root: string, bytes: number): Promise<string | DomainError> {
    const { world, disks } = this.#options;
    const { region, account, name, architecture } = request;
    const sizeGiB = request.sizeGiB ?? roomFor(bytes);
    const description = 'path' in request.from ? '' : `of the container ${request.from.container}`;
    const { output: made, durable } = world.transact(region, account, (tx) =>
      addImportedImage(tx, { name, description, architecture, sizeGiB }),
    );
    if (isDomainError(made)) return made;
    await durable;
    const place: SnapshotPlace = { region, snapshotId: made.snapshotId };
    // A full disk fails the image, which would be pending for ever otherwise.
    const contents = await disks
      .captureDirectory(place, root, sizeGiB)
      .catch((error: unknown) => new DomainError('InternalError', `Not stored: ${String(error)}`));
    const observed = world.transact(region, account, (tx) => {
      const snapshot = tx.get(Snapshots, made.snapshotId);
      if (snapshot === undefined) return;
      observeSnapshotContents(
        tx,
        snapshot.id,
        isDomainError(contents) ? contents : contentsWith(tx, snapshot, contents),
      );
    });
    await observed.durable;
    return isDomainError(contents) ? contents : made.imageId;
  }

  #imageOf(request: {
    readonly imageId: string;
    readonly region: string | undefined;
    readonly account: string;
  }):
    | { readonly region: string; readonly name: string; readonly rootSnapshotId: string }
    | DomainError {
    const { world } = this.#options;
    const { imageId, account } = request;
    const region = request.region ?? regionsOfImage(world, account, imageId)[0];
    if (region === undefined) return noSuchImage(imageId, 'in any Region');
    const view = world.view(region, account);
    const image = visibleImage(view, imageId)?.image;
    if (image === undefined) return noSuchImage(imageId, `in ${region}`);
    const root = image.devices.find(({ deviceName }) => deviceName === image.rootDeviceName);
    const snapshot =
      root === undefined || root.snapshotId === null
        ? undefined
        : snapshotOfAnyone(view, root.snapshotId);
    if (snapshot === undefined || snapshot.contents === null) {
      return new DomainError('ConflictingImage', `The image ${imageId} is not complete yet.`);
    }
    return { region, name: image.name, rootSnapshotId: snapshot.id };
  }
}
