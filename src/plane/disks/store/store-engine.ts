import { DomainError } from '../../../world/domain-error.ts';
import type {
  ChangedBlock,
  Collection,
  ListedBlock,
  SnapshotContents,
  StoredBlock,
} from '../region-blocks.ts';
import { compress, digestOf, isZeros, restore, storedAs } from './block-codec.ts';
import { collectGarbage } from './block-collection.ts';
import { BlockCommitter } from './block-committer.ts';
import { blockIn, blocksPerPage } from './block-page.ts';
import { atomically, atomicallyForNow } from './index-database.ts';
import { listBlocks, listChanges } from './snapshot-lists.ts';
import type { SnapshotRow } from './snapshot-rows.ts';
import { summarize } from './snapshot-totals.ts';
import { openStoreState } from './store-state.ts';
import type { StoreOptions, StoreState } from './store-state.ts';
import { inspect } from './store-inspection.ts';
import type { Inspection } from './store-inspection.ts';

const corruptBlock = (name: string, index: number): DomainError =>
  new DomainError(
    'CorruptBlock',
    `Block ${index} of ${name} is damaged on disk: its bytes are not those that were written.`,
  );

const contentsOf = (name: string, row: SnapshotRow): SnapshotContents => ({
  snapshotId: name,
  state: row.state,
  blockCount: row.blockCount,
  changedBlockCount: row.changedCount,
  storedBytes: row.storedBytes,
  digest: row.digest,
});

/**
 * A block store at work, on whatever thread it runs. When a write fails, the disk's state is unknown: `commit` rejects
 * from then on, and the store is to be opened anew.
 */
export class StoreEngine {
  readonly #state: StoreState;
  readonly #committer: BlockCommitter;
  #collection: Promise<Collection> | undefined;

  constructor(options: StoreOptions) {
    this.#state = openStoreState(options);
    this.#committer = new BlockCommitter(this.#state);
  }

  /** Why nothing can be written any more, if so. */
  get failure(): unknown {
    return this.#state.failure;
  }

  /** Begins a snapshot or goes on with an open one; gives its key for `put` and `keep`. */
  begin(name: string, parentName: string | undefined): number {
    const { snapshots, database } = this.#state;
    const parent = parentName === undefined ? undefined : this.#complete(parentName);
    const known = snapshots.byName(name);
    if (known !== undefined) {
      if (known.state !== 'open') throw new Error(`the snapshot ${name} is complete already`);
      if (parent !== undefined && known.parent !== parent.key) {
        throw new Error(`the snapshot ${name} was begun as a change of another one`);
      }
      return known.key;
    }
    const key = this.#state.nextSnapshotKey;
    this.#state.nextSnapshotKey += 1;
    atomicallyForNow(database, () => snapshots.insert(key, name, parent?.key));
    return key;
  }

  /**
   * Puts a block. Its bytes must stay as they are until the promise settles; what it lists, it lists at once. Rejects
   * when the disk fails, as the next commit does.
   */
  async put(key: number, index: number, block: Uint8Array): Promise<void> {
    if (isZeros(block)) {
      this.#state.pending.put(key, index, undefined);
      return;
    }
    await this.#add(key, index, digestOf(block), () => this.#compressed(block));
  }

  /** Puts a block as another store keeps it, if its bytes are what its digest says; else gives a DomainError. */
  async putStored(
    key: number,
    index: number,
    stored: StoredBlock,
  ): Promise<DomainError | undefined> {
    const digest = Buffer.from(stored.digest, 'hex');
    const block = await restore(stored.bytes, stored.how, digest);
    if (block === undefined) {
      return new DomainError('CorruptBlock', `Block ${index} was damaged on its way.`);
    }
    await this.#add(key, index, digest, async () => stored);
    return undefined;
  }

  /** Takes blocks over from the parent. Behind all that the parent and the snapshot itself list, nothing changes. */
  keep(key: number, fromIndex: number, toIndex: number): void {
    const { snapshots, pending, committing } = this.#state;
    const parent = snapshots.byKey(key)?.parent;
    const lastPage = Math.max(
      snapshots.lastPage(key),
      parent === undefined ? -1 : snapshots.lastPage(parent),
      pending.lastPage(key),
      committing?.lastPage(key) ?? -1,
    );
    pending.keep(key, fromIndex, Math.min(toIndex, (lastPage + 1) * blocksPerPage - 1));
    this.#commitIfFull();
  }

  /** Settles when everything so far is durable. */
  flush(): Promise<void> {
    return this.#committer.commit();
  }

