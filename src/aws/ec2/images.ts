import type { DescribeImagesRequest, DescribeImagesResult, Image } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { applyFilters, type FilterFields } from '../shared/filters.ts';
import { paginate } from '../shared/pagination.ts';
import { tagsOf } from '../shared/tags.ts';
import { baseImagesOf, type BaseImage } from './base-images.ts';
import { checkIdForm, kinds } from './errors.ts';
import { bootModeOf } from './images/launch-image.ts';

const imagesNotFound = (ids: readonly string[]): DomainError =>
  new DomainError(
    'InvalidAMIID.NotFound',
    ids.length === 1
      ? `The image id '[${ids.join()}]' does not exist`
      : `The image ids '[${ids.join(', ')}]' do not exist`,
  );

const answer = (view: View, image: BaseImage): Plain<Image> => ({
  ImageId: image.imageId,
  ImageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
  State: 'available',
  OwnerId: image.ownerId,
  ImageOwnerAlias: image.ownerAlias,
  CreationDate: image.creationDate,
  Public: true,
  ProductCodes: [],
  Architecture: image.architecture,
  ImageType: 'machine',
  PlatformDetails: 'Linux/UNIX',
  UsageOperation: 'RunInstances',
  BlockDeviceMappings: [
    {
      DeviceName: image.rootDeviceName,
      Ebs: {
        DeleteOnTermination: true,
        Iops: image.rootVolumeType === 'gp3' ? 3000 : undefined,
        SnapshotId: image.snapshotId,
        VolumeSize: image.rootVolumeGiB,
        VolumeType: image.rootVolumeType,
        Throughput: image.rootVolumeType === 'gp3' ? 125 : undefined,
        Encrypted: false,
      },
    },
  ],
  Description: image.description,
  EnaSupport: true,
  Hypervisor: 'xen',
  Name: image.name,
  RootDeviceName: image.rootDeviceName,
  RootDeviceType: 'ebs',
  SriovNetSupport: 'simple',
  Tags: tagsOf(view, image.imageId),
  VirtualizationType: 'hvm',
  BootMode: bootModeOf(image),
  ImdsSupport: image.imdsSupport,
  DeregistrationProtection: 'disabled',
});

type ImageAnswer = Plain<Image>;

const rootOf = (image: ImageAnswer) => image.BlockDeviceMappings?.[0];

/** Filter names as the DescribeImages reference lists them. */
const fields: FilterFields<ImageAnswer> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.delete-on-termination': (image) => rootOf(image)?.Ebs?.DeleteOnTermination,
  'block-device-mapping.device-name': (image) => rootOf(image)?.DeviceName,
  'block-device-mapping.encrypted': (image) => rootOf(image)?.Ebs?.Encrypted,
  'block-device-mapping.snapshot-id': (image) => rootOf(image)?.Ebs?.SnapshotId,
  'block-device-mapping.volume-size': (image) => rootOf(image)?.Ebs?.VolumeSize,
  'block-device-mapping.volume-type': (image) => rootOf(image)?.Ebs?.VolumeType,
  'boot-mode': (image) => image.BootMode,
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
  'ena-support': (image) => image.EnaSupport,
  hypervisor: (image) => image.Hypervisor,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => image.Public,
  'manifest-location': (image) => image.ImageLocation,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  platform: () => undefined,
  'platform-details': (image) => image.PlatformDetails,
  'product-code': () => [],
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  state: (image) => image.State,
  'sriov-net-support': (image) => image.SriovNetSupport,
  'usage-operation': (image) => image.UsageOperation,
  'virtualization-type': (image) => image.VirtualizationType,
};

/** Whether an owner as a request names it is the image's; a name that is none is InvalidUserID.Malformed. */
const ownerTest = (view: View, owner: string): ((image: BaseImage) => boolean) | DomainError => {
  if (owner === 'self') return (image) => image.ownerId === view.account;
  if (['amazon', 'aws-marketplace', 'aws-backup-vault'].includes(owner)) {
    return (image) => image.ownerAlias === owner;
  }
  if (/^\d{12}$/.test(owner)) return (image) => image.ownerId === owner;
  return new DomainError('InvalidUserID.Malformed', `Invalid user id: "${owner}"`);
};

const imagesByIds = (view: View, ids: readonly string[]): readonly BaseImage[] | DomainError => {
  for (const id of ids) {
    const malformed = checkIdForm(kinds.image, id);
    if (malformed !== undefined) return malformed;
  }
  const all = baseImagesOf(view.shard);
  const missing = ids.filter((id) => all.every((image) => image.imageId !== id));
  return missing.length > 0
    ? imagesNotFound(missing)
    : all.filter((image) => ids.includes(image.imageId));
};

/** DescribeImages: the base images of this Region; ids of other Regions do not exist here. */
export const describeImages: Operation<DescribeImagesRequest, DescribeImagesResult> = (
  tx,
  input,
) => {
  const ids = input.ImageIds ?? [];
  const named = ids.length > 0 ? imagesByIds(tx, ids) : baseImagesOf(tx.shard);
  if (isDomainError(named)) return named;
  const tests: ((image: BaseImage) => boolean)[] = [];
  for (const owner of input.Owners ?? []) {
    const test = ownerTest(tx, owner);
    if (isDomainError(test)) return test;
    tests.push(test);
  }
  const users = input.ExecutableUsers ?? [];
  const owned = named.filter(
    (image) =>
      (tests.length === 0 || tests.some((test) => test(image))) &&
      // Base images are public; none was ever shared with a single account.
      (users.length === 0 || users.includes('all')),
  );
  const filtered = applyFilters(
    owned.map((image) => answer(tx, image)),
    input.Filters,
    fields,
    (image) => tagsOf(tx, image.ImageId ?? ''),
  );
  if (isDomainError(filtered)) return filtered;
  const page = paginate(
    filtered,
    { token: input.NextToken, maxResults: input.MaxResults },
    (image) => image.ImageId ?? '',
  );
  if (isDomainError(page)) return page;
  return { Images: page.items, NextToken: page.nextToken };
};
