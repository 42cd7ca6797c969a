import type {
  CreateSnapshotRequest,
  CreateSnapshotsRequest,
  CreateSnapshotsResult,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Snapshot as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { resourceById } from '../describe.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { Volumes, type Instance, type Volume } from '../instances/instance-entities.ts';
import { instanceById } from '../instances/instances.ts';
import { cancelCopy } from './copies.ts';
import { MachineImages, Snapshots, type Snapshot } from './entities.ts';
import { snapshotAnswer, snapshotFilterFields, snapshotInfo } from './snapshot-answer.ts';
import { usableSnapshot, usableSnapshots, type OwnedSnapshot } from './snapshot-lookup.ts';
import { snapshotObjection, takeSnapshot } from './take-snapshot.ts';

/** Names what belongs to Local Zones and Outposts, where nothing can be put. */
const elsewhere = (
  operation: string,
  input: { readonly OutpostArn?: string | undefined; readonly Location?: string | undefined },
): DomainError | undefined => {
  if (input.OutpostArn !== undefined) {
    return notBuilt(`the parameter OutpostArn of ${operation}`);
  }
  return input.Location === 'local'
    ? notBuilt(`the location 'local' of ${operation}: no volume is in a Local Zone`)
    : undefined;
};

/** CreateSnapshot: the moment is now; its state stays `pending` until all of it has been uploaded. */
export const createSnapshot: Operation<CreateSnapshotRequest, Answer> = (tx, input) => {
  const unsupported = elsewhere('CreateSnapshot', input);
  if (unsupported !== undefined) return unsupported;
  const volume = resourceById(tx, Volumes, kinds.volume, input.VolumeId, 'volumeId');
  if (isDomainError(volume)) return volume;
  const tags = tagsForType(input.TagSpecifications, 'snapshot');
  if (isDomainError(tags)) return tags;
  const objection = snapshotObjection(tx, volume);
  if (objection !== undefined) return objection;
  const snapshot = takeSnapshot(tx, volume, input.Description ?? '');
  const untagged = addTags(tx, snapshot.id, 'snapshot', tags);
  if (untagged !== undefined) return untagged;
  // The answer says nothing of the progress yet (CreateSnapshot, example).
  return { ...snapshotAnswer(tx, { snapshot, ownerId: tx.account }), Progress: '' };
};

/** The volumes of an instance that CreateSnapshots is to take. */
const volumesToTake = (
  tx: Tx,
  instance: Instance,
  specification: NonNullable<Plain<CreateSnapshotsRequest>['InstanceSpecification']>,
): readonly Volume[] | DomainError => {
  const excluded = specification.ExcludeDataVolumeIds ?? [];
  const attached = tx.find(Volumes, 'instance', instance.id);
  for (const id of excluded) {
    const malformed = checkIdForm(kinds.volume, id);
    if (malformed !== undefined) return malformed;
    if (id === instance.rootVolumeId) {
      return invalidParameterValue(
        `The volume '${id}' is the root volume; use ExcludeBootVolume to leave it out.`,
      );
    }
    if (attached.every((volume) => volume.id !== id)) {
      return invalidParameterValue(
        `The volume '${id}' is not attached to the instance '${instance.id}'.`,
      );
    }
  }
  const taken = attached.filter(
    (volume) =>
      !excluded.includes(volume.id) &&
      !(specification.ExcludeBootVolume === true && volume.id === instance.rootVolumeId),
  );
  return taken.length > 0
    ? taken
    : invalidParameterValue(`No volume of the instance '${instance.id}' is left to be taken.`);
};

/** CreateSnapshots: all of an instance's volumes at one moment, or none of them. */
export const createSnapshots: Operation<CreateSnapshotsRequest, CreateSnapshotsResult> = (
  tx,
  input,
) => {
  const unsupported = elsewhere('CreateSnapshots', input);
  if (unsupported !== undefined) return unsupported;
  const specification = input.InstanceSpecification;
  if (specification === undefined) return missingParameter('InstanceSpecification');
  const instance = instanceById(tx, specification.InstanceId);
  if (isDomainError(instance)) return instance;
  const volumes = volumesToTake(tx, instance, specification);
  if (isDomainError(volumes)) return volumes;
  const tags = tagsForType(input.TagSpecifications, 'snapshot');
  if (isDomainError(tags)) return tags;
  const taken: Snapshot[] = [];
  for (const volume of volumes) {
    const objection = snapshotObjection(tx, volume);
    if (objection !== undefined) return objection;
    const snapshot = takeSnapshot(tx, volume, input.Description ?? '');
    const copied = input.CopyTagsFromSource === 'volume' ? tagsOf(tx, volume.id) : [];
    // A tag that the request names itself has the last word.
    const untagged =
      addTags(tx, snapshot.id, 'snapshot', copied) ?? addTags(tx, snapshot.id, 'snapshot', tags);
    if (untagged !== undefined) return untagged;
    taken.push(snapshot);
  }
  return { Snapshots: taken.map((snapshot) => snapshotInfo(tx, snapshot)) };
};

type SnapshotTest = (owned: OwnedSnapshot) => boolean;

/** Which snapshots an owner as a request names it has. */
const ownerTest = (view: View, owner: string): SnapshotTest | DomainError => {
  if (owner === 'self') return ({ ownerId }) => ownerId === view.account;
  // None of Amazon's own is here.
  if (owner === 'amazon' || owner === 'aws-marketplace') return () => false;
  if (/^\d{12}$/.test(owner)) return ({ ownerId }) => ownerId === owner;
  return new DomainError('InvalidUserID.Malformed', `Invalid user id: "${owner}"`);
};

/** Which snapshots a user can restore, as RestorableByUserIds means it (DescribeSnapshots). */
const restorableTest = (view: View, user: string): SnapshotTest | DomainError => {
  if (user === 'all') return ({ snapshot }) => snapshot.sharing.isPublic;
  if (user === 'self' || user === view.account) {
    return ({ snapshot, ownerId }) =>
      ownerId === view.account || snapshot.sharing.accounts.includes(view.account);
  }
  if (/^\d{12}$/.test(user)) {
    return ({ snapshot, ownerId }) =>
      ownerId === view.account && snapshot.sharing.accounts.includes(user);
  }
  return new DomainError('InvalidUserID.Malformed', `Invalid user id: "${user}"`);
};

/** A test that passes what any of the names stands for; everything when there are no names. */
const anyOf = (
  names: readonly string[],
  testOf: (name: string) => SnapshotTest | DomainError,
): SnapshotTest | DomainError => {
  const tests: SnapshotTest[] = [];
  for (const name of names) {
    const test = testOf(name);
    if (isDomainError(test)) return test;
    tests.push(test);
  }
  return (owned) => tests.length === 0 || tests.some((test) => test(owned));
};

const namedSnapshots = (
  view: View,
  ids: readonly string[],
): readonly OwnedSnapshot[] | DomainError => {
  for (const id of ids) {
    const malformed = checkIdForm(kinds.snapshot, id);
    if (malformed !== undefined) return malformed;
  }
  const found: OwnedSnapshot[] = [];
  for (const id of new Set(ids)) {
    const owned = usableSnapshot(view, id);
    if (isDomainError(owned)) return owned;
    found.push(owned);
  }
  return found;
};

/** DescribeSnapshots: one's own, and those that are shared with one; their progress is of this moment. */
export const describeSnapshots: Operation<DescribeSnapshotsRequest, DescribeSnapshotsResult> = (
  tx,
  input,
) => {
  const ids = input.SnapshotIds ?? [];
  if (ids.length > 0 && input.MaxResults !== undefined) {
    return invalidParameterCombination(
      `The parameter ${kinds.snapshot.idsParameter} cannot be used with the parameter maxResults`,
    );
  }
  const isOwners = anyOf(input.OwnerIds ?? [], (owner) => ownerTest(tx, owner));
  if (isDomainError(isOwners)) return isOwners;
  const isUsers = anyOf(input.RestorableByUserIds ?? [], (user) => restorableTest(tx, user));
  if (isDomainError(isUsers)) return isUsers;
  const named = ids.length > 0 ? namedSnapshots(tx, ids) : usableSnapshots(tx);
  if (isDomainError(named)) return named;
  const kept = applyFilters(
    named.filter((owned) => isOwners(owned) && isUsers(owned)),
    input.Filters,
    snapshotFilterFields(tx),
    ({ snapshot }) => tagsOf(tx, snapshot.id),
  );
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ snapshot }) => snapshot.id,
  );
  if (isDomainError(page)) return page;
  return {
    Snapshots: page.items.map((owned) => snapshotAnswer(tx, owned)),
    NextToken: page.nextToken,
  };
};

