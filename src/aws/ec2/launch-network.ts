import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import { accountZones, zoneNameOf } from './account-zones.ts';
import { defaultSubnetIn, defaultVpcOf } from './default-network.ts';
import { resourceById } from './describe.ts';
import { SecurityGroups, Subnets, securityGroupNameKey, type Subnet } from './entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  noDefaultVpc,
  notBuilt,
} from './errors.ts';
import { unreadNames } from './launch-parameters.ts';

type Input = Plain<RunInstancesRequest>;
type InterfaceInput = NonNullable<Input['NetworkInterfaces']>[number];

/** Where instances go and how they are reached. */
export interface LaunchNetwork {
  /** The subnet that was named, or default subnets to choose from; all of one VPC. */
  readonly subnets: readonly Subnet[];
  /** True when the request names a subnet or a zone. */
  readonly zoneIsAsked: boolean;
  readonly groupIds: readonly string[];
  readonly privateIpAddress: string | undefined;
  /** Undefined: as the subnet has it. */
  readonly publicAddress: boolean | undefined;
  readonly description: string;
  readonly deleteOnTermination: boolean;
  /** Undefined: as the subnet has it. */
  readonly hostnameType: Subnet['hostnameType'] | undefined;
  readonly enableResourceNameDnsARecord: boolean | undefined;
}

/** What the request says of the network, from the instance's own parameters or from its one interface. */
interface AskedNetwork {
  readonly subnetId: string | undefined;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly privateIpAddress: string | undefined;
  readonly publicAddress: boolean | undefined;
  readonly description: string;
  readonly deleteOnTermination: boolean;
}

const interfaceRead: ReadonlySet<string> = new Set<keyof InterfaceInput>([
  'AssociatePublicIpAddress',
  'DeleteOnTermination',
  'Description',
  'DeviceIndex',
  'Groups',
  'NetworkCardIndex',
  'PrivateIpAddress',
  'SubnetId',
]);

const checkInterface = (asked: InterfaceInput): DomainError | undefined => {
  const [unread] = unreadNames(asked, interfaceRead).filter(
    (name) => name !== 'InterfaceType' || asked.InterfaceType !== 'interface',
  );
  if (unread !== undefined) {
    return notBuilt(`the parameter NetworkInterfaces.${unread} of RunInstances`);
  }
  if ((asked.DeviceIndex ?? 0) !== 0 || (asked.NetworkCardIndex ?? 0) !== 0) {
    return notBuilt('network interfaces beside the primary one (DeviceIndex 0)');
  }
  return undefined;
};

const fromInterface = (input: Input, asked: InterfaceInput): AskedNetwork | DomainError => {
  const both = (what: string): DomainError =>
    invalidParameterCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    );
  if (input.SubnetId !== undefined) return both('subnet ID');
  if (input.PrivateIpAddress !== undefined) return both('private address');
  if ((input.SecurityGroupIds ?? []).length + (input.SecurityGroups ?? []).length > 0) {
    return both('security groups');
  }
  return (
    checkInterface(asked) ?? {
      subnetId: asked.SubnetId,
      groupIds: asked.Groups ?? [],
      groupNames: [],
      privateIpAddress: asked.PrivateIpAddress,
      publicAddress: asked.AssociatePublicIpAddress,
      description: asked.Description ?? '',
      deleteOnTermination: asked.DeleteOnTermination ?? true,
    }
  );
};

const askedNetwork = (input: Input): AskedNetwork | DomainError => {
  const [asked, second] = input.NetworkInterfaces ?? [];
  if (second !== undefined) return notBuilt('more than one network interface for an instance');
  if (asked !== undefined) return fromInterface(input, asked);
  return {
    subnetId: input.SubnetId,
    groupIds: input.SecurityGroupIds ?? [],
    groupNames: input.SecurityGroups ?? [],
    privateIpAddress: input.PrivateIpAddress,
    publicAddress: undefined,
    description: '',
    deleteOnTermination: true,
  };
};

/** The zone that the request names, by its id. */
const askedZone = (view: View, input: Input): string | undefined | DomainError => {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input.Placement ?? {};
  if (name === undefined && id === undefined) return undefined;
  const zone = accountZones(view).find(
    (candidate) =>
      (name === undefined || candidate.name === name) && (id === undefined || candidate.id === id),
  );
  return zone?.id ?? invalidParameterValue(`Invalid availability zone: [${name ?? id ?? ''}]`);
};

const namedSubnet = (
  view: View,
  subnetId: string,
  zoneId: string | undefined,
): Subnet | DomainError => {
  const subnet = resourceById(view, Subnets, kinds.subnet, subnetId);
  if (isDomainError(subnet) || zoneId === undefined || subnet.zoneId === zoneId) return subnet;
  return invalidParameterCombination(
    `The subnet '${subnet.id}' is in the Availability Zone ${zoneNameOf(view, subnet.zoneId)}, not in ${zoneNameOf(view, zoneId)} as Placement says`,
  );
};

