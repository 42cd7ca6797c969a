import type {
  DescribeVolumeAttributeRequest,
  DescribeVolumeAttributeResult,
  DescribeVolumeStatusRequest,
  DescribeVolumeStatusResult,
  EnableVolumeIORequest,
  ModifyVolumeAttributeRequest,
  VolumeStatusItem,
} from '@aws-sdk/client-ec2';
import { hashHex } from '../../../atlas/hash.ts';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { describeResources } from '../describe.ts';
import { statusCheckLagMs } from '../durations.ts';
import { kinds, missingParameter } from '../errors.ts';
import { Volumes, type Volume } from '../instances/instance-entities.ts';
import { isoText } from '../../shared/utc-text.ts';
import { attachmentsOf } from './attachments.ts';
import { takesIo, volumeIo } from './volume-io.ts';
import { volumeState } from './volume-life.ts';
import { volumeById } from './volumes.ts';

/** What the checks of a volume see. */
interface VolumeChecks {
  readonly status: 'ok' | 'warning' | 'impaired' | 'insufficient-data';
  readonly ioEnabled: 'passed' | 'failed' | 'insufficient-data';
  /** Measured of the types that have a performance of their own. */
  readonly ioPerformance:
    | 'normal'
    | 'degraded'
    | 'stalled'
    | 'not-applicable'
    | 'insufficient-data';
  /** World time since which it is impaired. */
  readonly since: number | undefined;
}

const isMeasured = (volume: Volume): boolean => ['io1', 'io2', 'gp3'].includes(volume.volumeType);

/**
 * What the checks see of the storage server and the disks of one volume: what does not answer is impaired, and what answers
 * late is a warning where the performance is measured ("Monitor the status of your volumes", Amazon EBS User Guide).
 */
const checksOfDisk = (view: View, volume: Volume): VolumeChecks | undefined => {
  const condition = volumeIo(view, volume);
  if (condition.io === 'well' || condition.io === 'full') return undefined;
  const { io, since, because } = condition;
  if (view.now < since + statusCheckLagMs) return undefined;
  if (io === 'slow') {
    return isMeasured(volume)
      ? { status: 'warning', ioEnabled: 'passed', ioPerformance: 'degraded', since }
      : undefined;
  }
  return {
    status: 'impaired',
    ioEnabled: io === 'lost' || because === 'power' ? 'failed' : 'passed',
    ioPerformance: isMeasured(volume) ? 'stalled' : 'not-applicable',
    since,
  };
};

/** What the volume's checks say now: they run each minute, so that they see late that its zone is lost. */
const checksOf = (view: View, volume: Volume): VolumeChecks => {
  const none = 'not-applicable';
  const { powered, connected, impairedSince } = view.conditions.zone(volume.zoneId);
  const isSeen = impairedSince !== undefined && view.now >= impairedSince + statusCheckLagMs;
  if (isSeen && !(powered && connected)) {
    return {
      status: 'impaired',
      // Cut off from the network it still does what its own zone asks of it.
      ioEnabled: powered ? 'passed' : 'failed',
      ioPerformance: isMeasured(volume) ? 'stalled' : none,
      since: impairedSince,
    };
  }
  const seen = checksOfDisk(view, volume);
  if (seen !== undefined) return seen;
  return volumeState(volume) === 'creating'
    ? {
        status: 'insufficient-data',
        ioEnabled: 'insufficient-data',
        ioPerformance: isMeasured(volume) ? 'insufficient-data' : none,
        since: undefined,
      }
    : {
        status: 'ok',
        ioEnabled: 'passed',
        ioPerformance: isMeasured(volume) ? 'normal' : none,
        since: undefined,
      };
};

const eventText = ({ status }: VolumeChecks, isLost: boolean, isZone: boolean): string => {
  if (status === 'warning') return 'Reads and writes of the volume take longer than they should.';
  if (!isZone) return 'The storage of the volume does not answer; its I/O is stalled.';
  return isLost
    ? 'The Availability Zone of the volume has lost its power; its I/O comes back with the zone.'
    : 'The Availability Zone of the volume is cut off from the network; its I/O is stalled.';
};

/** What happened to a volume, as its events tell it. */
const eventOf = (view: View, volume: Volume, checks: VolumeChecks) => {
  if (checks.since === undefined) return undefined;
  const isLost = checks.ioEnabled === 'failed';
  const isZone = view.conditions.zone(volume.zoneId).impairedSince !== undefined;
  return {
    eventId: `evol-${hashHex(17, 'volume-event', volume.id, checks.since)}`,
    eventType: isLost ? 'potential-data-inconsistency' : `io-performance:${checks.ioPerformance}`,
    description: eventText(checks, isLost, isZone),
    notBefore: checks.since,
  };
};

