import type { DomainError } from '../../../world/domain-error.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import type { SnapshotContents, SnapshotWriter, StoredBlock } from '../region-blocks.ts';
import { maxBlocks } from './block-page.ts';
import type { StoreLine } from './store-line.ts';
import { Turns } from './turns.ts';

/** Stored blocks that may be on their way at once: at most 8 MiB. */
const storedAtOnce = 16;

/** Writes a snapshot through the line on which it was begun; when that breaks, so does the writer. */
export class BlockWriter implements SnapshotWriter {
  readonly #line: StoreLine;
  readonly #key: number;
  readonly #snapshotId: string;
  readonly #onEnd: () => void;
  readonly #stored = new Turns(storedAtOnce);
  readonly #onTheirWay = new Set<Promise<unknown>>();
  /** Indexes to keep that were not sent yet: they go as one message. */
  #kept: { readonly from: number; readonly to: number } | undefined;
  #whyEnded: string | undefined;

  constructor(line: StoreLine, key: number, snapshotId: string, onEnd: () => void) {
    this.#line = line;
    this.#key = key;
    this.#snapshotId = snapshotId;
    this.#onEnd = onEnd;
  }

  async put(index: number, block: Uint8Array): Promise<void> {
    this.#mustBeOpen(index);
    if (block.length !== blockBytes) {
      throw new RangeError(`a block has ${blockBytes} bytes, not ${block.length}`);
    }
    this.#sendKept();
    await this.#track(this.#line.put(this.#key, index, block));
  }

  async putStored(index: number, stored: StoredBlock): Promise<DomainError | undefined> {
    this.#mustBeOpen(index);
    if (stored.bytes.length > blockBytes) {
      throw new RangeError(`a stored block has at most ${blockBytes} bytes`);
    }
    this.#sendKept();
    const ask = { key: this.#key, index, stored };
    const send = () => this.#line.ask('putStored', ask, [stored.bytes.buffer]);
    return this.#track(this.#stored.take(send));
  }

  keep(index: number, count = 1): void {
    if (count < 1) return;
    const last = index + count - 1;
    this.#mustBeOpen(index);
    this.#mustBeOpen(last);
    const kept = this.#kept;
    if (kept !== undefined && kept.to + 1 === index) {
      this.#kept = { from: kept.from, to: last };
      return;
    }
    this.#sendKept();
    this.#kept = { from: index, to: last };
  }

  async flush(): Promise<void> {
    this.#mustBeOpen(0);
    this.#sendKept();
    await this.#settled();
    await this.#line.ask('flush', undefined);
  }

  async complete(): Promise<SnapshotContents> {
    this.#mustBeOpen(0);
    this.#sendKept();
    this.#whyEnded = 'it is complete';
    try {
      await this.#settled();
      const contents = await this.#line.ask('complete', this.#snapshotId);
      if (isDomainError(contents)) throw new Error(contents.message);
      return contents;
    } finally {
      this.#onEnd();
    }
  }

  async abort(): Promise<void> {
    if (this.#whyEnded !== undefined) return;
    this.#whyEnded = 'it was let go';
    try {
      await this.#line.ask('drop', this.#snapshotId);
    } finally {
      this.#onEnd();
    }
  }

  /** Ends the writer and leaves the snapshot open: each later call rejects with why. */
  end(why: string): void {
    if (this.#whyEnded !== undefined) return;
    this.#whyEnded = why;
    this.#onEnd();
  }

  /** What overlaps with a flush or the completion still belongs to it. */
  async #settled(): Promise<void> {
    await Promise.all(this.#onTheirWay);
  }

  async #track<T>(sending: Promise<T>): Promise<T> {
    this.#onTheirWay.add(sending);
    try {
      return await sending;
    } finally {
      this.#onTheirWay.delete(sending);
    }
  }

  #sendKept(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) this.#line.keep(this.#key, kept.from, kept.to);
  }

  #mustBeOpen(index: number): void {
    if (this.#whyEnded !== undefined) {
      throw new Error(
        `the snapshot ${this.#snapshotId} is not written to any more: ${this.#whyEnded}`,
      );
    }
    if (!Number.isInteger(index) || index < 0 || index >= maxBlocks) {
      throw new RangeError(`a volume has no block ${index}: it ends at 64 TiB`);
    }
  }
}
