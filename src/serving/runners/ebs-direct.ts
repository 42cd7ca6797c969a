import { createHash } from 'node:crypto';
import { DirectWrites } from '../../aws/ebs/entities.ts';
import { invalid } from '../../aws/ebs/errors.ts';
import {
  listedBlocks,
  listedChanges,
  type BeginWrite,
  type BlockPlan,
  type CompleteWrite,
  type ListBlocks,
  type ListChanges,
  type ReadBlock,
  type WriteBlock,
} from '../../aws/ebs/plans.ts';
import { observeCompletedWrite, recordWrittenBlock } from '../../aws/ebs/writing.ts';
import type { Call } from '../../aws/execute.ts';
import {
  blockBytes,
  type RegionBlocks,
  type SnapshotWriter,
} from '../../plane/disks/region-blocks.ts';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';

/** What the EBS direct APIs need of a served world. */
export interface EbsDirectPorts {
  world(): World;
  /** A Region's blocks; undefined where bytes are not kept, as in virtual time. */
  regionBlocks(region: string): RegionBlocks | undefined;
}

type Caller = Pick<Call, 'region' | 'account'>;

/** A snapshot that is being written. */
interface OpenWrite {
  readonly snapshotId: string;
  readonly region: string;
  readonly account: string;
  readonly writer: Promise<SnapshotWriter>;
  /** Blocks that are being written: a second write of one of them at the same time is refused, as AWS does it. */
  readonly busy: Set<number>;
  isCompleting: boolean;
}

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
};

const algorithm = { ChecksumAlgorithm: 'SHA256' } as const;

const noBlocks = (): DomainError =>
  new DomainError(
    'InternalServerException',
    'Faultline keeps no bytes in virtual time: the EBS direct APIs answer in a served world.',
  );

/** Does with the blocks of Regions what the operations of the EBS direct APIs have decided, and gives their answers. */
export class EbsDirect {
  readonly #ports: EbsDirectPorts;
  readonly #open = new Map<string, OpenWrite>();

  constructor(ports: EbsDirectPorts) {
    this.#ports = ports;
  }

  /** Carries out a plan; the answer of a write says that its bytes survive a crash. */
  async carryOut(caller: Caller, plan: BlockPlan): Promise<unknown> {
    const blocks = this.#ports.regionBlocks(caller.region);
    if (blocks === undefined) return noBlocks();
    switch (plan.plan) {
      case 'list-blocks':
        return this.#listBlocks(blocks, caller, plan);
      case 'list-changes':
        return this.#listChanges(blocks, caller, plan);
      case 'read-block':
        return this.#readBlock(blocks, plan);
      case 'begin-write':
        return this.#beginWrite(blocks, caller, plan);
      case 'write-block':
        return this.#writeBlock(blocks, caller, plan);
      case 'complete-write':
        return this.#completeWrite(blocks, caller, plan);
    }
  }

