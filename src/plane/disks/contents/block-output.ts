import { blockBytes } from '../region-blocks.ts';
import type { SnapshotWriter } from '../region-blocks.ts';

/** How many blocks are on their way to the store at once; more would only take memory. */
const overlappingPuts = 8;

const zeros = Buffer.alloc(blockBytes);

/** Whether there are only zeros in these bytes, of which there are at most `blockBytes`. */
export const isZeros = (bytes: Uint8Array): boolean =>
  zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;

/** Sends blocks to a snapshot, several at once, out of a fixed number of buffers. */
export class BlockOutput {
  readonly #writer: SnapshotWriter;
  readonly #spare: Buffer[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #made = 0;
  #failure: { readonly problem: unknown } | undefined;
  /** Blocks that were put. */
  putCount = 0;
  /** Blocks that were taken over. */
  keptCount = 0;

  constructor(writer: SnapshotWriter) {
    this.#writer = writer;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.problem;
  }

  /** A buffer of a block's size with anything in it. It comes back through `put` or `giveBack`. */
  async buffer(): Promise<Buffer> {
    for (;;) {
      this.#throwFailure();
      const spare = this.#spare.pop();
      if (spare !== undefined) return spare;
      if (this.#made < overlappingPuts) {
        this.#made += 1;
        return Buffer.alloc(blockBytes);
      }
      await Promise.race(this.#underWay);
    }
  }

  giveBack(buffer: Buffer): void {
    this.#spare.push(buffer);
  }

  /** Begins to put a block that `buffer` gave; the buffer comes back when it is there. */
  put(index: number, buffer: Buffer): void {
    this.#begin(index, buffer, () => this.#spare.push(buffer));
  }

  /** Puts a block of the caller's own memory, when there is room. */
  async putOwn(index: number, block: Uint8Array): Promise<void> {
    while (this.#underWay.size >= overlappingPuts) await Promise.race(this.#underWay);
    this.#throwFailure();
    this.#begin(index, block, () => undefined);
  }

  #begin(index: number, block: Uint8Array, after: () => void): void {
    this.putCount += 1;
    const put = this.#writer
      .put(index, block)
      .catch((problem: unknown) => {
        // Whoever asks for the next buffer, or drains, gets to know it.
        this.#failure ??= { problem };
      })
      .finally(() => {
        this.#underWay.delete(put);
        after();
      });
    this.#underWay.add(put);
  }

  keep(index: number): void {
    this.keptCount += 1;
    this.#writer.keep(index);
  }

  /** Waits until nothing is under way any more, well or not. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
  }

  /** Settles when all that was put is with the store. */
  async drain(): Promise<void> {
    await this.settle();
    this.#throwFailure();
  }
}
