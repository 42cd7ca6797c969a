import type {
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotAttributeResult,
  DisableSnapshotBlockPublicAccessResult,
  EnableSnapshotBlockPublicAccessRequest,
  EnableSnapshotBlockPublicAccessResult,
  GetSnapshotBlockPublicAccessStateResult,
  ModifySnapshotAttributeRequest,
  ResetSnapshotAttributeRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { invalidParameterCombination, invalidParameterValue, missingParameter } from '../errors.ts';
import { defaultKmsKeyArn } from './ebs-encryption.ts';
import { Snapshots, unshared, type Sharing, type Snapshot } from './entities.ts';
import {
  changedSharing,
  permissionsOf,
  PublicAccessBlocks,
  publicAccessState,
  type SharingChange,
} from './sharing.ts';
import { ownSnapshot } from './snapshots.ts';

type ModifyInput = Plain<ModifySnapshotAttributeRequest>;

const changeOf = (
  accounts: readonly string[],
  groups: readonly string[],
): SharingChange | DomainError => {
  const stranger = accounts.find((account) => !/^\d{12}$/.test(account));
  if (stranger !== undefined) {
    return new DomainError('InvalidUserID.Malformed', `Invalid user id: "${stranger}"`);
  }
  const group = groups.find((name) => name !== 'all');
  return group === undefined
    ? { accounts, all: groups.includes('all') }
    : invalidParameterValue(`Value (${group}) for parameter group is invalid. Expecting 'all'.`);
};

const nobody: SharingChange = { accounts: [], all: false };

const isNobody = (change: SharingChange): boolean => !change.all && change.accounts.length === 0;

/** Whom a request lets in and keeps out, in whichever of the two ways it says so. */
const readChanges = (
  input: ModifyInput,
): { readonly add: SharingChange; readonly remove: SharingChange } | DomainError => {
  const listed = (
    items: readonly {
      readonly Group?: string | undefined;
      readonly UserId?: string | undefined;
    }[] = [],
  ) =>
    changeOf(
      items.flatMap(({ UserId }) => UserId ?? []),
      items.flatMap(({ Group }) => Group ?? []),
    );
  if (input.CreateVolumePermission !== undefined) {
    const { Add, Remove } = input.CreateVolumePermission;
    const add = listed(Add);
    const remove = listed(Remove);
    if (isDomainError(add)) return add;
    return isDomainError(remove) ? remove : { add, remove };
  }
  const change = changeOf(input.UserIds ?? [], input.GroupNames ?? []);
  if (isDomainError(change)) return change;
  if (input.OperationType === undefined) return missingParameter('operationType');
  return input.OperationType === 'add'
    ? { add: change, remove: nobody }
    : { add: nobody, remove: change };
};

const refused = (message: string): DomainError => new DomainError('OperationNotPermitted', message);

/** Why a snapshot cannot be shared in that way ("Share an Amazon EBS snapshot", Amazon EBS User Guide). */
const sharingObjection = (
  view: View,
  snapshot: Snapshot,
  add: SharingChange,
): DomainError | undefined => {
  if (add.all && snapshot.encrypted) return refused('Encrypted snapshots cannot be made public');
  if (add.all && publicAccessState(view, 'snapshot') !== 'unblocked') {
    return refused(
      'The snapshot cannot be made public: block public access for snapshots is enabled in this Region.',
    );
  }
  const isDefaultKey = snapshot.encrypted && snapshot.kmsKeyId === defaultKmsKeyArn(view);
  return isDefaultKey && !isNobody(add)
    ? refused('Encrypted snapshots with EBS default key cannot be shared')
    : undefined;
};

/** ModifySnapshotAttribute: lets accounts or everybody make volumes and copies of a snapshot, or no longer. */
export const modifySnapshotAttribute: Operation<
  ModifySnapshotAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  if (input.Attribute !== undefined && input.Attribute !== 'createVolumePermission') {
    return invalidParameterValue(
      `Value (${input.Attribute}) for parameter attribute is invalid. Only createVolumePermission can be modified.`,
    );
  }
  const changes = readChanges(input);
  if (isDomainError(changes)) return changes;
  const { add, remove } = changes;
  if (isNobody(add) && isNobody(remove)) return missingParameter('createVolumePermission');
  if (!isNobody(add) && !isNobody(remove)) {
    return invalidParameterCombination(
      'Permissions cannot be added and removed in one request; use one for each.',
    );
  }
  const objection = sharingObjection(tx, snapshot, add);
  if (objection !== undefined) return objection;
  const sharing: Sharing = changedSharing(snapshot.sharing, add, remove);
  tx.put(Snapshots, { ...snapshot, sharing });
  return {};
};

/** DescribeSnapshotAttribute: of one's own snapshots. */
export const describeSnapshotAttribute: Operation<
  DescribeSnapshotAttributeRequest,
  DescribeSnapshotAttributeResult
> = (tx, input) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  return input.Attribute === 'productCodes'
    ? { SnapshotId: snapshot.id, ProductCodes: [] }
    : { SnapshotId: snapshot.id, CreateVolumePermissions: [...permissionsOf(snapshot.sharing)] };
};

/** ResetSnapshotAttribute: shared with nobody. */
export const resetSnapshotAttribute: Operation<
  ResetSnapshotAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const snapshot = ownSnapshot(tx, input.SnapshotId);
  if (isDomainError(snapshot)) return snapshot;
  if (input.Attribute !== 'createVolumePermission') {
    return invalidParameterValue('Only the attribute createVolumePermission can be reset.');
  }
  tx.put(Snapshots, { ...snapshot, sharing: unshared });
  return {};
};

/** GetSnapshotBlockPublicAccessState */
export const getSnapshotBlockPublicAccessState: Operation<
  Record<string, never>,
  GetSnapshotBlockPublicAccessStateResult
> = (tx) => ({ State: publicAccessState(tx, 'snapshot'), ManagedBy: 'account' });

/** EnableSnapshotBlockPublicAccess: of new ones only, or of those that are public already too. */
export const enableSnapshotBlockPublicAccess: Operation<
  EnableSnapshotBlockPublicAccessRequest,
  EnableSnapshotBlockPublicAccessResult
> = (tx, input) => {
  const { State: state } = input;
  if (state !== 'block-all-sharing' && state !== 'block-new-sharing') {
    return invalidParameterValue(`Value (${state ?? ''}) for parameter state is invalid.`);
  }
  tx.put(PublicAccessBlocks, { id: 'snapshot', state });
  return { State: state };
};

/** DisableSnapshotBlockPublicAccess */
export const disableSnapshotBlockPublicAccess: Operation<
  Record<string, never>,
  DisableSnapshotBlockPublicAccessResult
> = (tx) => {
  tx.delete(PublicAccessBlocks, 'snapshot');
  return { State: 'unblocked' };
};
