import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DomainError } from '../../../world/domain-error.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import type {
  ChangedBlock,
  Collection,
  ListedBlock,
  RegionBlocks,
  SnapshotContents,
  SnapshotWriter,
  StoredBlock,
} from '../region-blocks.ts';
import { BlockWriter } from './block-writer.ts';
import { indexFileName } from './index-file.ts';
import type { Inspection } from './store-inspection.ts';
import type { EngineThread, StoreLine } from './store-line.ts';
import type { StoreRequestName, StoreRequests } from './store-messages.ts';
import { Turns } from './turns.ts';

/** How a store is kept; the defaults are for a Region of a served world. */
export interface BlockStoreOptions {
  /** How long a segment file becomes, 256 MiB unless given. */
  readonly segmentBytes?: number;
  /** After so much idle time the store gives its thread and memory back until it is needed again; a minute unless given. */
  readonly idleMs?: number;
  /** Where the work is done: a thread of the store's own unless given. */
  readonly thread?: EngineThread;
}

/** Blocks that may be on their way out of a store at once: 8 MiB of memory. */
const readsAtOnce = 16;

const refuseRefusal = <T>(answer: T | DomainError): T => {
  if (isDomainError(answer)) throw new Error(`the block store refused: ${answer.message}`);
  return answer;
};

/** A Region's blocks in a directory. The thread that does the work starts with the first call that needs it. */
export class BlockStore implements RegionBlocks {
  readonly #directory: string;
  readonly #options: Required<BlockStoreOptions>;
  readonly #writers = new Map<string, BlockWriter>();
  readonly #reads = new Turns(readsAtOnce);
  #line: StoreLine | undefined;
  /** Settles when the lines that there were have let go of the files. */
  #earlier: Promise<unknown> = Promise.resolve();
  #users = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(directory: string, options: BlockStoreOptions = {}) {
    this.#directory = directory;
    this.#options = { segmentBytes: 256 * 2 ** 20, idleMs: 60_000, thread: 'worker', ...options };
  }

  async begin(snapshotId: string, parentId?: string): Promise<SnapshotWriter> {
    this.#writers.get(snapshotId)?.end('another writer goes on with it');
    const line = await this.#enter();
    try {
      const key = refuseRefusal(await line.ask('begin', { name: snapshotId, parent: parentId }));
      const writer: BlockWriter = new BlockWriter(line, key, snapshotId, () => {
        if (this.#writers.get(snapshotId) === writer) this.#writers.delete(snapshotId);
        this.#leave();
      });
      this.#writers.get(snapshotId)?.end('another writer goes on with it');
      this.#writers.set(snapshotId, writer);
      return writer;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  async contents(snapshotId: string): Promise<SnapshotContents | undefined> {
    if (this.#isEmpty()) return undefined;
    return refuseRefusal(await this.#ask('contents', snapshotId));
  }

  async list(): Promise<readonly SnapshotContents[]> {
    return this.#isEmpty() ? [] : refuseRefusal(await this.#ask('list', undefined));
  }

  async read(snapshotId: string, index: number): Promise<Uint8Array | DomainError | undefined> {
    return this.#reads.take(() => this.#ask('read', { name: snapshotId, index }));
  }

  async readStored(
    snapshotId: string,
    index: number,
  ): Promise<StoredBlock | DomainError | undefined> {
    return this.#reads.take(() => this.#ask('readStored', { name: snapshotId, index }));
  }

  async blocks(
    snapshotId: string,
    fromIndex: number,
    limit: number,
  ): Promise<readonly ListedBlock[]> {
    return refuseRefusal(await this.#ask('blocks', { name: snapshotId, fromIndex, limit }));
  }

  async changes(
    firstId: string,
    secondId: string,
    fromIndex: number,
    limit: number,
  ): Promise<readonly ChangedBlock[]> {
    const ask = { name: firstId, second: secondId, fromIndex, limit };
    return refuseRefusal(await this.#ask('changes', ask));
  }

  async drop(snapshotId: string): Promise<void> {
    if (this.#isEmpty()) return;
    this.#writers.get(snapshotId)?.end('it was dropped');
    refuseRefusal(await this.#ask('drop', snapshotId));
  }

  async collect(): Promise<Collection> {
    if (this.#isEmpty()) return { freedBlocks: 0, freedBytes: 0 };
    return refuseRefusal(await this.#ask('collect', undefined));
  }

  /** What the store holds that no snapshot accounts for, while nothing else goes on. */
  async inspect(): Promise<Inspection> {
    return refuseRefusal(await this.#ask('inspect', undefined));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const writer of this.#writers.values()) writer.end('the block store is closed');
    await this.#letGo();
  }

  /** A store that nobody has written to: what is asked of it needs no thread. */
  #isEmpty(): boolean {
    return this.#line === undefined && !existsSync(join(this.#directory, indexFileName));
  }

  async #ask<Name extends StoreRequestName>(
    name: Name,
    ask: StoreRequests[Name]['ask'],
  ): Promise<StoreRequests[Name]['answer'] | DomainError> {
    const line = await this.#enter();
    try {
      return await line.ask(name, ask);
    } finally {
      this.#leave();
    }
  }

  /** The line, started anew when there is none or it broke. Whoever enters leaves in the end. */
  async #enter(): Promise<StoreLine> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      if (this.#line?.broken !== undefined) this.#forgetLine();
      // Another caller may start the line while this one waits for the files.
      if (this.#line === undefined) await this.#earlier;
      // Most worlds keep no blocks: what works on them is read when there are some.
      const { StoreLine: Line } = await import('./store-line.ts');
      if (this.#isClosed) throw new Error('the block store is closed');
      const { segmentBytes, thread } = this.#options;
      this.#line ??= new Line({ directory: this.#directory, segmentBytes }, thread);
      return this.#line;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0 || this.#line === undefined || this.#isClosed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      // Nobody waits for anything that closing could fail to do: every promise given has settled.
      if (this.#users === 0) this.#letGo().catch(() => undefined);
    }, this.#options.idleMs);
    this.#idle.unref();
  }

  #forgetLine(): void {
    const line = this.#line;
    if (line === undefined) return;
    this.#line = undefined;
    this.#earlier = Promise.allSettled([this.#earlier, line.ended]);
  }

  async #letGo(): Promise<void> {
    clearTimeout(this.#idle);
    const line = this.#line;
    this.#forgetLine();
    await line?.close();
    await this.#earlier;
  }
}