/** Default subnets that instances could go to: one, when a zone is named. */
const defaultSubnets = (
  view: View,
  zoneId: string | undefined,
): readonly Subnet[] | DomainError => {
  const vpc = defaultVpcOf(view);
  if (vpc === undefined) return noDefaultVpc();
  if (zoneId !== undefined) {
    const subnet = defaultSubnetIn(view, zoneId);
    return subnet === undefined
      ? new DomainError(
          'MissingInput',
          `No default subnet for availability zone: '${zoneNameOf(view, zoneId)}'.`,
        )
      : [subnet];
  }
  const subnets = view.find(Subnets, 'vpc', vpc.id).filter((subnet) => subnet.isDefault);
  return subnets.length > 0
    ? subnets
    : new DomainError(
        'MissingInput',
        `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`,
      );
};

const groupsByName = (
  view: View,
  vpcId: string,
  names: readonly string[],
): readonly string[] | DomainError => {
  const ids: string[] = [];
  for (const name of names) {
    const [group] = view.find(SecurityGroups, 'name', securityGroupNameKey(vpcId, name));
    if (group === undefined) {
      return new DomainError(
        'InvalidGroup.NotFound',
        `The security group '${name}' does not exist in default VPC '${vpcId}'`,
      );
    }
    ids.push(group.id);
  }
  return ids;
};

/** An interface has at most this many groups ("Amazon VPC quotas", security groups per network interface). */
const maxGroupsPerInterface = 5;

/** Checks that groups exist and are of the subnet's VPC; without any it is the VPC's default group. */
export const checkGroups = (
  view: View,
  groupIds: readonly string[],
  subnet: Pick<Subnet, 'id' | 'vpcId'>,
): readonly string[] | DomainError => {
  const ids = [...new Set(groupIds)];
  if (ids.length === 0) {
    const [group] = view.find(
      SecurityGroups,
      'name',
      securityGroupNameKey(subnet.vpcId, 'default'),
    );
    if (group === undefined) throw new Error(`${subnet.vpcId} has no default security group.`);
    return [group.id];
  }
  if (ids.length > maxGroupsPerInterface) {
    return new DomainError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      'The maximum number of security groups per interface has been reached.',
    );
  }
  for (const id of ids) {
    const group = resourceById(view, SecurityGroups, kinds.securityGroup, id);
    if (isDomainError(group)) return group;
    if (group.vpcId !== subnet.vpcId) {
      return new DomainError(
        'InvalidParameter',
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
  }
  return ids;
};

const groupsOf = (
  view: View,
  asked: AskedNetwork,
  subnet: Subnet,
): readonly string[] | DomainError => {
  if (asked.groupNames.length > 0 && asked.subnetId !== undefined) {
    return invalidParameterCombination(
      'The parameter groupName cannot be used with the parameter subnet',
    );
  }
  const named = groupsByName(view, subnet.vpcId, asked.groupNames);
  return isDomainError(named) ? named : checkGroups(view, [...asked.groupIds, ...named], subnet);
};

/** Reads what a RunInstances request says of subnet, zone, addresses and security groups. */
export const launchNetwork = (view: View, input: Input): LaunchNetwork | DomainError => {
  const asked = askedNetwork(input);
  if (isDomainError(asked)) return asked;
  const zoneId = askedZone(view, input);
  if (isDomainError(zoneId)) return zoneId;
  const named =
    asked.subnetId === undefined ? undefined : namedSubnet(view, asked.subnetId, zoneId);
  if (isDomainError(named)) return named;
  const subnets = named === undefined ? defaultSubnets(view, zoneId) : [named];
  if (isDomainError(subnets)) return subnets;
  const [first] = subnets;
  if (first === undefined) return noDefaultVpc();
  const groupIds = groupsOf(view, asked, first);
  if (isDomainError(groupIds)) return groupIds;
  const names = input.PrivateDnsNameOptions;
  if (names?.EnableResourceNameDnsAAAARecord === true) {
    return notBuilt('IPv6 addresses of instances (EnableResourceNameDnsAAAARecord)');
  }
  return {
    subnets,
    zoneIsAsked: named !== undefined || zoneId !== undefined,
    groupIds,
    privateIpAddress: asked.privateIpAddress,
    publicAddress: asked.publicAddress,
    description: asked.description,
    deleteOnTermination: asked.deleteOnTermination,
    hostnameType: names?.HostnameType,
    enableResourceNameDnsARecord: names?.EnableResourceNameDnsARecord,
  };
};
