import type { EC2, Snapshot } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-central-1';
const away = 'eu-west-3';
const friend = '444455556666';

/** Snapshots: taken, shared, copied to another Region, deleted. */
export const walkSnapshots = (world: () => Running): void => {
  const ec2 = (where = region): EC2 => awsClients(world().endpoint, { region: where }).ec2;
  const friends = (): EC2 => awsClients(world().endpoint, { region, accessKeyId: friend }).ec2;

  const snapshotOf = async (id: string, client = ec2()): Promise<Snapshot> =>
    given((await client.describeSnapshots({ SnapshotIds: [id] })).Snapshots?.[0]);

  const completed = async (id: string, client = ec2()): Promise<Snapshot> =>
    await eventually(async () => {
      const snapshot = await snapshotOf(id, client);
      expect(snapshot.State).not.toBe('error');
      return snapshot.State === 'completed' && snapshot;
    });

  const launch = async (): Promise<{ readonly instanceId: string; readonly volumeId: string }> => {
    const { Instances } = await ec2().runInstances({
      ImageId: 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    const instanceId = given(Instances?.[0]?.InstanceId);
    const { Volumes } = await ec2().describeVolumes({
      Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }],
    });
    return { instanceId, volumeId: given(Volumes?.[0]?.VolumeId) };
  };

  describe('a snapshot', () => {
    it('is taken, becomes complete, goes to another Region and away', async () => {
      const { instanceId, volumeId } = await launch();
      const taken = await ec2().createSnapshot({
        VolumeId: volumeId,
        Description: 'before',
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'day', Value: 'one' }] }],
      });
      expect(taken).toMatchObject({ State: 'pending', VolumeId: volumeId, Description: 'before' });
      const id = given(taken.SnapshotId);
      expect(await completed(id)).toMatchObject({
        Progress: '100%',
        VolumeSize: 8,
        Tags: [{ Key: 'day', Value: 'one' }],
      });
      const { SnapshotId } = await ec2(away).copySnapshot({
        SourceRegion: region,
        SourceSnapshotId: id,
        Description: 'there',
      });
      const copied = await completed(given(SnapshotId), ec2(away));
      expect(copied).toMatchObject({
        VolumeId: 'vol-ffffffff',
        Description: 'there',
        Progress: '100%',
        TransferType: 'standard',
      });
      expect(copied.Tags ?? []).toEqual([]);
      const { Snapshots = [] } = await ec2().createSnapshots({
        InstanceSpecification: { InstanceId: instanceId },
        CopyTagsFromSource: 'volume',
      });
      expect(Snapshots.map((one) => one.VolumeId)).toEqual([volumeId]);
      await ec2().deleteSnapshot({ SnapshotId: id });
      expect(await refusalOf(snapshotOf(id))).toMatchObject({ code: 'InvalidSnapshot.NotFound' });
      expect(await refusalOf(snapshotOf(given(SnapshotId)))).toMatchObject({
        code: 'InvalidSnapshot.NotFound',
      });
      await ec2().terminateInstances({ InstanceIds: [instanceId] });
    });

    it('is shared with whom its owner names', async () => {
      const { instanceId, volumeId } = await launch();
      const { SnapshotId } = await ec2().createSnapshot({ VolumeId: volumeId });
      const id = given(SnapshotId);
      await completed(id);
      expect(await refusalOf(snapshotOf(id, friends()))).toMatchObject({
        code: 'InvalidSnapshot.NotFound',
      });
      await ec2().modifySnapshotAttribute({
        SnapshotId: id,
        Attribute: 'createVolumePermission',
        OperationType: 'add',
        UserIds: [friend],
      });
      const shared = await ec2().describeSnapshotAttribute({
        SnapshotId: id,
        Attribute: 'createVolumePermission',
      });
      expect(shared.CreateVolumePermissions).toEqual([{ UserId: friend }]);
      expect((await snapshotOf(id, friends())).OwnerId).not.toBe(friend);
      await ec2().resetSnapshotAttribute({ SnapshotId: id, Attribute: 'createVolumePermission' });
      expect(await refusalOf(snapshotOf(id, friends()))).toMatchObject({
        code: 'InvalidSnapshot.NotFound',
      });
      await ec2().enableSnapshotBlockPublicAccess({ State: 'block-new-sharing' });
      const { State } = await ec2().getSnapshotBlockPublicAccessState({});
      expect(State).toBe('block-new-sharing');
      expect(
        await refusalOf(
          ec2().modifySnapshotAttribute({
            SnapshotId: id,
            CreateVolumePermission: { Add: [{ Group: 'all' }] },
          }),
        ),
      ).toMatchObject({ code: 'OperationNotPermitted' });
      await ec2().disableSnapshotBlockPublicAccess({});
      await ec2().terminateInstances({ InstanceIds: [instanceId] });
    });

    it('goes to the archive and comes back from it', async () => {
      const { instanceId, volumeId } = await launch();
      const { SnapshotId } = await ec2().createSnapshot({ VolumeId: volumeId });
      const id = given(SnapshotId);
      await completed(id);
      await ec2().modifySnapshotTier({ SnapshotId: id, StorageTier: 'archive' });
      await eventually(async () => (await snapshotOf(id)).StorageTier === 'archive');
      expect(
        await refusalOf(ec2().createVolume({ AvailabilityZone: `${region}a`, SnapshotId: id })),
      ).toMatchObject({ code: 'IncorrectState' });
      await ec2().restoreSnapshotTier({ SnapshotId: id, TemporaryRestoreDays: 2 });
      const { SnapshotTierStatuses } = await ec2().describeSnapshotTierStatus({
        Filters: [{ Name: 'snapshot-id', Values: [id] }],
      });
      expect(SnapshotTierStatuses).toMatchObject([
        { LastTieringOperationStatus: 'temporary-restore-in-progress' },
      ]);
      await ec2().terminateInstances({ InstanceIds: [instanceId] });
    });
  });
};
