import type { CopySnapshotRequest, CopySnapshotResult } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { whyUnknownRegion } from '../../shared/unknown-region.ts';
import { invalidParameterValue, missingParameter, notBuilt } from '../errors.ts';
import { beginCopy, copiesAtOnce } from './copies.ts';
import { encryptionOf, type Encryption } from './ebs-encryption.ts';
import { Copies, type Snapshot } from './entities.ts';
import { isKeyUsable, refuseKey } from './volume-keys.ts';
import { addSnapshot, observeSnapshotContents } from './snapshot-life.ts';
import { noContents, unusable, usableSnapshot, type OwnedSnapshot } from './snapshot-lookup.ts';

/** The volume that a copy names: there is none ("Copy an Amazon EBS snapshot", Amazon EBS User Guide). */
const copiedVolumeId = 'vol-ffffffff';

/** A time-based copy has 15 minutes to 48 hours, in steps ("Time-based copies", Amazon EBS User Guide). */
const completionSteps = { stepMinutes: 15, mostMinutes: 2880 } as const;

/** Checks how long a time-based copy may take, under the parameter's own name. */
export const checkCompletionMinutes = (
  parameter: string,
  minutes: number | undefined,
): number | null | DomainError => {
  if (minutes === undefined) return null;
  const { stepMinutes, mostMinutes } = completionSteps;
  return minutes >= stepMinutes && minutes <= mostMinutes && minutes % stepMinutes === 0
    ? minutes
    : invalidParameterValue(
        `Value (${minutes}) for parameter ${parameter} is invalid. Expecting minutes from ${stepMinutes} to ${mostMinutes} in steps of ${stepMinutes}.`,
      );
};

/** The Region that a copy is to come from, as it can be seen from here. */
export const sourceView = (view: View, region: string | undefined): View | DomainError => {
  if (region === undefined || region === '') return missingParameter('sourceRegion');
  if (region === view.shard) return view;
  if (view.geography.region(region) === undefined) {
    return invalidParameterValue(
      `Value (${region}) for parameter sourceRegion is invalid. ${whyUnknownRegion(view.geography, region)}`,
    );
  }
  return (
    view.elsewhere(region) ??
    new DomainError('Unavailable', `The Region ${region} cannot be reached from ${view.shard} now.`)
  );
};

/** Refuses copies beyond those that a Region takes at once; the words are EC2's. */
export const checkCopyRoom = (view: View, wanted: number): DomainError | undefined =>
  view.list(Copies).length + wanted <= copiesAtOnce
    ? undefined
    : new DomainError(
        'ResourceLimitExceeded',
        `Too many snapshot copies in progress. The limit is ${copiesAtOnce} for this destination region.`,
      );

/** How a copy is encrypted: as asked, as its source is, or as the account has it; across Regions with a key of its own. */
export const copyEncryption = (
  view: View,
  source: OwnedSnapshot & { readonly region: string },
  asked: { readonly encrypted?: boolean | undefined; readonly kmsKeyId?: string | undefined },
): Encryption | DomainError => {
  const { snapshot, ownerId, region } = source;
  if (snapshot.encrypted && asked.encrypted === false) {
    return invalidParameterValue(
      `The parameter Encrypted cannot be false: '${snapshot.id}' is encrypted, and so are its copies.`,
    );
  }
  const { encrypted, kmsKeyId } = snapshot;
  return encryptionOf(
    view,
    {
      ...asked,
      encrypted: asked.encrypted === true || (encrypted && asked.kmsKeyId !== undefined),
    },
    // A key never leaves its Region.
    { encrypted, kmsKeyId, ownerId: region === view.shard ? ownerId : '' },
  );
};

/** What a copy is to be. */
export interface SnapshotCopyRequest extends Encryption {
  readonly source: OwnedSnapshot & { readonly region: string };
  readonly description: string;
  readonly completionMinutes: number | null;
}

/** Whether both keys can be used: that of the source in its Region, and that of the copy in this one. */
const areKeysUsable = (view: View, { source, kmsKeyId }: SnapshotCopyRequest): boolean => {
  const there = source.region === view.shard ? view : view.elsewhere(source.region);
  return (
    isKeyUsable(view, kmsKeyId) &&
    (there === undefined || isKeyUsable(there, source.snapshot.kmsKeyId))
  );
};

/**
 * Begins to copy a snapshot here; the new one is pending until all of it has come, or ends in `error` where a key cannot be
 * used.
 */
export const copyHere = (tx: Tx, request: SnapshotCopyRequest): Snapshot => {
  const { source, ...facts } = request;
  const snapshot = addSnapshot(tx, {
    ...facts,
    source: {
      kind: 'copy',
      region: source.region,
      account: source.ownerId,
      snapshotId: source.snapshot.id,
    },
    lineage: source.snapshot.lineage,
    volumeId: copiedVolumeId,
    volumeSizeGiB: source.snapshot.volumeSizeGiB,
  });
  const { contents } = source.snapshot;
  if (!areKeysUsable(tx, request)) refuseKey(tx, snapshot);
  else if (contents?.digest === noContents.digest)
    observeSnapshotContents(tx, snapshot.id, contents);
  else beginCopy(tx, snapshot);
  return snapshot;
};

/**
 * CopySnapshot: to the Region that is asked. DestinationRegion and PresignedUrl, which clients make for AWS, say nothing
 * more and are passed over.
 */
export const copySnapshot: Operation<CopySnapshotRequest, CopySnapshotResult> = (tx, input) => {
  for (const name of ['DestinationOutpostArn', 'DestinationAvailabilityZone'] as const) {
    if (input[name] !== undefined) return notBuilt(`the parameter ${name} of CopySnapshot`);
  }
  const completionMinutes = checkCompletionMinutes(
    'completionDurationMinutes',
    input.CompletionDurationMinutes,
  );
  if (isDomainError(completionMinutes)) return completionMinutes;
  const tags = tagsForType(input.TagSpecifications, 'snapshot');
  if (isDomainError(tags)) return tags;
  const { SourceRegion: region = '', SourceSnapshotId: id = '' } = input;
  const there = sourceView(tx, region);
  if (isDomainError(there)) return there;
  if (id === '') return missingParameter('sourceSnapshotId');
  const owned = usableSnapshot(there, id);
  if (isDomainError(owned)) return owned;
  const objection = unusable(owned.snapshot);
  if (objection !== undefined) return objection;
  const source = { ...owned, region };
  const encryption = copyEncryption(tx, source, {
    encrypted: input.Encrypted,
    kmsKeyId: input.KmsKeyId,
  });
  if (isDomainError(encryption)) return encryption;
  const full = checkCopyRoom(tx, 1);
  if (full !== undefined) return full;
  const snapshot = copyHere(tx, {
    ...encryption,
    source,
    description: input.Description ?? '',
    completionMinutes,
  });
  const untagged = addTags(tx, snapshot.id, 'snapshot', tags);
  return untagged ?? { SnapshotId: snapshot.id, Tags: tagsOf(tx, snapshot.id) };
};
