import type {
  DescribeImageAttributeRequest,
  ImageAttribute,
  ModifyImageAttributeRequest,
  ResetImageAttributeRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { MachineImages, unshared, type MachineImage } from '../storage/entities.ts';
import {
  changedSharing,
  permissionsOf,
  publicAccessState,
  type SharingChange,
} from '../storage/sharing.ts';
import { isoText } from '../../shared/utc-text.ts';
import { protectionText } from './image-answer.ts';
import { ownImage } from './image-names.ts';
import { imageUnavailable } from './launch-image.ts';

type ModifyInput = Plain<ModifyImageAttributeRequest>;

const value = (text: string | undefined | null) => ({ Value: text ?? undefined });

/** What each attribute says. Kernels, RAM disks and UEFI variables are of other machines than there are here. */
const attributeOf = (
  view: View,
  image: MachineImage,
  attribute: string | undefined,
): Plain<ImageAttribute> | DomainError => {
  switch (attribute) {
    case 'description':
      return { Description: value(image.description) };
    case 'launchPermission':
      return { LaunchPermissions: [...permissionsOf(image.sharing)] };
    case 'productCodes':
      return { ProductCodes: [] };
    case 'kernel':
      return { KernelId: {} };
    case 'ramdisk':
      return { RamdiskId: {} };
    case 'uefiData':
      return { UefiData: {} };
    case 'sriovNetSupport':
      return { SriovNetSupport: value('simple') };
    case 'bootMode':
      return { BootMode: value(image.bootMode) };
    case 'tpmSupport':
      return { TpmSupport: value(image.tpmSupport) };
    case 'imdsSupport':
      return { ImdsSupport: value(image.imdsSupport) };
    case 'lastLaunchedTime':
      return {
        LastLaunchedTime: value(
          image.lastLaunchedAt === null ? null : isoText(image.lastLaunchedAt),
        ),
      };
    case 'deregistrationProtection':
      return { DeregistrationProtection: value(protectionText(view, image)) };
    default:
      // Of blockDeviceMapping the reference says: "Using this attribute returns the Client.AuthFailure error."
      return new DomainError('AuthFailure', `Unauthorized attempt to access ${attribute ?? ''}`);
  }
};

/** DescribeImageAttribute: one attribute of one's own image. */
export const describeImageAttribute: Operation<DescribeImageAttributeRequest, ImageAttribute> = (
  tx,
  input,
) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  const attribute = attributeOf(tx, image, input.Attribute);
  return isDomainError(attribute) ? attribute : { ImageId: image.id, ...attribute };
};

const invalidItem = (item: string, type: string): DomainError =>
  new DomainError(
    'InvalidAMIAttributeItemValue',
    `Invalid attribute item value "${item}" for ${type} item type.`,
  );

/** Accounts and groups as they are named to be let in or kept out. */
interface Named {
  readonly UserId?: string | undefined;
  readonly Group?: string | undefined;
  readonly OrganizationArn?: string | undefined;
  readonly OrganizationalUnitArn?: string | undefined;
}

const changeOf = (names: readonly Named[]): SharingChange | DomainError => {
  const accounts: string[] = [];
  let all = false;
  for (const { UserId, Group, OrganizationArn, OrganizationalUnitArn } of names) {
    if (OrganizationArn !== undefined || OrganizationalUnitArn !== undefined) {
      return notBuilt('organizations; share the image with accounts');
    }
    if (Group !== undefined && Group !== 'all') return invalidItem(Group, 'userGroup');
    if (UserId !== undefined && !/^\d{12}$/.test(UserId)) return invalidItem(UserId, 'userId');
    if (UserId !== undefined) accounts.push(UserId);
    all ||= Group === 'all';
  }
  return { accounts, all };
};

/** Those that a request names flatly, beside OperationType. */
const namedFlatly = (input: ModifyInput): readonly Named[] => [
  ...(input.UserIds ?? []).map((UserId) => ({ UserId })),
  ...(input.UserGroups ?? []).map((Group) => ({ Group })),
  ...(input.OrganizationArns ?? []).map((OrganizationArn) => ({ OrganizationArn })),
  ...(input.OrganizationalUnitArns ?? []).map((OrganizationalUnitArn) => ({
    OrganizationalUnitArn,
  })),
];

const isNobody = (change: SharingChange): boolean => !change.all && change.accounts.length === 0;

const nobody: SharingChange = { accounts: [], all: false };

