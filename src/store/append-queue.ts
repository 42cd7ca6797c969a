import type { StoredRecord } from './record-rows.ts';

/** Bounds of what may wait. */
export interface AppendBounds {
  /** Records in one write at most. */
  readonly recordsPerGroup: number;
  /** Characters in one write at most; one record alone may be longer. */
  readonly charactersPerGroup: number;
  /** Characters that may wait in all; an append beyond them fails the journal. */
  readonly charactersWaiting: number;
  /** The longest body of one record. */
  readonly charactersPerRecord: number;
}

/** The bounds of the default journal: waiting text stays below 512 MiB even when the disk stands still. */
export const defaultAppendBounds: AppendBounds = {
  recordsPerGroup: 4096,
  charactersPerGroup: 8 * 2 ** 20,
  charactersWaiting: 256 * 2 ** 20,
  charactersPerRecord: 64 * 2 ** 20,
};

interface Entry {
  readonly record: StoredRecord;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Group commit: one write is in flight at a time, and all that arrives meanwhile goes with the next. After a
 * failed write nothing is accepted any more, since records after a hole would be lost at the next start.
 */
export class AppendQueue {
  readonly #write: (records: readonly StoredRecord[]) => Promise<void>;
  readonly #bounds: AppendBounds;
  #entries: Entry[] = [];
  #charactersWaiting = 0;
  #failure: Error | undefined;
  #running = false;
  #lastAppend: Promise<void> = Promise.resolve();

  constructor(write: (records: readonly StoredRecord[]) => Promise<void>, bounds: AppendBounds) {
    this.#write = write;
    this.#bounds = bounds;
  }

  /** Why nothing is accepted any more, if so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Rejects all that waits and all that comes. */
  fail(cause: Error): void {
    this.#failure ??= cause;
    const waiting = this.#entries;
    this.#entries = [];
    this.#charactersWaiting = 0;
    for (const { reject } of waiting) reject(this.#failure);
  }

  /** Resolves when the record is written. */
  async append(record: StoredRecord): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const length = record.body.length;
    const { charactersPerRecord, charactersWaiting } = this.#bounds;
    if (length > charactersPerRecord || this.#charactersWaiting + length > charactersWaiting) {
      const what = length > charactersPerRecord ? 'one record' : 'what waits';
      this.fail(new Error(`the journal takes no more: ${what} is over its bound`));
      throw this.#failure;
    }
    this.#lastAppend = new Promise<void>((resolve, reject) => {
      this.#entries.push({ record, resolve, reject });
    });
    this.#charactersWaiting += length;
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    await this.#lastAppend;
  }

  /** Resolves when all that waits now is written; rejects when it cannot be. */
  async written(): Promise<void> {
    await this.#lastAppend;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    // What one turn of the event loop brings in goes together, also in the first write after a pause.
    await Promise.resolve();
    while (this.#entries.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#write(group.map(({ record }) => record));
        for (const { resolve } of group) resolve();
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        this.fail(cause);
        for (const { reject } of group) reject(this.#failure ?? cause);
      }
    }
    this.#running = false;
  }

  #takeGroup(): Entry[] {
    let count = 0;
    let characters = 0;
    for (const { record } of this.#entries) {
      if (count >= this.#bounds.recordsPerGroup) break;
      if (count > 0 && characters + record.body.length > this.#bounds.charactersPerGroup) break;
      characters += record.body.length;
      count += 1;
    }
    this.#charactersWaiting -= characters;
    return this.#entries.splice(0, count);
  }
}
