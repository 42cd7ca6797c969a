import { blockBytes } from './region-blocks.ts';
import type { BlockDigest, ChangedBlock, ListedBlock, RegionBlocks } from './region-blocks.ts';

/** A part of a copy: blocks that the destination takes over from what it has, or one to send. */
export type CopyStep =
  | { readonly kind: 'keep'; readonly index: number; readonly count: number }
  | {
      readonly kind: 'send';
      readonly index: number;
      /** Undefined where the source has zeros and the base has not: no bytes go. */
      readonly digest: BlockDigest | undefined;
      readonly bytes: number;
    };

/** Blocks that are asked for at once. */
const listedAtOnce = 1000;

async function* everyBlock(
  store: RegionBlocks,
  snapshotId: string,
): AsyncGenerator<ListedBlock, undefined> {
  for (let from = 0; ;) {
    const listed = await store.blocks(snapshotId, from, listedAtOnce);
    yield* listed;
    const last = listed.at(-1);
    if (last === undefined) return undefined;
    from = last.index + 1;
  }
}

async function* everyChange(
  store: RegionBlocks,
  firstId: string,
  secondId: string,
): AsyncGenerator<ChangedBlock, undefined> {
  for (let from = 0; ;) {
    const changes = await store.changes(firstId, secondId, from, listedAtOnce);
    yield* changes;
    const last = changes.at(-1);
    if (last === undefined) return undefined;
    from = last.index + 1;
  }
}

/** Goes through a snapshot's blocks in step with rising indexes: what it has at each. */
export class BlockCursor {
  readonly #blocks: AsyncGenerator<ListedBlock, undefined>;
  #next: ListedBlock | undefined;
  #hasBegun = false;

  constructor(store: RegionBlocks, snapshotId: string) {
    this.#blocks = everyBlock(store, snapshotId);
  }

  /** The digest at an index, which must not be smaller than the last one asked for; undefined where it is zeros. */
  async at(index: number): Promise<BlockDigest | undefined> {
    while (!this.#hasBegun || (this.#next !== undefined && this.#next.index < index)) {
      this.#hasBegun = true;
      const { value } = await this.#blocks.next();
      this.#next = value;
    }
    return this.#next?.index === index ? this.#next.digest : undefined;
  }
}

const sendStep = (
  index: number,
  digest: BlockDigest | undefined,
  storedBytes: number | undefined,
): CopyStep => ({
  kind: 'send',
  index,
  digest,
  bytes: digest === undefined ? 0 : (storedBytes ?? blockBytes),
});

/** A whole copy: every block of the source. */
export async function* wholeCopy(source: RegionBlocks, sourceId: string): AsyncGenerator<CopyStep> {
  for await (const { index, digest, storedBytes } of everyBlock(source, sourceId)) {
    yield sendStep(index, digest, storedBytes);
  }
}

/** A copy of what changed since `baseId`, which the destination has just so. Keeps all between the changes. */
export async function* changedCopy(
  source: RegionBlocks,
  sourceId: string,
  baseId: string,
): AsyncGenerator<CopyStep> {
  let from = 0;
  for await (const { index, second, storedBytes } of everyChange(source, baseId, sourceId)) {
    if (index > from) yield { kind: 'keep', index: from, count: index - from };
    yield sendStep(index, second, storedBytes);
    from = index + 1;
  }
  yield { kind: 'keep', index: from, count: Number.POSITIVE_INFINITY };
}

/** A copy onto a snapshot of the destination of which nothing is known: digests at the same place are compared. */
export async function* comparedCopy(
  source: RegionBlocks,
  sourceId: string,
  destination: RegionBlocks,
  previousId: string,
): AsyncGenerator<CopyStep> {
  const previous = new BlockCursor(destination, previousId);
  for await (const { index, digest, storedBytes } of everyBlock(source, sourceId)) {
    const isThere = (await previous.at(index)) === digest;
    yield isThere ? { kind: 'keep', index, count: 1 } : sendStep(index, digest, storedBytes);
  }
}
