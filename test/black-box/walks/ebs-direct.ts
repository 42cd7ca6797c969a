import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-central-1';
const blockBytes = 524_288;

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Snapshots that are written and read block by block, as backup tools do it. */
export const walkEbsDirect = (world: () => Running): void => {
  const clients = () => awsClients(world().endpoint, { region });

  const write = async (
    contents: Readonly<Record<number, string>>,
    ParentSnapshotId?: string,
  ): Promise<string> => {
    const { ebs, ec2 } = clients();
    const begun = await ebs.startSnapshot({ VolumeSize: 1, ParentSnapshotId });
    const SnapshotId = given(begun.SnapshotId);
    const digests: Buffer[] = [];
    for (const [index, letter] of Object.entries(contents)) {
      const BlockData = Buffer.alloc(blockBytes, letter);
      digests.push(sha256(BlockData));
      const answer = await ebs.putSnapshotBlock({
        SnapshotId,
        BlockIndex: Number(index),
        BlockData,
        DataLength: blockBytes,
        Checksum: sha256(BlockData).toString('base64'),
        ChecksumAlgorithm: 'SHA256',
      });
      expect(answer.Checksum).toBe(sha256(BlockData).toString('base64'));
    }
    await ebs.completeSnapshot({
      SnapshotId,
      ChangedBlocksCount: digests.length,
      Checksum: sha256(...digests).toString('base64'),
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    });
    await eventually(async () => {
      const { Snapshots } = await ec2.describeSnapshots({ SnapshotIds: [SnapshotId] });
      return Snapshots?.[0]?.State === 'completed';
    });
    return SnapshotId;
  };

  const read = async (SnapshotId: string): Promise<Record<number, string>> => {
    const { ebs } = clients();
    const { Blocks = [] } = await ebs.listSnapshotBlocks({ SnapshotId });
    const found: Record<number, string> = {};
    for (const { BlockIndex = -1, BlockToken } of Blocks) {
      const block = await ebs.getSnapshotBlock({ SnapshotId, BlockIndex, BlockToken });
      const bytes = await given(block.BlockData).transformToByteArray();
      expect(block.Checksum).toBe(sha256(bytes).toString('base64'));
      found[BlockIndex] = String.fromCharCode(bytes[blockBytes - 1] ?? 0);
    }
    return found;
  };

  describe('a snapshot in blocks', () => {
    it('is written, changed, compared and read', async () => {
      const { ebs } = clients();
      const first = await write({ 0: 'a', 9: 'b' });
      const second = await write({ 9: 'c', 2_047: 'd' }, first);
      expect(await read(first)).toEqual({ 0: 'a', 9: 'b' });
      expect(await read(second)).toEqual({ 0: 'a', 9: 'c', 2_047: 'd' });
      const { ChangedBlocks = [] } = await ebs.listChangedBlocks({
        FirstSnapshotId: first,
        SecondSnapshotId: second,
      });
      expect(ChangedBlocks.map(({ BlockIndex }) => BlockIndex)).toEqual([9, 2_047]);
      const other = await write({ 1: 'x' });
      const compared = ebs.listChangedBlocks({ FirstSnapshotId: first, SecondSnapshotId: other });
      expect(await refusalOf(compared)).toMatchObject({ code: 'ValidationException' });
      const missing = ebs.listSnapshotBlocks({ SnapshotId: 'snap-0123456789abcdef0' });
      expect(await refusalOf(missing)).toMatchObject({
        code: 'ResourceNotFoundException',
        status: 404,
      });
    });
  });
};
