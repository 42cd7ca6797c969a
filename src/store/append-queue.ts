import type { AppendedRow } from './journal-database.ts';

/** Bounds of what may wait. */
export interface AppendBounds {
  /** Records in one write at most. */
  readonly recordsPerGroup: number;
  /** Characters in one write at most; one record alone may be longer. */
  readonly charactersPerGroup: number;
  /** Characters that may wait in all; an append beyond them fails the journal. */
  readonly charactersWaiting: number;
  /** The longest text of one record. */
  readonly charactersPerRecord: number;
}

/** The bounds of the default journal: waiting text stays below 512 MiB even when the disk stands still. */
export const defaultAppendBounds: AppendBounds = {
  recordsPerGroup: 4096,
  charactersPerGroup: 8 * 2 ** 20,
  charactersWaiting: 256 * 2 ** 20,
  charactersPerRecord: 64 * 2 ** 20,
};

/** A record that waits to be written: its text is the JSON of `[at, changes]`. */
export interface WaitingRecord {
  readonly shard: string;
  readonly seq: number;
  readonly text: string;
}

interface Entry extends WaitingRecord {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One row for each shard of a group. A shard's records in a group follow one another without a gap. */
const rowsOf = (group: readonly WaitingRecord[]): readonly AppendedRow[] => {
  const byShard = new Map<string, WaitingRecord[]>();
  for (const record of group) {
    const records = byShard.get(record.shard);
    if (records === undefined) byShard.set(record.shard, [record]);
    else records.push(record);
  }
  return [...byShard].map(([shard, records]) => ({
    shard,
    seq: records[0]?.seq ?? 0,
    count: records.length,
    body: `[${records.map(({ text }) => text).join(',')}]`,
  }));
};

/**
 * Group commit: one write is in flight at a time, and all that arrives meanwhile goes with the next. After a
 * failed write nothing is accepted any more, since records after a hole would be lost at the next start.
 */
export class AppendQueue {
  readonly #write: (rows: readonly AppendedRow[]) => Promise<void>;
  readonly #bounds: AppendBounds;
  #entries: Entry[] = [];
  #charactersWaiting = 0;
  #failure: Error | undefined;
  #running = false;
  #lastAppend: Promise<void> = Promise.resolve();

  constructor(write: (rows: readonly AppendedRow[]) => Promise<void>, bounds: AppendBounds) {
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

  /** Resolves when the record is written. Records of a shard come without a gap. */
  append(record: WaitingRecord): Promise<void> {
    const { length } = record.text;
    const { charactersPerRecord, charactersWaiting } = this.#bounds;
    if (length > charactersPerRecord || this.#charactersWaiting + length > charactersWaiting) {
      const what = length > charactersPerRecord ? 'one record' : 'what waits';
      this.fail(new Error(`the journal takes no more: ${what} is over its bound`));
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#lastAppend = new Promise<void>((resolve, reject) => {
      this.#entries.push({ ...record, resolve, reject });
    });
    this.#charactersWaiting += length;
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
    return this.#lastAppend;
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
        await this.#write(rowsOf(group));
        for (const { resolve } of group) resolve();
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        this.fail(cause);
        for (const { reject } of group) reject(this.#failure ?? cause);
      }
      // Whoever was answered writes on in the same turn: that belongs to the next group, not the one after.
      await Promise.resolve();
    }
    this.#running = false;
  }

  #takeGroup(): Entry[] {
    let count = 0;
    let characters = 0;
    for (const { text } of this.#entries) {
      if (count >= this.#bounds.recordsPerGroup) break;
      if (count > 0 && characters + text.length > this.#bounds.charactersPerGroup) break;
      characters += text.length;
      count += 1;
    }
    this.#charactersWaiting -= characters;
    return this.#entries.splice(0, count);
  }
}