type Change = (tx: Tx, image: MachineImage) => DomainError | undefined;

const put = (tx: Tx, image: MachineImage, changes: Partial<MachineImage>): undefined => {
  tx.put(MachineImages, { ...image, ...changes });
};

const toSharing =
  (add: SharingChange, remove: SharingChange): Change =>
  (tx, image) => {
    if (isNobody(add) && isNobody(remove)) return missingParameter('launchPermission');
    // "A disabled AMI can't be shared" (DisableImage, Amazon EC2 API Reference).
    if (image.state === 'disabled') return imageUnavailable(image);
    if (add.all && publicAccessState(tx, 'image') !== 'unblocked') {
      return new DomainError(
        'OperationNotPermitted',
        'The image cannot be made public: block public access for AMIs is enabled in this Region.',
      );
    }
    if (add.all && image.devices.some(({ encrypted }) => encrypted)) {
      return new DomainError(
        'OperationNotPermitted',
        'Images with encrypted snapshots cannot be made public',
      );
    }
    return put(tx, image, { sharing: changedSharing(image.sharing, add, remove) });
  };

const sharingChange = (input: ModifyInput): Change | DomainError => {
  const listed = input.LaunchPermission;
  if (listed !== undefined) {
    const add = changeOf(listed.Add ?? []);
    if (isDomainError(add)) return add;
    const remove = changeOf(listed.Remove ?? []);
    return isDomainError(remove) ? remove : toSharing(add, remove);
  }
  const change = changeOf(namedFlatly(input));
  if (isDomainError(change)) return change;
  if (input.OperationType === undefined) return missingParameter('operationType');
  return input.OperationType === 'add' ? toSharing(change, nobody) : toSharing(nobody, change);
};

const toDescription =
  (description: string): Change =>
  (tx, image) =>
    description.length <= 255
      ? put(tx, image, { description })
      : invalidParameterValue('The description of an image has at most 255 characters.');

const toImdsSupport =
  (support: string): Change =>
  (tx, image) =>
    // "After you set the value to v2.0, you can't undo it" (ModifyImageAttribute, Amazon EC2 API Reference).
    support === 'v2.0'
      ? put(tx, image, { imdsSupport: 'v2.0' })
      : invalidParameterValue(
          `Value (${support}) for parameter imdsSupport is invalid. Expecting v2.0.`,
        );

/** The change that a request names by Attribute. */
const namedChange = (input: ModifyInput, attribute: string): Change | DomainError => {
  switch (attribute) {
    case 'launchPermission':
      return sharingChange(input);
    case 'description':
      return toDescription(input.Value ?? input.Description?.Value ?? '');
    case 'imdsSupport':
      return toImdsSupport(input.Value ?? input.ImdsSupport?.Value ?? '');
    default:
      return invalidParameterValue(
        `Value (${attribute}) for parameter attribute is invalid. It can be description, imdsSupport or launchPermission.`,
      );
  }
};

/** The one change that a request asks for, in whichever of the two ways it says so. */
const changeAsked = (input: ModifyInput): Change | DomainError => {
  if ((input.ProductCodes ?? []).length > 0) {
    return notBuilt('the parameter ProductCodes of ModifyImageAttribute');
  }
  if (input.Attribute !== undefined && input.Attribute !== '') {
    return namedChange(input, input.Attribute);
  }
  const names = [
    ...(input.Description === undefined ? [] : ['description']),
    ...(input.ImdsSupport === undefined ? [] : ['imdsSupport']),
    ...(input.LaunchPermission !== undefined || namedFlatly(input).length > 0
      ? ['launchPermission']
      : []),
  ];
  const [name, another] = names;
  if (name === undefined) return missingParameter('attribute');
  return another === undefined
    ? namedChange(input, name)
    : invalidParameterCombination('Only one attribute of an image can be modified in one request');
};

/** ModifyImageAttribute: description, launch permissions, IMDS support; one in a request. */
export const modifyImageAttribute: Operation<ModifyImageAttributeRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  const change = changeAsked(input);
  if (isDomainError(change)) return change;
  return change(tx, image) ?? {};
};

/** ResetImageAttribute: launched by nobody but its owner. */
export const resetImageAttribute: Operation<ResetImageAttributeRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const image = ownImage(tx, input.ImageId);
  if (isDomainError(image)) return image;
  tx.put(MachineImages, { ...image, sharing: unshared });
  return {};
};
