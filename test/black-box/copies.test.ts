import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, type AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { startReady, stop, type Running } from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

const [home, away] = ['us-east-1', 'eu-west-1'];
const deadlineMs = 60_000;

let world: Running;
const made: AwsClients[] = [];
const clients = (region: string, accessKeyId = 'test'): AwsClients => {
  const aws = awsClients(world.endpoint, { region, accessKeyId });
  made.push(aws);
  return aws;
};

beforeAll(async () => {
  world = await startReady({ speed: 60 });
});
afterAll(async () => {
  for (const { ec2 } of made) ec2.destroy();
  await stop(world);
});

/** A snapshot of a data volume that counts as one with so many GiB. */
const snapshotWith = async (contentGib: string): Promise<string> => {
  const { ec2 } = clients(home);
  const { VolumeId } = await ec2.createVolume({
    AvailabilityZone: `${home}a`,
    Size: 100,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        Tags: [{ Key: 'faultline:content-gib', Value: contentGib }],
      },
    ],
  });
  const { SnapshotId } = await eventually(
    () => ec2.createSnapshot({ VolumeId: given(VolumeId) }),
    deadlineMs,
  );
  await completed(home, given(SnapshotId));
  return given(SnapshotId);
};

const completed = (region: string, id: string, key?: string): Promise<boolean> => {
  const { ec2 } = clients(region, key);
  return eventually(async () => {
    const { Snapshots } = await ec2.describeSnapshots({ SnapshotIds: [id] });
    return Snapshots?.[0]?.State === 'completed';
  }, deadlineMs);
};

interface ShownCopy {
  readonly snapshotId: string;
  readonly toRegion: string;
  readonly state: string;
  readonly bytesPerSecond: number;
  readonly totalBytes: number;
}

const copiesTo = async (region: string): Promise<readonly ShownCopy[]> => {
  const { body } = await callAdmin<{ readonly copies: readonly ShownCopy[] }>(
    world.endpoint,
    'GET',
    '/copies',
  );
  return body.copies.filter(({ toRegion }) => toRegion === region);
};

const copyTo = async (region: string, snapshotId: string, minutes?: number): Promise<string> => {
  const { SnapshotId } = await clients(region).ec2.copySnapshot({
    SourceRegion: home,
    SourceSnapshotId: snapshotId,
    ...(minutes === undefined ? {} : { CompletionDurationMinutes: minutes }),
  });
  return given(SnapshotId);
};

describe('copies to a Region', () => {
  it('are twenty at once and no more; they share the way, and one with a deadline gets what it needs first', async () => {
    const snapshot = await snapshotWith('90');
    const first = await copyTo(away, snapshot);
    const alone = await eventually(async () => {
      const [copy] = await copiesTo(away);
      return copy?.state === 'moving' ? copy : undefined;
    });
    expect(alone.snapshotId).toBe(first);
    // Beside what is modelled there are the blocks that say what an empty disk holds.
    expect(alone.totalBytes / (90 * 2 ** 30)).toBeCloseTo(1, 3);
    const hurried = await copyTo(away, snapshot, 60);
    for (let count = 2; count < 20; count += 1) await copyTo(away, snapshot);
    await expect(copyTo(away, snapshot)).rejects.toMatchObject({ name: 'ResourceLimitExceeded' });
    const together = await eventually(async () => {
      const copies = await copiesTo(away);
      const isMoving = copies.every(({ state }) => state === 'moving');
      return copies.length === 20 && isMoving ? copies : undefined;
    });
    const needed = (90 * 2 ** 30) / 3_600;
    const rates = new Map(together.map((copy) => [copy.snapshotId, copy.bytesPerSecond]));
    expect(rates.get(hurried)).toBeGreaterThan(needed * 0.95);
    rates.delete(hurried);
    expect(Math.max(...rates.values())).toBeLessThan(needed / 2);
    // Another Region has room of its own.
    await copyTo('ap-south-1', snapshot);
    for (const { snapshotId } of together) {
      await clients(away).ec2.deleteSnapshot({ SnapshotId: snapshotId });
    }
    expect(await copiesTo(away)).toEqual([]);
  }, 120_000);

  it('go to other accounts only where the owner shares', async () => {
    const [owner, other] = [clients(home).ec2, clients(away, '111122223333').ec2];
    const snapshot = await snapshotWith('0.1');
    const copy = { SourceRegion: home, SourceSnapshotId: snapshot };
    await expect(other.copySnapshot(copy)).rejects.toMatchObject({
      name: 'InvalidSnapshot.NotFound',
    });
    await owner.modifySnapshotAttribute({
      SnapshotId: snapshot,
      CreateVolumePermission: { Add: [{ UserId: '111122223333' }] },
    });
    const { SnapshotId } = await other.copySnapshot(copy);
    await completed(away, given(SnapshotId), '111122223333');
    const { Snapshots } = await other.describeSnapshots({ SnapshotIds: [given(SnapshotId)] });
    expect(Snapshots?.[0]?.OwnerId).toBe('111122223333');
  }, 60_000);

  it('are of images too: a shared one is copied by whom it is shared with, and boots there', async () => {
    const owner = clients(home);
    const instance = await launchWith(owner, '#!/bin/sh\nsleep 1000');
    await eventually(async () => (await stateOf(owner, instance)) === 'running', deadlineMs);
    const { ImageId } = await owner.ec2.createImage({ InstanceId: instance, Name: 'shared' });
    const image = given(ImageId);
    await owner.ec2.modifyImageAttribute({
      ImageId: image,
      LaunchPermission: { Add: [{ UserId: '111122223333' }] },
    });
    const { Images } = await owner.ec2.describeImages({ ImageIds: [image] });
    await owner.ec2.modifySnapshotAttribute({
      SnapshotId: given(Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId),
      CreateVolumePermission: { Add: [{ UserId: '111122223333' }] },
    });
    const other = clients(away, '111122223333');
    const { ImageId: copied } = await eventually(
      () => other.ec2.copyImage({ SourceRegion: home, SourceImageId: image, Name: 'mine' }),
      deadlineMs,
    );
    await eventually(async () => {
      const { Images: found } = await other.ec2.describeImages({ ImageIds: [given(copied)] });
      return found?.[0]?.State === 'available';
    }, deadlineMs);
    const booted = await launchWith(other, '', { ImageId: given(copied) });
    await eventually(async () => (await stateOf(other, booted)) === 'running', deadlineMs);
  }, 120_000);
});
