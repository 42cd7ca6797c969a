import { blockBytes } from '../region-blocks.ts';
import type { BlockAllocator } from './block-allocator.ts';
import type { BlockOutput } from './block-output.ts';

/** Blocks that are filled at once: a piece that does not fit into one may fit into another. */
const openBins = 8;

/** A block with less room than this is full. */
const littleRoom = 2048;

interface Bin {
  readonly block: number;
  readonly bytes: Buffer;
  filled: number;
}

/** Packs small files and the ends of large ones together, in blocks that nothing else is in. */
export class PiecePacker {
  readonly #allocator: BlockAllocator;
  readonly #output: BlockOutput;
  #bins: readonly Bin[] = [];

  constructor(allocator: BlockAllocator, output: BlockOutput) {
    this.#allocator = allocator;
    this.#output = output;
  }

  async #close(bin: Bin): Promise<void> {
    this.#bins = this.#bins.filter((other) => other !== bin);
    await this.#output.putOwn(bin.block, bin.bytes);
  }

  async #open(): Promise<Bin | undefined> {
    const fullest = this.#bins.toSorted((first, second) => second.filled - first.filled)[0];
    if (this.#bins.length >= openBins && fullest !== undefined) await this.#close(fullest);
    const block = this.#allocator.take();
    if (block === undefined) return undefined;
    const bin: Bin = { block, bytes: Buffer.alloc(blockBytes), filled: 0 };
    this.#bins = [...this.#bins, bin];
    return bin;
  }

  /** Adds bytes, less than a block, and says where they went; undefined when the volume is full. */
  async add(
    bytes: Uint8Array,
  ): Promise<{ readonly block: number; readonly offset: number } | undefined> {
    const bin =
      this.#bins.find(({ filled }) => filled + bytes.length <= blockBytes) ?? (await this.#open());
    if (bin === undefined) return undefined;
    const offset = bin.filled;
    bin.bytes.set(bytes, offset);
    bin.filled += bytes.length;
    if (blockBytes - bin.filled < littleRoom) await this.#close(bin);
    return { block: bin.block, offset };
  }

  /** Puts what is not full yet. */
  async finish(): Promise<void> {
    for (const bin of this.#bins) await this.#close(bin);
  }
}
