import { createHash } from 'node:crypto';
import type { DomainError } from '../../world/domain-error.ts';
import { blockBytes } from './region-blocks.ts';
import type {
  BlockDigest,
  ChangedBlock,
  Collection,
  ListedBlock,
  RegionBlocks,
  SnapshotContents,
  SnapshotWriter,
} from './region-blocks.ts';

interface HeldSnapshot {
  state: 'open' | 'complete';
  readonly parentId: string | undefined;
  readonly blocks: Map<number, BlockDigest>;
}

/** A block store in memory, for tests: checks what callers must keep to, and counts what they put. */
export class TestRegionBlocks implements RegionBlocks {
  readonly bytes = new Map<BlockDigest, Uint8Array>();
  readonly #snapshots = new Map<string, HeldSnapshot>();
  /** Blocks that were put, over all snapshots. */
  putCount = 0;

  #held(snapshotId: string): HeldSnapshot {
    const held = this.#snapshots.get(snapshotId);
    if (held === undefined) throw new Error(`${snapshotId} is not there.`);
    return held;
  }

  async begin(snapshotId: string, parentId?: string): Promise<SnapshotWriter> {
    const held: HeldSnapshot = { state: 'open', parentId, blocks: new Map() };
    this.#snapshots.set(snapshotId, held);
    return {
      put: async (index, block) => {
        if (block.length !== blockBytes) throw new Error(`${block.length} bytes are no block.`);
        if (!Number.isSafeInteger(index) || index < 0) throw new Error(`${index} is no index.`);
        this.putCount += 1;
        await Promise.resolve();
        const digest = createHash('sha256').update(block).digest('hex');
        if (!this.bytes.has(digest)) this.bytes.set(digest, Uint8Array.from(block));
        held.blocks.set(index, digest);
      },
      keep: (index) => {
        const digest = parentId && this.#held(parentId).blocks.get(index);
        if (digest === undefined) throw new Error(`The parent has no block ${index} to keep.`);
        held.blocks.set(index, digest);
      },
      flush: () => Promise.resolve(),
      complete: async () => {
        held.state = 'complete';
        const contents = await this.contents(snapshotId);
        if (contents === undefined) throw new Error('The snapshot is gone.');
        return contents;
      },
      abort: () => this.drop(snapshotId),
    };
  }

  async contents(snapshotId: string): Promise<SnapshotContents | undefined> {
    const held = this.#snapshots.get(snapshotId);
    if (held === undefined) return undefined;
    const parent = held.parentId === undefined ? undefined : this.#snapshots.get(held.parentId);
    const all = [...held.blocks].sort(([one], [other]) => one - other);
    const changed = all.filter(([index, digest]) => parent?.blocks.get(index) !== digest);
    return {
      snapshotId,
      state: held.state,
      blockCount: all.length,
      changedBlockCount: changed.length,
      storedBytes: new Set(held.blocks.values()).size * blockBytes,
      digest: createHash('sha256').update(JSON.stringify(all)).digest('hex'),
    };
  }

  async list(): Promise<readonly SnapshotContents[]> {
    const all = await Promise.all([...this.#snapshots.keys()].map((id) => this.contents(id)));
    return all.filter((contents) => contents !== undefined);
  }

  read(snapshotId: string, index: number): Promise<Uint8Array | DomainError | undefined> {
    const digest = this.#held(snapshotId).blocks.get(index);
    return Promise.resolve(digest === undefined ? undefined : this.bytes.get(digest));
  }

  blocks(snapshotId: string, fromIndex: number, limit: number): Promise<readonly ListedBlock[]> {
    const listed = [...this.#held(snapshotId).blocks]
      .filter(([index]) => index >= fromIndex)
      .sort(([one], [other]) => one - other)
      .slice(0, limit)
      .map(([index, digest]) => ({ index, digest }));
    return Promise.resolve(listed);
  }

  changes(
    firstId: string,
    secondId: string,
    fromIndex: number,
    limit: number,
  ): Promise<readonly ChangedBlock[]> {
    const first = this.#held(firstId).blocks;
    const second = this.#held(secondId).blocks;
    const changed = [...new Set([...first.keys(), ...second.keys()])]
      .filter((index) => index >= fromIndex && first.get(index) !== second.get(index))
      .sort((one, other) => one - other)
      .slice(0, limit)
      .map((index) => ({ index, first: first.get(index), second: second.get(index) }));
    return Promise.resolve(changed);
  }

  drop(snapshotId: string): Promise<void> {
    this.#snapshots.delete(snapshotId);
    return Promise.resolve();
  }

  collect(): Promise<Collection> {
    return Promise.resolve({ freedBlocks: 0, freedBytes: 0 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