/** The snapshot of the view's own account; one that only is shared with it is AuthFailure. */
export const ownSnapshot = (view: View, id: string | undefined): Snapshot | DomainError => {
  if (id === undefined || id === '') return missingParameter('snapshotId');
  const owned = usableSnapshot(view, id);
  if (isDomainError(owned)) return owned;
  return owned.ownerId === view.account
    ? owned.snapshot
    : new DomainError('AuthFailure', `Not authorized for snapshot: ${id}`);
};

/** Images of any account that a snapshot is part of. */
export const imagesWith = (view: View, snapshotId: string): readonly string[] =>
  view.accounts().flatMap((account) =>
    view
      .forAccount(account)
      .find(MachineImages, 'snapshot', snapshotId)
      .map(({ id }) => id),
  );

/** Takes a snapshot away, with what is under way for it. What others share with it stays theirs. */
export const removeSnapshot = (tx: Tx, snapshot: Snapshot): void => {
  if (snapshot.source.kind === 'copy') cancelCopy(tx, snapshot.id);
  deleteResource(tx, Snapshots, snapshot.id);
};

/** DeleteSnapshot: any one of a series; the others keep all that they need. */
export const deleteSnapshot: Operation<DeleteSnapshotRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  const [image] = imagesWith(tx, snapshot.id);
  if (image !== undefined) {
    return new DomainError(
      'InvalidSnapshot.InUse',
      `The snapshot ${snapshot.id} is currently in use by ${image}`,
    );
  }
  removeSnapshot(tx, snapshot);
  return {};
};
