import type {
  DescribeVolumesModificationsRequest,
  DescribeVolumesModificationsResult,
  ModifyVolumeRequest,
  ModifyVolumeResult,
  VolumeModification as Answer,
  VolumeModificationState,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { filteredPage, resourcesByIds } from '../describe.ts';
import { draw, durations, optimizingVolumeMs } from '../durations.ts';
import { invalidParameterCombination, invalidParameterValue, kinds } from '../errors.ts';
import { Volumes, type Volume } from '../instances/instance-entities.ts';
import { isoText } from '../../shared/utc-text.ts';
import { checkMultiAttach } from './multi-attach.ts';
import { VolumeModifications, type VolumeModification } from './volume-entities.ts';
import { isZoneThere, volumeState } from './volume-life.ts';
import { volumeConfiguration, type VolumeConfiguration } from './volume-types.ts';
import { incorrectVolumeState, volumeById } from './volumes.ts';

const modifyKind = 'ec2/volume-modification';

/** "You can modify a volume up to four times within a rolling 24-hour period" (ModifyVolume, Amazon EC2 API Reference). */
const mostModifications = 4;
const windowMs = 24 * 3_600_000;

/** The state that a modification shows. */
const modificationState = (
  modification: VolumeModification,
  now: number,
): VolumeModificationState => {
  const { state, completesAt } = modification;
  return completesAt !== null && now >= completesAt ? 'completed' : state;
};

const progressOf = (modification: VolumeModification, now: number): number => {
  const { completesAt, target } = modification;
  if (completesAt === null) return 0;
  const left = Math.max(0, completesAt - now) / optimizingVolumeMs(target.sizeGiB);
  return Math.floor((1 - Math.min(1, left)) * 100);
};

const answer = (modification: VolumeModification, now: number): Plain<Answer> => {
  const { original, target, completesAt } = modification;
  const state = modificationState(modification, now);
  return {
    VolumeId: modification.id,
    ModificationState: state,
    TargetSize: target.sizeGiB,
    TargetIops: target.iops ?? undefined,
    // The strings were members of the SDK's unions when they came in.
    TargetVolumeType: target.volumeType as Answer['TargetVolumeType'],
    TargetThroughput: target.throughputMiBps ?? undefined,
    TargetMultiAttachEnabled: modification.multiAttach?.target ?? false,
    OriginalSize: original.sizeGiB,
    OriginalIops: original.iops ?? undefined,
    OriginalVolumeType: original.volumeType as Answer['OriginalVolumeType'],
    OriginalThroughput: original.throughputMiBps ?? undefined,
    OriginalMultiAttachEnabled: modification.multiAttach?.original ?? false,
    Progress: progressOf(modification, now),
    StartTime: modification.startTime,
    EndTime: state === 'completed' ? (completesAt ?? undefined) : undefined,
  };
};

const configurationOf = (volume: Volume): VolumeConfiguration => ({
  volumeType: volume.volumeType,
  sizeGiB: volume.sizeGiB,
  iops: volume.iops,
  throughputMiBps: volume.throughputMiBps,
});

/** What a type that was chosen without IOPS has: "If you change the volume type to io1, io2, or gp3, the default is 3,000." */
const usualIops = 3_000;
const hasProvisionedIops = (volumeType: string): boolean =>
  volumeType === 'gp3' || volumeType === 'io1' || volumeType === 'io2';

/** What the volume is to become: what the request does not name stays, as far as its type has it. */
const targetOf = (
  volume: Volume,
  input: Plain<ModifyVolumeRequest>,
): VolumeConfiguration | DomainError => {
  const { Size: sizeGiB = volume.sizeGiB, VolumeType: volumeType = volume.volumeType } = input;
  if (sizeGiB < volume.sizeGiB) {
    return invalidParameterValue('New size cannot be smaller than existing size');
  }
  const isSameType = volumeType === volume.volumeType;
  const kept = isSameType ? (volume.iops ?? undefined) : usualIops;
  return volumeConfiguration({
    volumeType,
    sizeGiB,
    iops: input.Iops ?? (hasProvisionedIops(volumeType) ? kept : undefined),
    throughputMiBps:
      input.Throughput ??
      (isSameType && volumeType === 'gp3' ? (volume.throughputMiBps ?? undefined) : undefined),
  });
};

const checkRate = (
  volume: Volume,
  before: VolumeModification | undefined,
  now: number,
): readonly number[] | DomainError => {
  if (before === undefined) return [now];
  const state = modificationState(before, now);
  if (state !== 'completed') {
    return new DomainError(
      'IncorrectModificationState',
      `Volume ${volume.id} cannot be modified in modification state ${state.toUpperCase()}`,
    );
  }
  const recent = before.startTimes.filter((at) => at > now - windowMs);
  const [first] = recent;
  if (recent.length >= mostModifications && first !== undefined) {
    return new DomainError(
      'VolumeModificationRateExceeded',
      `You've reached the maximum modification rate per volume limit. Wait until ${isoText(first + windowMs)} before you can issue the next modification request for this volume.`,
    );
  }
  return [...recent, now];
};

const checkAsked = (input: Plain<ModifyVolumeRequest>): DomainError | undefined => {
  const { Size, VolumeType, Iops, Throughput, MultiAttachEnabled } = input;
  return [Size, VolumeType, Iops, Throughput, MultiAttachEnabled].every((it) => it === undefined)
    ? invalidParameterValue(
        'Invalid input: Must specify at least one of size, type, iops, throughput or multi-attach.',
      )
    : undefined;
};

/**
 * What a change makes of Multi-Attach: of io2 volumes alone, and only while nobody has them ("Enable and disable Multi-Attach",
 * EBS User Guide; AWS takes it away from one that a single instance has, too).
 */
const sharingOf = (
  volume: Volume,
  asked: boolean | undefined,
  target: VolumeConfiguration,
): VolumeModification['multiAttach'] | DomainError => {
  const original = volume.multiAttach ?? false;
  const wanted = asked ?? original;
  const refusal = checkMultiAttach(wanted, target.volumeType);
  if (refusal !== undefined) return refusal;
  if (wanted === original) return original ? { original, target: wanted } : undefined;
  if (volume.volumeType !== 'io2') {
    return invalidParameterCombination(
      `Multi-Attach can be enabled and disabled for io2 volumes only, not for ${volume.volumeType}.`,
    );
  }
  return volume.attachment === null
    ? { original, target: wanted }
    : new DomainError(
        'IncorrectState',
        `Volume '${volume.id}' is attached; Multi-Attach can be changed while it is available.`,
      );
};

const schedule = (tx: Tx, volumeId: string): void =>
  tx.setTimer({
    id: `${modifyKind}/${volumeId}`,
    at: tx.now + draw(tx, durations.modifyingVolume),
    kind: modifyKind,
    payload: volumeId,
  });

/** ModifyVolume: the new size and performance are there after a moment, and `optimizing` lasts as its data move. */
export const modifyVolume: Operation<ModifyVolumeRequest, ModifyVolumeResult> = (tx, input) => {
  const refusal = checkAsked(input);
  if (refusal !== undefined) return refusal;
  const volume = volumeById(tx, input.VolumeId);
  if (isDomainError(volume)) return volume;
  const state = volumeState(volume);
  if (state !== 'available' && state !== 'in-use') return incorrectVolumeState(volume);
  const target = targetOf(volume, input);
  if (isDomainError(target)) return target;
  const multiAttach = sharingOf(volume, input.MultiAttachEnabled, target);
  if (isDomainError(multiAttach)) return multiAttach;
  const startTimes = checkRate(volume, tx.get(VolumeModifications, volume.id), tx.now);
  if (isDomainError(startTimes)) return startTimes;
  const modification: VolumeModification = {
    id: volume.id,
    original: configurationOf(volume),
    target,
    ...(multiAttach === undefined ? {} : { multiAttach }),
    state: 'modifying',
    startTime: tx.now,
    completesAt: null,
    startTimes,
  };
  tx.put(VolumeModifications, modification);
  schedule(tx, volume.id);
  return { VolumeModification: answer(modification, tx.now) };
};

const apply = (tx: Tx, timer: Timer): void => {
  const { payload } = timer;
  const modification =
    typeof payload === 'string' ? tx.get(VolumeModifications, payload) : undefined;
  const volume = modification === undefined ? undefined : tx.get(Volumes, modification.id);
  if (modification?.state !== 'modifying' || volume === undefined) return;
  const { isHeld: _, ...free } = modification;
  if (!isZoneThere(tx, volume.zoneId)) {
    return tx.put(VolumeModifications, { ...free, isHeld: true });
  }
  const { multiAttach: _before, ...others } = volume;
  const isShared = modification.multiAttach?.target ?? volume.multiAttach ?? false;
  tx.put(Volumes, {
    ...others,
    ...modification.target,
    ...(isShared ? { multiAttach: true } : {}),
  });
  tx.put(VolumeModifications, {
    ...free,
    state: 'optimizing',
    completesAt: tx.now + optimizingVolumeMs(modification.target.sizeGiB),
  });
};

/** Lets changes go on that waited for a zone which is back. */
export const releaseHeldModifications = (tx: Tx): void => {
  for (const modification of tx.find(VolumeModifications, 'held', 'yes')) {
    const volume = tx.get(Volumes, modification.id);
    if (volume !== undefined && isZoneThere(tx, volume.zoneId)) {
      const { isHeld: _, ...free } = modification;
      tx.put(VolumeModifications, free);
      schedule(tx, volume.id);
    }
  }
};

/** The timers of changes of volumes. */
export const volumeModificationTimers = { [modifyKind]: apply } as const;

/** Filter names as the DescribeVolumesModifications reference lists them. */
const fields = (view: View): FilterFields<VolumeModification> => ({
  'modification-state': (it) => modificationState(it, view.now),
  'original-iops': (it) => it.original.iops ?? undefined,
  'original-size': (it) => it.original.sizeGiB,
  'original-volume-type': (it) => it.original.volumeType,
  originalMultiAttachEnabled: (it) => it.multiAttach?.original ?? false,
  'start-time': (it) => isoText(it.startTime),
  'target-iops': (it) => it.target.iops ?? undefined,
  'target-size': (it) => it.target.sizeGiB,
  'target-volume-type': (it) => it.target.volumeType,
  targetMultiAttachEnabled: (it) => it.multiAttach?.target ?? false,
  'volume-id': (it) => it.id,
});

/** DescribeVolumesModifications: the last change of each volume that has had one. */
export const describeVolumesModifications: Operation<
  DescribeVolumesModificationsRequest,
  DescribeVolumesModificationsResult
> = (tx, input) => {
  const ids = input.VolumeIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    return invalidParameterCombination(
      `The parameter ${kinds.volume.idsParameter} cannot be used with the parameter maxResults`,
    );
  }
  const volumes = resourcesByIds(tx, Volumes, kinds.volume, ids);
  if (isDomainError(volumes)) return volumes;
  const modifications =
    ids.length === 0
      ? tx.list(VolumeModifications)
      : volumes.flatMap((volume) => tx.get(VolumeModifications, volume.id) ?? []);
  const page = filteredPage(tx, modifications, input, fields(tx));
  if (isDomainError(page)) return page;
  return {
    VolumesModifications: page.items.map((modification) => answer(modification, tx.now)),
    NextToken: page.nextToken,
  };
};
