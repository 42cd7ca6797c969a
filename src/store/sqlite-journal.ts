import type {
  EntityChange,
  Journal,
  JournalHeader,
  JournalRecord,
  JournalSnapshot,
} from '../world/journal.ts';
import type { ShardId } from '../world/entity.ts';
import { AppendQueue, defaultAppendBounds } from './append-queue.ts';
import type { AppendBounds } from './append-queue.ts';
import type { RecordRow } from './record-rows.ts';
import { WorkerLine } from './worker-line.ts';

/** How a data directory's journal is opened. */
export interface SqliteJournalOptions {
  /** Is told, in one sentence each, what was cut from a torn end. */
  readonly onNotice: (message: string) => void;
  /** The seed of a world that begins now, 1 unless given; one that exists keeps its own. */
  readonly seed?: number;
  /** The flags of a journal that is made now; one that exists keeps its own. */
  readonly flags?: readonly string[];
  /** The file may not grow beyond so many pages of 4 KiB; unlimited unless given. */
  readonly pageLimit?: number;
  readonly bounds?: AppendBounds;
}

/** Puts in one chunk of a snapshot: a million entities are read back in pieces of about half a megabyte. */
const putsPerChunk = 1000;

const parseRecords = ({ seq, body }: RecordRow): readonly JournalRecord[] => {
  // The body passed its checksum: it is what the append queue made of texts of `[at, changes]`.
  const records = JSON.parse(body) as readonly (readonly [number, readonly EntityChange[]])[];
  return records.map(([at, changes], index) => ({ seq: seq + index, at, changes }));
};

const parseChanges = (body: string): readonly EntityChange[] =>
  // The body passed its checksum: it is the text that `putSnapshot` made of an array of changes.
  JSON.parse(body) as readonly EntityChange[];

const parseFlags = (flags: string): readonly string[] =>
  // The header passed its checksum: its flags are the text of an array of strings.
  JSON.parse(flags) as readonly string[];

class SqliteJournal implements Journal {
  readonly header: JournalHeader;
  readonly #line: WorkerLine;
  readonly #heads: Map<ShardId, number>;
  readonly #queue: AppendQueue;
  #leased = false;
  #snapshots: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    line: WorkerLine,
    header: JournalHeader,
    heads: Iterable<readonly [ShardId, number]>,
    bounds: AppendBounds,
  ) {
    this.#line = line;
    this.header = header;
    this.#heads = new Map(heads);
    this.#queue = new AppendQueue((rows) => line.ask('append', rows), bounds);
  }

  async acquireLease(): Promise<number> {
    if (this.#leased) throw new Error('this journal already has its lease');
    this.#leased = true;
    return this.#line.ask('lease', undefined);
  }

  async shards(): Promise<readonly ShardId[]> {
    return [...this.#heads.keys()];
  }

  async append(shard: ShardId, expectedSeq: number, record: JournalRecord): Promise<void> {
    this.#mustBeWritable();
    const head = this.#heads.get(shard) ?? 0;
    if (expectedSeq !== head || record.seq !== expectedSeq + 1) {
      this.#queue.fail(
        new Error(`record ${record.seq} after ${expectedSeq} does not follow ${shard}'s ${head}`),
      );
    }
    this.#mustBeWritable();
    this.#heads.set(shard, record.seq);
    const text = JSON.stringify([record.at, record.changes]);
    await this.#queue.append({ shard, seq: record.seq, text });
  }

  async *read(shard: ShardId, fromSeq: number): AsyncIterable<readonly JournalRecord[]> {
    let from = fromSeq;
    for (;;) {
      const begin = from;
      const rows = await this.#line.ask('read', { shard, fromSeq: begin });
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.flatMap(parseRecords).filter(({ seq }) => seq >= begin);
      from = last.seq + last.count;
    }
  }

  async putSnapshot(shard: ShardId, snapshot: JournalSnapshot): Promise<void> {
    this.#mustBeWritable();
    // Taken at once: the caller's tables may change while the chunks are written. Entities are frozen.
    const puts = [...snapshot.puts];
    const written = this.#snapshots.then(() => this.#writeSnapshot(shard, snapshot, puts));
    this.#snapshots = Promise.allSettled([written]);
    await written;
  }

  async *readSnapshot(shard: ShardId): AsyncIterable<JournalRecord> {
    for (let index = 0; ; index += 1) {
      const chunk = await this.#line.ask('readChunk', { shard, index });
      if (chunk === undefined) return;
      yield { seq: chunk.seq, at: chunk.at, changes: parseChanges(chunk.body) };
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    // Whoever appended has heard of a failure; closing goes on, since the file is whole up to it.
    await Promise.allSettled([this.#queue.written(), this.#snapshots]);
    await this.#line.close();
  }

  async #writeSnapshot(
    shard: ShardId,
    { seq, at }: JournalSnapshot,
    puts: readonly EntityChange[],
  ): Promise<void> {
    const head = this.#heads.get(shard) ?? 0;
    if (seq > head) throw new Error(`a snapshot of ${shard} at ${seq} is ahead of its ${head}`);
    const generation = await this.#line.ask('nextGeneration', undefined);
    const chunks = Math.max(1, Math.ceil(puts.length / putsPerChunk));
    for (let index = 0; index < chunks; index += 1) {
      const from = index * putsPerChunk;
      const body = JSON.stringify(puts.slice(from, from + putsPerChunk));
      await this.#line.ask('writeChunk', { shard, generation, index, body });
    }
    // The snapshot may hold commits that still wait: in force before them, it would make them durable unasked.
    await this.#queue.written();
    await this.#line.ask('finishSnapshot', { shard, generation, seq, at, chunks });
    while (!(await this.#line.ask('dropUnused', undefined))) continue;
  }

  #mustBeWritable(): void {
    if (this.#closing !== undefined) throw new Error('the journal is closed');
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
    if (!this.#leased) throw new Error('the journal is written to without its lease');
  }
}

/**
 * Opens or makes `journal.sqlite` in a data directory, in a worker thread, and takes the sole right to it: the
 * lock falls when this process ends, however it ends. Rejects with JournalHeld when another process has it,
 * with JournalDamaged when more than its end is damaged, and with an Error when its format is newer than this
 * program.
 */
export const openSqliteJournal = async (
  directory: string,
  options: SqliteJournalOptions,
): Promise<Journal> => {
  const { onNotice, seed = 1, flags = [], pageLimit, bounds = defaultAppendBounds } = options;
  const { line, opened } = await WorkerLine.open({ directory, flags, seed, pageLimit }, onNotice);
  const header = {
    format: opened.format,
    flags: parseFlags(opened.flags),
    seed: opened.seed,
  };
  return new SqliteJournal(line, header, opened.heads, bounds);
};
