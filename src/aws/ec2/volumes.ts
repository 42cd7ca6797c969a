import type {
  DescribeVolumesRequest,
  DescribeVolumesResult,
  Volume as Answer,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { FilterFields } from '../shared/filters.ts';
import { newResourceId } from '../shared/ids.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { zoneNameOf } from './account-zones.ts';
import { describeResources } from './describe.ts';
import { kinds } from './errors.ts';
import { Volumes, type Volume } from './instance-entities.ts';
import { wholeSecond } from './utc-text.ts';

/** The root volume that a launch asks for. */
export interface RootVolumeRequest {
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops: number | null;
  readonly throughputMiBps: number | null;
  readonly encrypted: boolean;
  readonly snapshotId: string;
  readonly deleteOnTermination: boolean;
}

/** Makes an instance's root volume. */
export const addRootVolume = (
  tx: Tx,
  request: RootVolumeRequest,
  place: { readonly zoneId: string; readonly instanceId: string; readonly deviceName: string },
): Volume => {
  const { deleteOnTermination, ...facts } = request;
  const { zoneId, instanceId, deviceName } = place;
  const volume: Volume = {
    ...facts,
    id: newResourceId(tx, 'vol'),
    zoneId,
    createdAt: tx.now,
    attachment: { instanceId, deviceName, attachTime: wholeSecond(tx.now), deleteOnTermination },
  };
  tx.put(Volumes, volume);
  return volume;
};

/** What becomes of an instance's volumes when it is terminated: they go, or are left alone. */
export const detachVolumes = (tx: Tx, instanceId: string): void => {
  for (const volume of tx.find(Volumes, 'instance', instanceId)) {
    if (volume.attachment?.deleteOnTermination === true) {
      tx.delete(Volumes, volume.id);
      forgetTags(tx, volume.id);
    } else tx.put(Volumes, { ...volume, attachment: null });
  }
};

const answer = (view: View, volume: Volume): Plain<Answer> => ({
  VolumeId: volume.id,
  Size: volume.sizeGiB,
  SnapshotId: volume.snapshotId,
  AvailabilityZone: zoneNameOf(view, volume.zoneId),
  AvailabilityZoneId: volume.zoneId,
  State: volume.attachment === null ? 'available' : 'in-use',
  CreateTime: volume.createdAt,
  Attachments:
    volume.attachment === null
      ? []
      : [
          {
            DeleteOnTermination: volume.attachment.deleteOnTermination,
            VolumeId: volume.id,
            InstanceId: volume.attachment.instanceId,
            Device: volume.attachment.deviceName,
            State: 'attached',
            AttachTime: volume.attachment.attachTime,
          },
        ],
  Encrypted: volume.encrypted,
  Iops: volume.iops ?? undefined,
  Tags: tagsOf(view, volume.id),
  // The strings were members of the SDK's unions when they came in.
  VolumeType: volume.volumeType as Answer['VolumeType'],
  MultiAttachEnabled: false,
  Throughput: volume.throughputMiBps ?? undefined,
  Operator: { Managed: false },
});

const fields = (view: View): FilterFields<Volume> => ({
  'attachment.delete-on-termination': (volume) => volume.attachment?.deleteOnTermination,
  'attachment.device': (volume) => volume.attachment?.deviceName,
  'attachment.instance-id': (volume) => volume.attachment?.instanceId,
  'attachment.status': (volume) => (volume.attachment === null ? undefined : 'attached'),
  'availability-zone': (volume) => zoneNameOf(view, volume.zoneId),
  'availability-zone-id': (volume) => volume.zoneId,
  encrypted: (volume) => volume.encrypted,
  'multi-attach-enabled': () => false,
  size: (volume) => volume.sizeGiB,
  'snapshot-id': (volume) => volume.snapshotId,
  status: (volume) => (volume.attachment === null ? 'available' : 'in-use'),
  'volume-id': (volume) => volume.id,
  'volume-type': (volume) => volume.volumeType,
});

/** DescribeVolumes: root volumes, and what is left of them. */
export const describeVolumes: Operation<DescribeVolumesRequest, DescribeVolumesResult> = (
  tx,
  input,
) => {
  const page = describeResources(
    tx,
    Volumes,
    kinds.volume,
    { ...input, ids: input.VolumeIds },
    fields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    Volumes: page.items.map((volume) => answer(tx, volume)),
    NextToken: page.nextToken,
  };
};