  async complete(name: string): Promise<SnapshotContents> {
    await this.#committer.commit();
    const { snapshots, database } = this.#state;
    const row = this.#known(name);
    if (row.state !== 'open') throw new Error(`the snapshot ${name} is complete already`);
    const { pageDigests, ...totals } = await summarize(this.#state, row, true);
    atomically(database, () => {
      for (const { number, digest } of pageDigests) snapshots.setDigest(row.key, number, digest);
      snapshots.complete(row.key, totals);
      snapshots.reap();
    });
    return contentsOf(name, this.#known(name));
  }

  drop(name: string): void {
    const { snapshots, database } = this.#state;
    const row = snapshots.byName(name);
    if (row !== undefined) atomically(database, () => snapshots.drop(row.key));
  }

  async contents(name: string): Promise<SnapshotContents | undefined> {
    const known = this.#state.snapshots.byName(name);
    if (known === undefined || known.state === 'complete') {
      return known === undefined ? undefined : contentsOf(name, known);
    }
    await this.#committer.commit();
    const row = this.#state.snapshots.byName(name);
    if (row === undefined) return undefined;
    return contentsOf(name, { ...row, ...(await summarize(this.#state, row, false)) });
  }

  async list(): Promise<readonly SnapshotContents[]> {
    const names = this.#state.snapshots.all().flatMap(({ name }) => name ?? []);
    const found: SnapshotContents[] = [];
    for (const name of names) {
      const contents = await this.contents(name);
      if (contents !== undefined) found.push(contents);
    }
    return found;
  }

  async read(
    name: string,
    index: number,
  ): Promise<Uint8Array<ArrayBuffer> | DomainError | undefined> {
    const stored = await this.readStored(name, index);
    if (stored === undefined || stored instanceof DomainError) return stored;
    const block = await restore(stored.bytes, stored.how, Buffer.from(stored.digest, 'hex'));
    if (block !== undefined) return block;
    this.#state.corrupt.add(stored.id);
    return corruptBlock(name, index);
  }

  /** A block as it lies; whoever uses it checks its digest. */
  async readStored(
    name: string,
    index: number,
  ): Promise<(StoredBlock & { readonly id: number }) | DomainError | undefined> {
    const { snapshots, blocks, files } = this.#state;
    const snapshot = await this.#settled(name);
    const page = snapshots.page(snapshot.key, Math.floor(index / blocksPerPage));
    const { id } = blockIn(page, index % blocksPerPage);
    if (id === 0) return undefined;
    const row = blocks.get(id);
    if (row === undefined) throw new Error(`the block store's index lacks block ${id}`);
    const bytes = await files.read(row);
    if (bytes !== undefined) {
      return { id, digest: Buffer.from(row.digest).toString('hex'), how: row.how, bytes };
    }
    this.#state.corrupt.add(id);
    return corruptBlock(name, index);
  }

  async blocks(name: string, fromIndex: number, limit: number): Promise<readonly ListedBlock[]> {
    return listBlocks(this.#state, await this.#settled(name), fromIndex, limit);
  }

  async changes(
    firstName: string,
    secondName: string,
    fromIndex: number,
    limit: number,
  ): Promise<readonly ChangedBlock[]> {
    const pair = { first: this.#complete(firstName), second: this.#complete(secondName) };
    return listChanges(this.#state, pair, fromIndex, limit);
  }

  /** One collection at a time: whoever asks while one runs waits for it and has another one begun. */
  async collect(): Promise<Collection> {
    while (this.#collection !== undefined) await this.#collection;
    const collection = collectGarbage(this.#state, this.#committer);
    this.#collection = collection;
    try {
      return await collection;
    } finally {
      this.#collection = undefined;
    }
  }

  /** What is in the store that no snapshot accounts for. Expects that nothing else goes on. */
  inspect(): Inspection {
    return inspect(this.#state);
  }

  /** Makes everything durable and closes the files; they are closed in any case. */
  async close(): Promise<void> {
    this.#state.isClosing = true;
    try {
      await Promise.allSettled([this.#collection]);
      await this.#committer.commit();
    } finally {
      this.#state.files.close();
      this.#state.database.close();
    }
  }

  async #add(
    key: number,
    index: number,
    digest: Buffer,
    bytesToStore: () => Promise<{ readonly how: number; readonly bytes: Uint8Array }>,
  ): Promise<void> {
    const { pending, committing, blocks, marks, corrupt, files } = this.#state;
    const name = digest.toString('hex');
    const known =
      pending.newBlocks.get(name) ?? committing?.newBlocks.get(name) ?? blocks.find(digest);
    const isUsable = known !== undefined && !corrupt.has(known.id);
    if (isUsable) {
      marks?.mark(known.id);
      pending.put(key, index, known);
      this.#commitIfFull();
      return;
    }
    const id = known?.id ?? this.#state.nextBlockId;
    const block = { id, digest, segment: 0, offset: 0, length: 0, how: 0 };
    const store = async (): Promise<void> => {
      const { how, bytes } = await bytesToStore();
      Object.assign(block, await files.append(bytes), { how });
      if (known !== undefined) pending.moves.push(block);
      pending.grow(bytes.length);
      this.#commitIfFull();
    };
    if (known === undefined) {
      this.#state.nextBlockId += 1;
      pending.newBlocks.set(name, block);
    } else {
      marks?.mark(id);
      corrupt.delete(id);
    }
    pending.put(key, index, block);
    const job = store();
    pending.jobs.push(job);
    this.#commitIfFull();
    try {
      await job;
    } catch (error) {
      this.#state.failure ??= error;
      throw error;
    }
  }

  async #compressed(
    block: Uint8Array,
  ): Promise<{ readonly how: number; readonly bytes: Uint8Array }> {
    const compressed = await compress(block);
    return compressed === undefined
      ? { how: storedAs.raw, bytes: block }
      : { how: storedAs.zstd, bytes: compressed };
  }

  #commitIfFull(): void {
    if (!this.#state.pending.isFull) return;
    // Whoever completes, flushes or puts next hears of a failure.
    this.#committer.commit().catch(() => undefined);
  }

  #known(name: string): SnapshotRow {
    const row = this.#state.snapshots.byName(name);
    if (row === undefined) throw new Error(`there is no snapshot ${name} in this block store`);
    return row;
  }

  #complete(name: string): SnapshotRow {
    const row = this.#known(name);
    if (row.state !== 'complete') throw new Error(`the snapshot ${name} is not complete yet`);
    return row;
  }

  /** A snapshot; when it is open, with all that was put so far. */
  async #settled(name: string): Promise<SnapshotRow> {
    const row = this.#known(name);
    if (row.state === 'open') await this.#committer.commit();
    return this.#known(name);
  }
}
