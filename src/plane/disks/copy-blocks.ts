import { DomainError, isDomainError } from '../../world/domain-error.ts';
import { BlockCursor, changedCopy, comparedCopy, wholeCopy } from './copy-plan.ts';
import type { CopyStep } from './copy-plan.ts';
import { blockBytes } from './region-blocks.ts';
import type { RegionBlocks, SnapshotContents, SnapshotWriter } from './region-blocks.ts';
import { maxBlocks } from './store/block-page.ts';

/** How blocks are copied. */
export interface CopyOptions {
  /** A complete snapshot of the destination: what it has at the same place is not sent. */
  readonly previousId?: string;
  /** The snapshot of the source of which `previousId` is a copy; without it the two are compared block by block. */
  readonly sourceBaseId?: string;
  /** Resolves when so many more bytes may go. Asked for one block after the other. */
  readonly allow: (bytes: number) => Promise<void>;
  /** Ends the copy: it rejects with the signal's reason, and what was sent stays for the next call. */
  readonly signal: AbortSignal;
  /** Is told of bytes as they take on the link: compressed, as they lie in the source. */
  readonly onProgress: (sentBytes: number, totalBytes: number) => void;
}

/** How much is to be sent: compressed bytes, as they lie in the source. */
export interface ToSend {
  readonly blocks: number;
  readonly bytes: number;
}

type Send = Extract<CopyStep, { readonly kind: 'send' }>;

/** Blocks that may be on their way at once. */
const sentAtOnce = 12;

