import { defineTable, type Entity } from '../../../world/entity.ts';
import type { InstancePlacement } from '../placement-groups/entities.ts';
import type { InstanceOptions } from './instance-options.ts';

/** The states of an instance's life, by AWS's names. */
export type InstanceStateName =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'shutting-down'
  | 'terminated';

/** Why the instance is in its state, by AWS's codes. */
export interface StateReason {
  /** For example `Client.UserInitiatedShutdown`. */
  readonly code: string;
  readonly message: string;
}

/** How the instance metadata service answers. */
export interface InstanceMetadataSettings {
  readonly httpTokens: 'optional' | 'required';
  readonly httpPutResponseHopLimit: number;
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly httpProtocolIpv6: 'enabled' | 'disabled';
  readonly instanceMetadataTags: 'enabled' | 'disabled';
}

/** A spell during which status checks could not see the instance, kept until the checks have forgotten it. */
export interface Impairment {
  /** World time at which it began. */
  readonly since: number;
  /** World time at which it was over; null while it lasts. */
  readonly until: number | null;
  /** What failed: the host or zone under the instance, or only its own network interface. */
  readonly checks: 'system-and-instance' | 'instance';
}

/** An instance. Its addresses and groups stand on its network interface, its disk is a volume. */
export interface Instance extends Entity {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken: string | null;
  readonly imageId: string;
  readonly instanceType: string;
  /** The image's. */
  readonly architecture: 'x86_64' | 'arm64';
  readonly keyName: string | null;
  readonly state: InstanceStateName;
  readonly stateReason: StateReason | null;
  /** AWS's text, for example `User initiated (2026-01-02 03:04:05 GMT)`; empty when it was not the user. */
  readonly stateTransitionReason: string;
  /** World time of the last launch or start. */
  readonly launchTime: number;
  readonly createdAt: number;
  /** The zone's id; its name follows from the account. */
  readonly zoneId: string;
  /** Grows with each start, since EC2 starts an instance on another host; absent: it stands on its first. */
  readonly hostDraw?: number;
  readonly subnetId: string;
  readonly vpcId: string;
  /** Null once the instance is terminated. */
  readonly networkInterfaceId: string | null;
  /** Null once the instance is terminated, and while its root volume is detached. */
  readonly rootVolumeId: string | null;
  readonly rootDeviceName: string;
  /** What its private DNS name is made of, as its subnet had it at the launch. */
  readonly hostnameType: 'ip-name' | 'resource-name';
  readonly enableResourceNameDnsARecord: boolean;
  /** Absent is false. */
  readonly enableResourceNameDnsAAAARecord?: boolean;
  readonly metadataOptions: InstanceMetadataSettings;
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly instanceInitiatedShutdownBehavior: 'stop' | 'terminate';
  readonly ebsOptimized: boolean;
  readonly detailedMonitoring: boolean;
  readonly cpuCredits: 'standard' | 'unlimited' | null;
  /** Absent: as AWS has them for an instance that was asked nothing of the kind. */
  readonly options?: InstanceOptions;
  /** Absent of an instance without a placement group. */
  readonly placement?: InstancePlacement;
  /** The request for a Spot Instance that it fulfils; absent of one on demand. */
  readonly spotRequestId?: string;
  /** Grows with each start, reboot and return of power: a plane that runs another number boots anew. */
  readonly bootNumber: number;
  /** World time at which the last boot was asked for; null before the first and while it is off. */
  readonly bootedAt: number | null;
  /** The number of the boot whose memory was lost with the power; it stays dead when the power is back. */
  readonly lostBootNumber: number | null;
  /** Whether the stop under way leaves the operating system time to shut down. */
  readonly shutdown: 'orderly' | 'forced';
  readonly impairment: Impairment | null;
}

export const Instances = defineTable<Instance>('ec2-instances', {
  reservation: (instance) => instance.reservationId,
  subnet: (instance) => (instance.networkInterfaceId === null ? undefined : instance.subnetId),
  vpc: (instance) => (instance.networkInterfaceId === null ? undefined : instance.vpcId),
  zone: (instance) => instance.zoneId,
  placementGroup: (instance) => instance.placement?.groupId,
  keyName: (instance) => instance.keyName ?? undefined,
});

/** An instance's user data, apart from it: up to 16 KiB that would otherwise be written at each change of state. */
export interface InstanceUserData extends Entity {
  /** Base64, as RunInstances took it. */
  readonly base64: string;
}

/** By instance id; none for an instance without user data. */
export const InstanceUserDatas = defineTable<InstanceUserData>('ec2-instance-user-data');

/** What joins a network interface to an instance. */
export interface NetworkInterfaceAttachment {
  readonly attachmentId: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly attachTime: number;
  readonly deleteOnTermination: boolean;
}