const answer = (view: View, volume: Volume): Plain<VolumeStatusItem> => {
  const checks = checksOf(view, volume);
  const event = eventOf(view, volume, checks);
  const instanceId = volume.attachment?.instanceId;
  const attachments = attachmentsOf(volume);
  return {
    VolumeId: volume.id,
    AvailabilityZone: zoneNameOf(view, volume.zoneId),
    AvailabilityZoneId: volume.zoneId,
    VolumeStatus: {
      Status: checks.status,
      Details: [
        { Name: 'io-enabled', Status: checks.ioEnabled },
        { Name: 'io-performance', Status: checks.ioPerformance },
      ],
    },
    Events:
      event === undefined
        ? []
        : [
            {
              EventId: event.eventId,
              EventType: event.eventType,
              Description: event.description,
              NotBefore: event.notBefore,
              InstanceId: instanceId,
            },
          ],
    Actions: [],
    AttachmentStatuses: attachments.map((attachment) => ({
      InstanceId: attachment.instanceId,
      IoPerformance: checks.ioPerformance,
    })),
    InitializationStatusDetails:
      volume.snapshotId === ''
        ? undefined
        : {
            InitializationType:
              volume.initializationRateMiBps === undefined ? 'default' : 'provisioned-rate',
            Progress: volumeState(volume) === 'creating' ? 0 : 100,
          },
    Operator: { Managed: false },
  };
};

/** Filter names as the DescribeVolumeStatus reference lists them. */
const fields = (view: View): FilterFields<Volume> => {
  const checks = (volume: Volume): VolumeChecks => checksOf(view, volume);
  const event = (volume: Volume) => eventOf(view, volume, checks(volume));
  return {
    'action.code': () => undefined,
    'action.description': () => undefined,
    'action.event-id': () => undefined,
    'availability-zone': (it) => zoneNameOf(view, it.zoneId),
    'availability-zone-id': (it) => it.zoneId,
    'event.description': (it) => event(it)?.description,
    'event.event-id': (it) => event(it)?.eventId,
    'event.event-type': (it) => event(it)?.eventType,
    'event.not-after': () => undefined,
    'event.not-before': (it) => {
      const { since } = checks(it);
      return since === undefined ? undefined : isoText(since);
    },
    'operator.managed': () => false,
    'operator.principal': () => undefined,
    'volume-status.details-name': () => ['io-enabled', 'io-performance'],
    'volume-status.details-status': (it) => [checks(it).ioEnabled, checks(it).ioPerformance],
    'volume-status.status': (it) => checks(it).status,
  };
};

/** DescribeVolumeStatus: impaired while the volume's zone has no power or no network. */
export const describeVolumeStatus: Operation<
  DescribeVolumeStatusRequest,
  DescribeVolumeStatusResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    Volumes,
    kinds.volume,
    { ...input, ids: input.VolumeIds },
    fields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    VolumeStatuses: page.items.map((volume) => answer(tx, volume)),
    NextToken: page.nextToken,
  };
};

/** DescribeVolumeAttribute: autoEnableIO and productCodes. */
export const describeVolumeAttribute: Operation<
  DescribeVolumeAttributeRequest,
  DescribeVolumeAttributeResult
> = (tx, input) => {
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  return input.Attribute === 'productCodes'
    ? { VolumeId: volume.id, ProductCodes: [] }
    : { VolumeId: volume.id, AutoEnableIO: { Value: volume.autoEnableIo ?? false } };
};

/** ModifyVolumeAttribute */
export const modifyVolumeAttribute: Operation<
  ModifyVolumeAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  const autoEnableIo = input.AutoEnableIO?.Value;
  if (autoEnableIo === undefined) return missingParameter('autoEnableIO');
  tx.put(Volumes, { ...volume, autoEnableIo });
  return {};
};

/** EnableVolumeIO: nothing to do for a volume that is there; one without power cannot be enabled. */
export const enableVolumeIO: Operation<EnableVolumeIORequest, Record<string, never>> = (
  tx,
  input,
) => {
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  if (!tx.conditions.zone(volume.zoneId).powered) {
    return new DomainError(
      'IncorrectState',
      `The I/O of volume '${volume.id}' cannot be enabled: its Availability Zone has no power.`,
    );
  }
  return takesIo(tx, volume)
    ? {}
    : new DomainError(
        'IncorrectState',
        `The I/O of volume '${volume.id}' cannot be enabled: its storage does not answer.`,
      );
};