const notThere = (snapshotId: string): DomainError =>
  new DomainError('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`);

const differs = (snapshotId: string): DomainError =>
  new DomainError(
    'CopyDiffers',
    `What arrived as ${snapshotId} is not what the source holds: it was discarded.`,
  );

const count = async (steps: AsyncGenerator<CopyStep>): Promise<ToSend> => {
  let blocks = 0;
  let bytes = 0;
  for await (const step of steps) {
    if (step.kind !== 'send' || step.digest === undefined) continue;
    blocks += 1;
    bytes += step.bytes;
  }
  return { blocks, bytes };
};

/**
 * How much a copy of a complete snapshot sends to a destination that has a copy of `sourceBaseId`, or has nothing. Rejects
 * when either is not there.
 */
export const countToSend = (
  source: RegionBlocks,
  sourceId: string,
  sourceBaseId?: string,
): Promise<ToSend> =>
  count(
    sourceBaseId === undefined
      ? wholeCopy(source, sourceId)
      : changedCopy(source, sourceId, sourceBaseId),
  );

/** One block from store to store, as it lies where both know how; its digest is checked where it arrives. */
const sendBlock = async (
  { source, sourceId }: Pick<Copy, 'source' | 'sourceId'>,
  writer: SnapshotWriter,
  { index, digest }: Send,
): Promise<DomainError | undefined> => {
  if (digest === undefined) {
    await writer.put(index, new Uint8Array(blockBytes));
    return undefined;
  }
  if (source.readStored !== undefined && writer.putStored !== undefined) {
    const stored = await source.readStored(sourceId, index);
    if (isDomainError(stored)) return stored;
    if (stored?.digest === digest && !isDomainError(await writer.putStored(index, stored))) {
      return undefined;
    }
    // What arrived was damaged: reading it at the source tells whether it lies there so.
  }
  const block = await source.read(sourceId, index);
  if (isDomainError(block)) return block;
  await writer.put(index, block ?? new Uint8Array(blockBytes));
  return undefined;
};

class Copy {
  readonly source: RegionBlocks;
  readonly sourceId: string;
  readonly #writer: SnapshotWriter;
  /** What an earlier call left in the destination, if one did. */
  readonly #left: BlockCursor | undefined;
  readonly #options: CopyOptions;
  readonly #total: number;
  #sent = 0;
  #failure: DomainError | undefined;
  /** The first of what went wrong otherwise. */
  #thrown: { readonly error: unknown } | undefined;

  constructor(
    from: { readonly source: RegionBlocks; readonly sourceId: string },
    writer: SnapshotWriter,
    left: BlockCursor | undefined,
    total: number,
    options: CopyOptions,
  ) {
    this.source = from.source;
    this.sourceId = from.sourceId;
    this.#writer = writer;
    this.#left = left;
    this.#options = options;
    this.#total = total;
  }

  /** Sends everything; gives what failed. Rejects when it is ended by its signal, or when a store fails. */
  async run(steps: AsyncGenerator<CopyStep>): Promise<DomainError | undefined> {
    const { signal } = this.#options;
    const sending = new Set<Promise<void>>();
    try {
      for await (const step of steps) {
        signal.throwIfAborted();
        if (this.#failure !== undefined || this.#thrown !== undefined) break;
        if (step.kind === 'keep') {
          this.#writer.keep(step.index, Math.min(step.count, maxBlocks - step.index));
        } else if (await this.#isLeft(step)) {
          this.#tell(step.bytes);
        } else {
          if (step.bytes > 0) await this.#options.allow(step.bytes);
          signal.throwIfAborted();
          if (sending.size >= sentAtOnce) await Promise.race(sending);
          const send: Promise<void> = this.#send(step).finally(() => sending.delete(send));
          sending.add(send);
        }
      }
    } finally {
      await Promise.all(sending);
    }
    if (this.#thrown !== undefined) throw this.#thrown.error;
    return this.#failure;
  }

  async #isLeft({ index, digest }: Send): Promise<boolean> {
    return this.#left !== undefined && (await this.#left.at(index)) === digest;
  }

  async #send(step: Send): Promise<void> {
    try {
      const failure = await sendBlock(this, this.#writer, step);
      this.#failure ??= failure;
      if (failure === undefined) this.#tell(step.bytes);
    } catch (error) {
      this.#thrown ??= { error };
    }
  }

  #tell(bytes: number): void {
    this.#sent += bytes;
    this.#options.onProgress(this.#sent, this.#total);
  }
}

/**
 * Copies a complete snapshot's blocks into another Region's store, and completes it there once its digest is the
 * source's. Every block is checked on the way. Called again after a crash or an end by its signal, it sends only what is
 * not there yet; called again after its success, it gives the same answer.
 *
 * A DomainError: `InvalidSnapshot.NotFound` when the source is not there or not complete, `CorruptBlock` when the
 * source is damaged (what arrived stays, open), `CopyDiffers` when the whole is not what the source holds, in which case
 * nothing of it stays.
 */
export const copyBlocks = async (
  source: RegionBlocks,
  sourceId: string,
  destination: RegionBlocks,
  destinationId: string,
  options: CopyOptions,
): Promise<SnapshotContents | DomainError> => {
  options.signal.throwIfAborted();
  const { previousId } = options;
  const original = await source.contents(sourceId);
  if (original?.state !== 'complete') return notThere(sourceId);
  const before = await destination.contents(destinationId);
  if (before?.state === 'complete') return judge(original, before, destination);
  const found = previousId === undefined ? undefined : await destination.contents(previousId);
  // A base that was deleted meanwhile is none: then all is sent that did not arrive before.
  const previous = found?.state === 'complete' ? found : undefined;
  const steps = await planOf(source, sourceId, destination, previous, options);
  const { bytes } = await count(steps());
  const writer = await destination.begin(destinationId, previous?.snapshotId);
  const left = before === undefined ? undefined : new BlockCursor(destination, destinationId);
  const copy = new Copy({ source, sourceId }, writer, left, bytes, options);
  let failure: DomainError | undefined;
  try {
    failure = await copy.run(steps());
  } catch (error) {
    // Ended by its signal, it keeps what it has; when it is a store that failed, this says so a second time.
    await Promise.allSettled([writer.flush()]);
    throw error;
  }
  if (failure !== undefined) {
    await writer.flush();
    return failure;
  }
  return judge(original, await writer.complete(), destination);
};

/** The steps of a copy, to be gone through twice: once to count, once to send. */
const planOf = async (
  source: RegionBlocks,
  sourceId: string,
  destination: RegionBlocks,
  previous: SnapshotContents | undefined,
  { sourceBaseId }: CopyOptions,
): Promise<() => AsyncGenerator<CopyStep>> => {
  if (previous === undefined) return () => wholeCopy(source, sourceId);
  const base = sourceBaseId === undefined ? undefined : await source.contents(sourceBaseId);
  const isSame = base?.state === 'complete' && base.digest === previous.digest;
  return isSame
    ? () => changedCopy(source, sourceId, base.snapshotId)
    : () => comparedCopy(source, sourceId, destination, previous.snapshotId);
};

const judge = async (
  original: SnapshotContents,
  copied: SnapshotContents,
  destination: RegionBlocks,
): Promise<SnapshotContents | DomainError> => {
  if (copied.digest === original.digest) return copied;
  await destination.drop(copied.snapshotId);
  return differs(copied.snapshotId);
};
