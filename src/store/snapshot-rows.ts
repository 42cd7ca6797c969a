import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { JournalDamaged } from '../world/journal.ts';
import { chunkChecksum, chunkId, generationOfChunkId } from './journal-format.ts';
import type { ShardRow } from './journal-format.ts';

/** Chunks are large: few go in one deletion, so that an append never waits long behind it. */
const chunksPerDrop = 20;

/** The rows of the table of snapshot chunks. Each snapshot has a generation of its own. */
export class SnapshotRows {
  readonly #path: string;
  readonly #insert: StatementSync;
  readonly #get: StatementSync;
  readonly #firstFrom: StatementSync;
  readonly #last: StatementSync;
  readonly #dropBetween: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#insert = database.prepare('INSERT INTO snapshot_chunks (id, crc, body) VALUES (?, ?, ?)');
    this.#get = database.prepare('SELECT crc, body FROM snapshot_chunks WHERE id = ?');
    this.#firstFrom = database.prepare(
      'SELECT id FROM snapshot_chunks WHERE id >= ? ORDER BY id LIMIT 1',
    );
    this.#last = database.prepare('SELECT max(id) AS id FROM snapshot_chunks');
    this.#dropBetween = database.prepare(
      `DELETE FROM snapshot_chunks WHERE id IN
       (SELECT id FROM snapshot_chunks WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ${chunksPerDrop})`,
    );
  }

  /** A generation that no chunk and no shard has. */
  nextGeneration(shards: readonly ShardRow[]): number {
    const last = this.#last.get()?.['id'];
    const inChunks = typeof last === 'number' ? generationOfChunkId(last) : 0;
    return Math.max(inChunks, ...shards.map((shard) => shard.snapshotGeneration)) + 1;
  }

  /** Inserts a chunk, within the caller's transaction. */
  insert(shard: string, generation: number, index: number, body: string): void {
    this.#insert.run(
      chunkId(generation, index),
      chunkChecksum(shard, generation, index, body),
      body,
    );
  }

  /** The text of a chunk; throws JournalDamaged when it is missing or fails its checksum. */
  read(shard: ShardRow, index: number): string {
    const { name, snapshotGeneration } = shard;
    const row = this.#get.get(chunkId(snapshotGeneration, index));
    const body = row?.['body'];
    if (
      typeof body !== 'string' ||
      chunkChecksum(name, snapshotGeneration, index, body) !== row?.['crc']
    ) {
      throw new JournalDamaged(
        `${this.#path} is damaged: part ${index + 1} of ${shard.snapshotChunks} of the snapshot of shard ${name} fails its checks`,
      );
    }
    return body;
  }

  /**
   * Deletes some chunks of generations that are no shard's: replaced ones, and ones whose writing a crash cut
   * short. Answers whether none is left.
   */
  dropUnused(generationsInUse: ReadonlySet<number>): boolean {
    let from = 0;
    for (;;) {
      const id = this.#firstFrom.get(from)?.['id'];
      if (typeof id !== 'number') return true;
      const generation = generationOfChunkId(id);
      from = chunkId(generation + 1, 0);
      if (generationsInUse.has(generation)) continue;
      this.#dropBetween.run(id, from - 1);
      return false;
    }
  }
}
