import { interfaceDirectory, type InterfaceMetadata } from './interface-metadata.ts';
import { roleDirectory, type RoleMetadata } from './role-metadata.ts';

/** What an instance may learn about itself from its metadata service. */
export interface InstanceMetadata {
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** `x86_64` or `arm64`. */
  readonly architecture: string;
  readonly account: string;
  readonly region: string;
  /** The zone's name as this account sees it, for example `us-east-1a`. */
  readonly zoneName: string;
  /** For example `use1-az1`. */
  readonly zoneId: string;
  /** Absent of an instance without a placement group. */
  readonly placement?: { readonly groupName: string; readonly partition?: number };
  readonly reservationId: string;
  readonly launchIndex: number;
  /** World time at which the launch was asked for, milliseconds since 1970. */
  readonly pendingTimeMs: number;
  readonly privateAddress: string;
  readonly privateHostname: string;
  readonly publicAddress?: string;
  readonly publicHostname?: string;
  readonly networkInterface: {
    readonly id: string;
    readonly mac: string;
    readonly subnetId: string;
    readonly subnetCidr: string;
    readonly vpcId: string;
    /** The first one is the VPC's primary block. */
    readonly vpcCidrs: readonly string[];
  };
  /** All of its interfaces, the primary one first; without them it has that one and no secondary address. */
  readonly interfaces?: readonly InterfaceMetadata[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
  /** Of an instance with an instance profile. */
  readonly role?: RoleMetadata;
  /** Of an instance of an Auto Scaling group: the state that it is on its way to. */
  readonly targetLifecycleState?: string;
  /** Of a Spot Instance: what EC2 has told it. */
  readonly spot?: SpotMetadata;
  readonly keyPair?: { readonly name: string; readonly publicKey: string };
  /** For example `/dev/xvda`. */
  readonly rootDeviceName: string;
  /** Device names of the volumes beside the root, as they were at boot. */
  readonly volumeDeviceNames: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly options: {
    readonly httpEndpoint: 'enabled' | 'disabled';
    readonly httpTokens: 'optional' | 'required';
    readonly instanceMetadataTags: 'enabled' | 'disabled';
  };
}

/** What a Spot Instance is told; moments are world time, milliseconds since 1970. */
interface SpotMetadata {
  /** When it was recommended to replace it. */
  readonly rebalanceNoticeTimeMs?: number;
  /** What will be done to it, and when. */
  readonly action?: { readonly action: 'terminate' | 'stop'; readonly timeMs: number };
}

/** A directory of the metadata, or the text of a leaf. */
type MetadataNode = string | MetadataDirectory;

/** Entries in the order in which a listing prints them; an undefined one is not there. */
export interface MetadataDirectory {
  readonly [name: string]: MetadataNode | undefined;
}

/** The versions that the service lists at `/`; each answers as `latest` does. Source: EC2 User Guide, "Instance metadata categories". */
export const metadataVersions: readonly string[] = [
  '1.0',
  '2007-01-19',
  '2007-03-01',
  '2007-08-29',
  '2007-10-10',
  '2007-12-15',
  '2008-02-01',
  '2008-09-01',
  '2009-04-04',
  '2011-01-01',
  '2011-05-01',
  '2012-01-12',
  '2014-02-25',
  '2014-11-05',
  '2015-10-20',
  '2016-04-19',
  '2016-06-30',
  '2016-09-02',
  '2018-03-28',
  '2018-08-17',
  '2018-09-24',
  '2019-10-01',
  '2020-10-27',
  '2021-01-03',
  '2021-03-23',
  '2021-07-15',
  '2022-09-24',
  '2024-04-11',
  'latest',
];

const partitionOf = (region: string): { readonly partition: string; readonly domain: string } => {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', domain: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { partition: 'aws-us-gov', domain: 'amazonaws.com' };
  return { partition: 'aws', domain: 'amazonaws.com' };
};

const secondText = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');

const identityDocument = (metadata: InstanceMetadata): string =>
  JSON.stringify(
    {
      accountId: metadata.account,
      architecture: metadata.architecture,
      availabilityZone: metadata.zoneName,
      billingProducts: null,
      devpayProductCodes: null,
      marketplaceProductCodes: null,
      imageId: metadata.imageId,
      instanceId: metadata.instanceId,
      instanceType: metadata.instanceType,
      kernelId: null,
      pendingTime: secondText(metadata.pendingTimeMs),
      privateIp: metadata.privateAddress,
      ramdiskId: null,
      region: metadata.region,
      version: '2017-09-30',
    },
    undefined,
    2,
  );

const primaryInterface = (metadata: InstanceMetadata): InterfaceMetadata => {
  const { networkInterface, privateAddress: address, publicAddress } = metadata;
  return {
    ...networkInterface,
    deviceIndex: 0,
    addresses: [publicAddress === undefined ? { address } : { address, publicAddress }],
    privateHostname: metadata.privateHostname,
    publicHostname: metadata.publicHostname,
    securityGroups: metadata.securityGroups,
  };
};

const interfacesByMac = (metadata: InstanceMetadata): MetadataDirectory =>
  Object.fromEntries(
    (metadata.interfaces ?? [primaryInterface(metadata)]).map((one) => [
      one.mac,
      interfaceDirectory(metadata.account, one),
    ]),
  );

const blockDeviceMapping = (metadata: InstanceMetadata): MetadataDirectory => ({
  ami: metadata.rootDeviceName,
  // EC2 numbers the volumes in the order of their attachment and gives names without /dev/.
  ...Object.fromEntries(
    metadata.volumeDeviceNames.map((name, index) => [
      `ebs${index + 1}`,
      name.replace(/^\/dev\//, ''),
    ]),
  ),
  root: metadata.rootDeviceName,
});

/** "Spot Instance interruption notices": there only once the notice was given. */
const spotDirectory = ({ action }: SpotMetadata): MetadataDirectory | undefined =>
  action === undefined
    ? undefined
    : {
        'instance-action': JSON.stringify({
          action: action.action,
          time: secondText(action.timeMs),
        }),
        'termination-time': action.action === 'terminate' ? secondText(action.timeMs) : undefined,
      };

const eventsDirectory = ({ spot }: InstanceMetadata): MetadataDirectory => ({
  maintenance: { history: '[]', scheduled: '[]' },
  recommendations:
    spot?.rebalanceNoticeTimeMs === undefined
      ? undefined
      : {
          rebalance: JSON.stringify({ noticeTime: secondText(spot.rebalanceNoticeTimeMs) }),
        },
});

const metaData = (metadata: InstanceMetadata): MetadataDirectory => {
  const { partition, domain } = partitionOf(metadata.region);
  return {
    'ami-id': metadata.imageId,
    'ami-launch-index': String(metadata.launchIndex),
    'ami-manifest-path': '(unknown)',
    autoscaling:
      metadata.targetLifecycleState === undefined
        ? undefined
        : { 'target-lifecycle-state': metadata.targetLifecycleState },
    'block-device-mapping': blockDeviceMapping(metadata),
    events: eventsDirectory(metadata),
    hibernation: { configured: 'false' },
    hostname: metadata.privateHostname,
    iam: metadata.role === undefined ? undefined : roleDirectory(metadata.role),
    'instance-action': 'none',
    'instance-id': metadata.instanceId,
    'instance-life-cycle': metadata.spot === undefined ? 'on-demand' : 'spot',
    'instance-type': metadata.instanceType,
    'local-hostname': metadata.privateHostname,
    'local-ipv4': metadata.privateAddress,
    mac: metadata.networkInterface.mac,
    network: { interfaces: { macs: interfacesByMac(metadata) } },
    placement: {
      'availability-zone': metadata.zoneName,
      'availability-zone-id': metadata.zoneId,
      'group-name': metadata.placement?.groupName,
      'partition-number': metadata.placement?.partition?.toString(),
      region: metadata.region,
    },
    profile: 'default-hvm',
    'public-hostname': metadata.publicHostname,
    'public-ipv4': metadata.publicAddress,
    'public-keys':
      metadata.keyPair === undefined
        ? undefined
        : { '0': { 'openssh-key': metadata.keyPair.publicKey } },
    'reservation-id': metadata.reservationId,
    'security-groups': metadata.securityGroups.map(({ name }) => name).join('\n'),
    services: { domain, partition },
    spot: metadata.spot === undefined ? undefined : spotDirectory(metadata.spot),
    system: 'nitro',
    tags:
      metadata.options.instanceMetadataTags === 'enabled' ? { instance: metadata.tags } : undefined,
  };
};

const listing = (directory: MetadataDirectory): string =>
  Object.entries(directory)
    .filter(([, node]) => node !== undefined)
    .map(([name, node]) => (typeof node === 'string' ? name : `${name}/`))
    .join('\n');

/** `/` and `/latest` print their entries without the slash that directories have everywhere else. */
const rootListing = (hasUserData: boolean): string =>
  ['dynamic', 'meta-data', ...(hasUserData ? ['user-data'] : [])].join('\n');

const keyListing = (metadata: InstanceMetadata): string => `0=${metadata.keyPair?.name ?? ''}`;

/**
 * The text at a path such as `/latest/meta-data/placement/region`: the value of a leaf, or the listing of a directory
 * as EC2 prints it; undefined when there is nothing (404). A slash at the end changes nothing. User data is not here,
 * since it is bytes and not text.
 *
 * Source: EC2 User Guide, "Instance metadata categories" and "Access instance metadata".
 */
export const readMetadata = (
  metadata: InstanceMetadata,
  path: string,
  hasUserData: boolean,
): string | undefined => {
  const [version, category, ...rest] = path.split('/').filter((segment) => segment !== '');
  if (version === undefined) return metadataVersions.join('\n');
  if (!metadataVersions.includes(version)) return undefined;
  if (category === undefined) return rootListing(hasUserData);
  // Listed by number and name, then walked by number alone.
  if (
    category === 'meta-data' &&
    rest.join('/') === 'public-keys' &&
    metadata.keyPair !== undefined
  ) {
    return keyListing(metadata);
  }
  const tree: MetadataDirectory = {
    dynamic: { 'instance-identity': { document: identityDocument(metadata) } },
    'meta-data': metaData(metadata),
  };
  let node: MetadataNode | undefined = tree;
  for (const segment of [category, ...rest]) {
    if (node === undefined || typeof node === 'string' || !Object.hasOwn(node, segment))
      return undefined;
    node = node[segment];
  }
  return typeof node === 'object' ? listing(node) : node;
};