/** A network interface: a private address in a subnet, its security groups and perhaps a public address. */
export interface NetworkInterface extends Entity {
  readonly description: string;
  /** `interface`, or what AWS calls the one that a service made for itself. */
  readonly interfaceType:
    | 'interface'
    | 'network_load_balancer'
    | 'nat_gateway'
    | 'transit_gateway'
    | 'vpc_endpoint';
  /** True of an interface that a service made, for example a load balancer. */
  readonly requesterManaged: boolean;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zoneId: string;
  readonly macAddress: string;
  /** The primary one. */
  readonly privateIpAddress: string;
  /** In the order in which they came; absent of an interface that never had one. */
  readonly secondaryPrivateIpAddresses?: readonly string[];
  /** In canonical form, in the order in which they came; absent of an interface that never had one. */
  readonly ipv6Addresses?: readonly string[];
  /** The one that EC2 assigned by itself. Elastic IPs are in a table of their own and know their interface. */
  readonly publicIpAddress: string | null;
  /** Whether EC2 assigns it a public address again, at a start or when an Elastic IP has left. */
  readonly autoAssignPublicIp: boolean;
  readonly groupIds: readonly string[];
  readonly sourceDestCheck: boolean;
  readonly attachment: NetworkInterfaceAttachment | null;
  readonly createdAt: number;
}

export const NetworkInterfaces = defineTable<NetworkInterface>('ec2-network-interfaces', {
  subnet: (networkInterface) => networkInterface.subnetId,
  vpc: (networkInterface) => networkInterface.vpcId,
  group: (networkInterface) => networkInterface.groupIds,
  instance: (networkInterface) => networkInterface.attachment?.instanceId,
  attachment: (networkInterface) => networkInterface.attachment?.attachmentId,
  privateAddress: (networkInterface) => [
    networkInterface.privateIpAddress,
    ...(networkInterface.secondaryPrivateIpAddresses ?? []),
  ],
  ipv6Address: (networkInterface) => networkInterface.ipv6Addresses,
  publicAddress: (networkInterface) => networkInterface.publicIpAddress ?? undefined,
  /** Those that an AWS service made for itself, by what it says that they are for. */
  requester: ({ requesterManaged, description }) => (requesterManaged ? description : undefined),
});

/** A volume: its bytes are a directory on this machine, at its instance's place while it is attached. */
export interface Volume extends Entity {
  readonly sizeGiB: number;
  readonly volumeType: string;
  readonly iops: number | null;
  readonly throughputMiBps: number | null;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | null;
  /** Absent where none was asked for. */
  readonly initializationRateMiBps?: number;
  /** Empty for one that began empty. */
  readonly snapshotId: string;
  readonly zoneId: string;
  readonly createdAt: number;
  /** `settled` is available or in-use, by its attachment; absent in worlds of version 0.1.0, where all are. */
  readonly state?: 'creating' | 'settled' | 'deleting' | 'error';
  readonly autoEnableIo?: boolean;
  /** Which draw of a storage server it stands on; absent: the first. */
  readonly hostDraw?: number;
  /** World time at which what was on it was lost for good; absent of all others. */
  readonly lostAt?: number;
  /** Set while its next step cannot be taken: its zone is lost, or its instance's machine does not answer. */
  readonly isHeld?: boolean;
  readonly attachment: {
    readonly instanceId: string;
    readonly deviceName: string;
    readonly attachTime: number;
    readonly deleteOnTermination: boolean;
    /** Absent when attached. */
    readonly state?: 'attaching' | 'attached' | 'detaching' | 'busy';
    /** Set while it is detached by force: its instance is not asked. */
    readonly isForced?: boolean;
  } | null;
  /** Whether several instances of its zone may have it. */
  readonly multiAttach?: boolean;
  /** Further attachments of a volume with Multi-Attach, the older first. */
  readonly others?: readonly NonNullable<Volume['attachment']>[];
}

export const Volumes = defineTable<Volume>('ec2-volumes', {
  instance: ({ attachment, others = [] }) =>
    attachment === null ? undefined : [attachment, ...others].map((one) => one.instanceId),
  snapshot: (volume) => (volume.snapshotId === '' ? undefined : volume.snapshotId),
  held: (volume) => (volume.isHeld === true ? 'yes' : undefined),
});

/** What a machine printed, as the plane last told it. */
export interface ConsoleOutput extends Entity {
  /** Base64 of at most 64 KiB: the end of it. */
  readonly base64: string;
  /** World time at which it was read. */
  readonly at: number;
}

/** By instance id. */
export const ConsoleOutputs = defineTable<ConsoleOutput>('ec2-console-outputs');

/** What the compute plane last saw of an instance's machine. */
export interface MachineReport extends Entity {
  readonly bootNumber: number;
  readonly phase: 'booted' | 'exited' | 'failed';
  readonly at: number;
  /** An exit's code or signal, a failure's reason. */
  readonly detail: string;
}

/** By instance id. */
export const MachineReports = defineTable<MachineReport>('ec2-machine-reports');