  #view({ region, account }: Caller) {
    return this.#ports.world().view(region, account);
  }

  async #transact<T>({ region, account }: Caller, run: (tx: Tx) => T): Promise<T> {
    const { output, durable } = this.#ports.world().transact(region, account, run);
    await durable;
    return output;
  }

  async #listBlocks(blocks: RegionBlocks, caller: Caller, plan: ListBlocks): Promise<unknown> {
    // A snapshot with nothing but modelled contents, or of a base image, has no blocks in the store.
    const isThere = (await blocks.contents(plan.snapshotId)) !== undefined;
    const found = isThere ? await blocks.blocks(plan.snapshotId, plan.fromIndex, plan.limit) : [];
    return listedBlocks(
      this.#view(caller),
      plan,
      found.map(({ index }) => index),
    );
  }

  async #listChanges(blocks: RegionBlocks, caller: Caller, plan: ListChanges): Promise<unknown> {
    const { firstId, secondId, fromIndex, limit } = plan;
    const [first, second] = await Promise.all([firstId, secondId].map((id) => blocks.contents(id)));
    const differences =
      first === undefined || second === undefined
        ? await onlyOne(blocks, plan, first !== undefined, second !== undefined)
        : (await blocks.changes(firstId, secondId, fromIndex, limit)).map((change) => ({
            index: change.index,
            isInFirst: change.first !== undefined,
            isInSecond: change.second !== undefined,
          }));
    return listedChanges(this.#view(caller), plan, differences);
  }

  async #readBlock(blocks: RegionBlocks, plan: ReadBlock): Promise<unknown> {
    const read = await blocks.read(plan.snapshotId, plan.index);
    if (isDomainError(read)) {
      return new DomainError('InternalServerException', read.message);
    }
    const data = read ?? new Uint8Array(blockBytes);
    return { ...algorithm, BlockData: data, DataLength: data.length, Checksum: sha256(data) };
  }

  async #beginWrite(blocks: RegionBlocks, caller: Caller, plan: BeginWrite): Promise<unknown> {
    this.#forgetSettled();
    // A request that comes again with its client token may find the snapshot completed.
    const isOpen = this.#view(caller).get(DirectWrites, plan.snapshotId) !== undefined;
    if (isOpen) await this.#writeOf(blocks, caller, plan).writer;
    return plan.answer;
  }

  async #writeBlock(blocks: RegionBlocks, caller: Caller, plan: WriteBlock): Promise<unknown> {
    const { snapshotId, index, data } = plan;
    const checksum = sha256(data);
    if (checksum !== plan.checksum) {
      return invalid(
        'INVALID_PARAMETER_VALUE',
        'The checksum of the block data does not match the one that was provided.',
      );
    }
    const write = this.#writeOf(blocks, caller, plan);
    if (write.busy.has(index)) {
      return invalid(
        'CONFLICTING_BLOCK_UPDATE',
        `The block ${index} is being written by another request.`,
      );
    }
    if (write.isCompleting) return completing(snapshotId);
    write.busy.add(index);
    try {
      const writer = await write.writer;
      await writer.put(index, data);
      await writer.flush();
      const refused = await this.#transact(caller, (tx) =>
        recordWrittenBlock(tx, snapshotId, index, checksum),
      );
      return refused ?? { ...algorithm, Checksum: checksum };
    } catch (error) {
      // The writer may be broken: the next request begins anew with what was durable.
      this.#forget(write);
      throw error;
    } finally {
      write.busy.delete(index);
    }
  }

  async #completeWrite(
    blocks: RegionBlocks,
    caller: Caller,
    plan: CompleteWrite,
  ): Promise<unknown> {
    const { snapshotId, aggregate } = plan;
    if (aggregate !== undefined) {
      const digests = aggregate.ofBlocks.map((checksum) => Buffer.from(checksum, 'base64'));
      if (sha256(...digests) !== aggregate.checksum) {
        return invalid(
          'INVALID_PARAMETER_VALUE',
          'The aggregated checksum does not match the blocks that were written.',
        );
      }
    }
    const write = this.#writeOf(blocks, caller, plan);
    if (write.isCompleting || write.busy.size > 0) return completing(snapshotId);
    write.isCompleting = true;
    try {
      // A crash may have come between the store's completion and the world's.
      const before = await blocks.contents(snapshotId);
      const contents =
        before?.state === 'complete' ? before : await (await write.writer).complete();
      const { blockCount, changedBlockCount, digest } = contents;
      return await this.#transact(caller, (tx) =>
        observeCompletedWrite(tx, snapshotId, {
          blockCount,
          changedBlockCount,
          digest,
          modelledBytes: 0,
          changedModelledBytes: 0,
        }),
      );
    } finally {
      this.#forget(write);
    }
  }

  /** The writer of a snapshot, begun again after a start of the world. */
  #writeOf(
    blocks: RegionBlocks,
    { region, account }: Caller,
    plan: Pick<BeginWrite, 'snapshotId' | 'parentId' | 'blockCount'>,
  ): OpenWrite {
    const { snapshotId } = plan;
    const id = `${region}/${snapshotId}`;
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const write: OpenWrite = {
      snapshotId,
      region,
      account,
      writer: this.#begin(blocks, { region, account }, plan),
      busy: new Set(),
      isCompleting: false,
    };
    this.#open.set(id, write);
    // Whoever waits for the writer hears of it; the next one tries again.
    write.writer.catch(() => this.#forget(write));
    return write;
  }

  async #begin(
    blocks: RegionBlocks,
    caller: Caller,
    plan: Pick<BeginWrite, 'snapshotId' | 'parentId' | 'blockCount'>,
  ): Promise<SnapshotWriter> {
    const { snapshotId, parentId, blockCount } = plan;
    const written = this.#view(caller).get(DirectWrites, snapshotId)?.writtenCount ?? 0;
    const isComplete = (await blocks.contents(snapshotId))?.state === 'complete';
    const hasParent = parentId !== null && (await blocks.contents(parentId)) !== undefined;
    if (isComplete) throw new Error(`${snapshotId} is complete in the store.`);
    const writer = await blocks.begin(snapshotId, hasParent ? parentId : undefined);
    if (hasParent && written === 0) {
      // From the beginning, so that the parent may be deleted meanwhile; written blocks replace what is kept.
      writer.keep(0, blockCount);
      await writer.flush();
    }
    return writer;
  }

  #forget(write: OpenWrite): void {
    const id = `${write.region}/${write.snapshotId}`;
    if (this.#open.get(id) === write) this.#open.delete(id);
  }

  /** Lets go of snapshots that were given up or deleted. */
  #forgetSettled(): void {
    for (const write of this.#open.values()) {
      if (this.#view(write).get(DirectWrites, write.snapshotId) === undefined) this.#forget(write);
    }
  }
}

const completing = (snapshotId: string): DomainError =>
  invalid(
    'CONFLICTING_BLOCK_UPDATE',
    `Another request is writing to the snapshot '${snapshotId}' or completing it.`,
  );

/** Differences to a snapshot that has no blocks in the store: all blocks of the other. */
const onlyOne = async (
  blocks: RegionBlocks,
  plan: ListChanges,
  isInFirst: boolean,
  isInSecond: boolean,
) => {
  if (!isInFirst && !isInSecond) return [];
  const there = isInFirst ? plan.firstId : plan.secondId;
  const found = await blocks.blocks(there, plan.fromIndex, plan.limit);
  return found.map(({ index }) => ({ index, isInFirst, isInSecond }));
};
