import type { ShardId } from '../world/entity.ts';
import { JournalHeld } from '../world/journal.ts';
import type {
  EntityChange,
  Journal,
  JournalHeader,
  JournalRecord,
  JournalSnapshot,
} from '../world/journal.ts';
import { journalFormat } from './journal-format.ts';

interface MemoryShard {
  head: number;
  records: JournalRecord[];
  snapshot:
    | { readonly seq: number; readonly at: number; readonly puts: readonly EntityChange[] }
    | undefined;
}

const recordsPerBatch = 1000;

/**
 * What memory journals write to: it outlives them, as a data directory outlives a process. With `forgetful` it
 * keeps no records, for a world that nobody will open again.
 */
export class MemoryJournalStore {
  readonly header: JournalHeader;
  readonly forgetful: boolean;
  readonly shards = new Map<ShardId, MemoryShard>();
  epoch = 0;
  holder: Journal | undefined;

  constructor(
    options: {
      readonly seed?: number;
      readonly flags?: readonly string[];
      readonly forgetful?: boolean;
    } = {},
  ) {
    this.header = {
      format: journalFormat,
      flags: options.flags ?? [],
      seed: options.seed ?? 1,
    };
    this.forgetful = options.forgetful ?? false;
  }

  /** The shard of that name, made when it is new. */
  shard(name: ShardId): MemoryShard {
    const existing = this.shards.get(name);
    if (existing !== undefined) return existing;
    const made: MemoryShard = { head: 0, records: [], snapshot: undefined };
    this.shards.set(name, made);
    return made;
  }
}

class MemoryJournal implements Journal {
  readonly header: JournalHeader;
  readonly #store: MemoryJournalStore;
  #failure: Error | undefined;
  #closed = false;

  constructor(store: MemoryJournalStore) {
    this.#store = store;
    this.header = store.header;
  }

  async acquireLease(): Promise<number> {
    if (this.#store.holder === this) throw new Error('this journal already has its lease');
    if (this.#store.holder !== undefined) throw new JournalHeld('the journal is in use');
    this.#store.holder = this;
    this.#store.epoch += 1;
    return this.#store.epoch;
  }

  async shards(): Promise<readonly ShardId[]> {
    return [...this.#store.shards.keys()];
  }

  async append(name: ShardId, expectedSeq: number, record: JournalRecord): Promise<void> {
    this.#mustBeWritable();
    const head = this.#store.shards.get(name)?.head ?? 0;
    if (expectedSeq !== head || record.seq !== expectedSeq + 1) {
      this.#failure = new Error(
        `record ${record.seq} after ${expectedSeq} does not follow ${name}'s ${head}`,
      );
      throw this.#failure;
    }
    const shard = this.#store.shard(name);
    shard.head = record.seq;
    if (!this.#store.forgetful) shard.records.push(record);
  }

  async *read(name: ShardId, fromSeq: number): AsyncIterable<readonly JournalRecord[]> {
    const shard = this.#store.shards.get(name);
    if (shard === undefined) return;
    const from = Math.max(fromSeq, (shard.snapshot?.seq ?? 0) + 1);
    const records = shard.records.filter(({ seq }) => seq >= from);
    for (let index = 0; index < records.length; index += recordsPerBatch) {
      yield records.slice(index, index + recordsPerBatch);
    }
  }

  async putSnapshot(name: ShardId, snapshot: JournalSnapshot): Promise<void> {
    this.#mustBeWritable();
    const { seq, at } = snapshot;
    const head = this.#store.shards.get(name)?.head ?? 0;
    if (seq > head) throw new Error(`a snapshot of ${name} at ${seq} is ahead of its ${head}`);
    if (this.#store.forgetful) return;
    const shard = this.#store.shard(name);
    shard.snapshot = { seq, at, puts: [...snapshot.puts] };
    shard.records = shard.records.filter((record) => record.seq > seq);
  }

  async *readSnapshot(name: ShardId): AsyncIterable<JournalRecord> {
    const snapshot = this.#store.shards.get(name)?.snapshot;
    if (snapshot === undefined) return;
    const { seq, at, puts } = snapshot;
    for (let index = 0; index === 0 || index < puts.length; index += recordsPerBatch) {
      yield { seq, at, changes: puts.slice(index, index + recordsPerBatch) };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#store.holder === this) this.#store.holder = undefined;
  }

  #mustBeWritable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw new Error('the journal is closed');
    if (this.#store.holder !== this) throw new Error('the journal is written to without its lease');
  }
}

/** Opens a journal that lives in memory: for tests, and with a forgetful store for an ephemeral world. */
export const openMemoryJournal = (store: MemoryJournalStore = new MemoryJournalStore()): Journal =>
  new MemoryJournal(store);
