import { hashHex } from '../../../atlas/hash.ts';

/** An image that is there in every Region without anyone having made it, with an id of its own in each. */
export interface BaseImage {
  /** For example `ami-0123456789abcdef0`. */
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly ownerId: string;
  /** `amazon` for images of Amazon's; undefined for others. */
  readonly ownerAlias: string | undefined;
  readonly architecture: 'x86_64' | 'arm64';
  readonly rootDeviceName: string;
  readonly rootVolumeGiB: number;
  readonly rootVolumeType: 'gp2' | 'gp3';
  /** The snapshot behind the root volume. */
  readonly snapshotId: string;
  /** ISO 8601, as DescribeImages gives it. */
  readonly creationDate: string;
  /** The same moment in milliseconds since 1970. */
  readonly createdAtMs: number;
  /** `v2.0` when instances must use tokens for their metadata unless the launch says otherwise. */
  readonly imdsSupport: 'v2.0' | undefined;
  /** Names of the public SSM parameters that lead to it. */
  readonly parameterNames: readonly string[];
}

type ImageOfAllRegions = Omit<BaseImage, 'imageId' | 'snapshotId'>;

/** Amazon's account for Linux images, and Canonical's ("Finding AMIs", each vendor's documentation). */
const amazonOwner = '137112412989';
const canonicalOwner = '099720109477';

const amazonLinuxPath = '/aws/service/ami-amazon-linux-latest';

/** Before every world begins, so that no image is younger than what uses it. */
const created = {
  creationDate: '2025-11-18T00:00:00.000Z',
  createdAtMs: 1_763_424_000_000,
} as const;

const amazonLinux2023 = (
  architecture: BaseImage['architecture'],
  flavour: '' | 'minimal-',
): ImageOfAllRegions => ({
  ...created,
  name: `al2023-ami-${flavour}2023.9.20251117.1-kernel-6.1-${architecture}`,
  description: `Amazon Linux 2023 AMI 2023.9.20251117.1 ${architecture} ${flavour === '' ? 'HVM' : 'Minimal HVM'} kernel-6.1`,
  ownerId: amazonOwner,
  ownerAlias: 'amazon',
  architecture,
  rootDeviceName: '/dev/xvda',
  rootVolumeGiB: flavour === '' ? 8 : 2,
  rootVolumeType: 'gp3',
  imdsSupport: 'v2.0',
  parameterNames: ['default', '6.1'].map(
    (kernel) => `${amazonLinuxPath}/al2023-ami-${flavour}kernel-${kernel}-${architecture}`,
  ),
});

const amazonLinux2 = (
  architecture: BaseImage['architecture'],
  kernel: '' | 'kernel-5.10-',
): ImageOfAllRegions => ({
  ...created,
  name: `amzn2-ami-${kernel}hvm-2.0.20251110.1-${architecture}-gp2`,
  description: `Amazon Linux 2 ${kernel === '' ? '' : 'Kernel 5.10 '}AMI 2.0.20251110.1 ${architecture} HVM gp2`,
  ownerId: amazonOwner,
  ownerAlias: 'amazon',
  architecture,
  rootDeviceName: '/dev/xvda',
  rootVolumeGiB: 8,
  rootVolumeType: 'gp2',
  imdsSupport: undefined,
  parameterNames: [`${amazonLinuxPath}/amzn2-ami-${kernel}hvm-${architecture}-gp2`],
});

const ubuntu = (
  architecture: BaseImage['architecture'],
  canonicalName: 'amd64' | 'arm64',
): ImageOfAllRegions => ({
  ...created,
  name: `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${canonicalName}-server-20251022`,
  description: `Canonical, Ubuntu, 24.04, ${canonicalName} noble image`,
  ownerId: canonicalOwner,
  ownerAlias: undefined,
  architecture,
  rootDeviceName: '/dev/sda1',
  rootVolumeGiB: 8,
  rootVolumeType: 'gp3',
  imdsSupport: 'v2.0',
  parameterNames: [
    `/aws/service/canonical/ubuntu/server/24.04/stable/current/${canonicalName}/hvm/ebs-gp3/ami-id`,
  ],
});

const imagesOfAllRegions: readonly ImageOfAllRegions[] = [
  amazonLinux2023('x86_64', ''),
  amazonLinux2023('arm64', ''),
  amazonLinux2023('x86_64', 'minimal-'),
  amazonLinux2023('arm64', 'minimal-'),
  amazonLinux2('x86_64', ''),
  amazonLinux2('x86_64', 'kernel-5.10-'),
  amazonLinux2('arm64', ''),
  ubuntu('x86_64', 'amd64'),
  ubuntu('arm64', 'arm64'),
];

interface RegionImages {
  readonly byId: ReadonlyMap<string, BaseImage>;
  readonly snapshotIds: ReadonlySet<string>;
}

const imagesByRegion = new Map<string, RegionImages>();

/** The base images of a Region, kept: every launch asks for one, and their ids are hashes. */
const imagesIn = (region: string): RegionImages => {
  const known = imagesByRegion.get(region);
  if (known !== undefined) return known;
  const images = imagesOfAllRegions.map((image) => ({
    ...image,
    imageId: `ami-0${hashHex(16, 'image', region, image.name)}`,
    snapshotId: `snap-0${hashHex(16, 'snapshot', region, image.name)}`,
  }));
  const made = {
    byId: new Map(images.map((image) => [image.imageId, image])),
    snapshotIds: new Set(images.map((image) => image.snapshotId)),
  };
  imagesByRegion.set(region, made);
  return made;
};

/** The base images of a Region. Their ids are the same in every world, and differ from Region to Region. */
export const baseImagesOf = (region: string): readonly BaseImage[] => [
  ...imagesIn(region).byId.values(),
];

/** The base image with this id in the Region; an id of another Region finds nothing, as at AWS. */
export const baseImage = (region: string, imageId: string): BaseImage | undefined =>
  imagesIn(region).byId.get(imageId);

/** Whether a snapshot is one behind a base image of the Region: it holds nothing. */
export const isBaseSnapshot = (region: string, snapshotId: string): boolean =>
  imagesIn(region).snapshotIds.has(snapshotId);
