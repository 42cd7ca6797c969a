import type {
  CreateDefaultSubnetRequest,
  CreateDefaultSubnetResult,
  CreateSubnetRequest,
  CreateSubnetResult,
  DeleteSubnetRequest,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
  ModifySubnetAttributeRequest,
  Subnet as ApiSubnet,
} from '@aws-sdk/client-ec2';
import type { ZoneName } from '../../../atlas/zone-names.ts';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { accountZones, zoneNameOf } from '../../shared/account-zones.ts';
import { ec2Arn } from '../arns.ts';
import {
  blockContains,
  blocksOverlap,
  formatIpv4Cidr,
  parseIpv4Cidr,
  type Ipv4Block,
} from '../../shared/cidr.ts';
import { addDefaultSubnet, defaultSubnetIn, defaultVpcOf } from './default-network.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  NetworkAclAssociations,
  RouteTableAssociations,
  SubnetCidrReservations,
  Subnets,
  Vpcs,
  type Subnet,
  type Vpc,
} from '../entities.ts';
import {
  dependencyViolation,
  invalidCidrBlock,
  invalidParameterCombination,
  invalidParameterValue,
  invalidSubnetRange,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
  subnetConflict,
} from '../errors.ts';
import { subnetBlockAnswer, subnetIpv6Block } from './ipv6-blocks.ts';
import { addSubnet } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { availableAddressCount, takenAddressCount } from './subnet-addresses.ts';
import { isOptedIn, zoneGroupOf } from '../zones/zone-groups.ts';

/** A subnet's block has a mask from /16 to /28 ("Subnet CIDR blocks", Amazon VPC User Guide). */
const prefixLengths = { shortest: 16, longest: 28 } as const;

const renderSubnet = (view: View, subnet: Subnet): Plain<ApiSubnet> => ({
  SubnetId: subnet.id,
  SubnetArn: ec2Arn(view, 'subnet', subnet.id),
  State: 'available',
  VpcId: subnet.vpcId,
  OwnerId: view.account,
  CidrBlock: subnet.cidrBlock,
  AvailableIpAddressCount: availableAddressCount(view, subnet),
  AvailabilityZone: zoneNameOf(view, subnet.zoneId),
  AvailabilityZoneId: subnet.zoneId,
  DefaultForAz: subnet.isDefault,
  MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
  MapCustomerOwnedIpOnLaunch: false,
  AssignIpv6AddressOnCreation: subnet.assignIpv6AddressOnCreation ?? false,
  Ipv6CidrBlockAssociationSet:
    subnet.ipv6CidrBlock === undefined
      ? []
      : [subnetBlockAnswer(subnet.ipv6CidrBlock, 'associated')],
  EnableDns64: subnet.enableDns64 ?? false,
  Ipv6Native: false,
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: subnet.hostnameType,
    EnableResourceNameDnsARecord: subnet.enableResourceNameDnsARecord,
    EnableResourceNameDnsAAAARecord: subnet.enableResourceNameDnsAAAARecord ?? false,
  },
  BlockPublicAccessStates: { InternetGatewayBlockMode: 'off' },
  Tags: tagsOf(view, subnet.id),
});

interface ZoneChoice {
  readonly AvailabilityZone?: string | undefined;
  readonly AvailabilityZoneId?: string | undefined;
}

/** The zone that a request names; undefined when it leaves the choice to AWS. */
const requestedZone = (view: View, input: ZoneChoice): ZoneName | undefined | DomainError => {
  const zones = accountZones(view);
  const { AvailabilityZone: name, AvailabilityZoneId: id } = input;
  if (name === undefined && id === undefined) return undefined;
  if (name !== undefined && id !== undefined) {
    return invalidParameterCombination(
      "The parameters 'availabilityZone' and 'availabilityZoneId' may not be used in combination",
    );
  }
  const byName = name !== undefined;
  const zone = zones.find((known) => (byName ? known.name === name : known.id === id));
  if (zone !== undefined) return zone;
  const local = view.geography
    .localZonesOf(view.shard)
    .find((known) => (byName ? known.name === name : known.id === id));
  if (local !== undefined && isOptedIn(view, zoneGroupOf(local))) {
    return notBuilt(`subnets in Local Zones: nothing can be put into ${name ?? id}`);
  }
  const parameter = byName ? 'availabilityZone' : 'availabilityZoneId';
  const choices = zones.map((known) => (byName ? known.name : known.id)).join(', ');
  return invalidParameterValue(
    `Value (${name ?? id}) for parameter ${parameter} is invalid. Subnets can currently only be created in the following availability zones: ${choices}.`,
  );
};

const subnetBlock = (view: View, vpc: Vpc, cidr: string | undefined): Ipv4Block | DomainError => {
  if (cidr === undefined) return missingParameter('cidrBlock');
  const block = parseIpv4Cidr(cidr);
  if (block === undefined) return invalidCidrBlock('cidrBlock', cidr);
  const { shortest, longest } = prefixLengths;
  if (block.prefixLength < shortest || block.prefixLength > longest)
    return invalidSubnetRange(cidr);
  const outer = vpc.cidrBlocks.flatMap((known) => parseIpv4Cidr(known.cidrBlock) ?? []);
  if (!outer.some((vpcBlock) => blockContains(vpcBlock, block))) return invalidSubnetRange(cidr);
  const conflict = view.find(Subnets, 'vpc', vpc.id).some((other) => {
    const otherBlock = parseIpv4Cidr(other.cidrBlock);
    return otherBlock !== undefined && blocksOverlap(otherBlock, block);
  });
  return conflict ? subnetConflict(cidr) : block;
};

const tooManySubnets = (tx: Tx, vpcId: string): DomainError | undefined =>
  tx.find(Subnets, 'vpc', vpcId).length >= quotaIn(tx, 'subnetsPerVpc')
    ? limitExceeded('SubnetLimitExceeded', 'subnets')
    : undefined;

/** Makes a subnet in the zone that the request names, by name or id, or else in one of those that there are. */
export const createSubnet: Operation<CreateSubnetRequest, CreateSubnetResult> = (tx, input) => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  if (input.Ipv6Native === true) return notBuilt('subnets without IPv4');
  if (input.OutpostArn !== undefined) return notBuilt('Outposts');
  if (input.Ipv4IpamPoolId !== undefined || input.Ipv6IpamPoolId !== undefined) {
    return notBuilt('IPAM pools');
  }
  const zone = requestedZone(tx, input) ?? tx.random('ec2/subnet-zones').pick(accountZones(tx));
  if (zone === undefined) throw new Error(`The account sees no zone of ${tx.shard}.`);
  if (isDomainError(zone)) return zone;
  const block = subnetBlock(tx, vpc, input.CidrBlock);
  if (isDomainError(block)) return block;
  const tags = tagsForType(input.TagSpecifications, 'subnet');
  if (isDomainError(tags)) return tags;
  const tooMany = tooManySubnets(tx, vpc.id);
  if (tooMany !== undefined) return tooMany;
  const ipv6CidrBlock =
    input.Ipv6CidrBlock === undefined ? undefined : subnetIpv6Block(tx, vpc, input.Ipv6CidrBlock);
  if (isDomainError(ipv6CidrBlock)) return ipv6CidrBlock;
  const subnet = addSubnet(tx, {
    vpcId: vpc.id,
    cidrBlock: formatIpv4Cidr(block),
    zoneId: zone.id,
    isDefault: false,
    ...(ipv6CidrBlock === undefined ? {} : { ipv6CidrBlock }),
  });
  return addTags(tx, subnet.id, 'subnet', tags) ?? { Subnet: renderSubnet(tx, subnet) };
};

/** Makes the default subnet of a zone anew after the account has deleted it. */
export const createDefaultSubnet: Operation<
  CreateDefaultSubnetRequest,
  CreateDefaultSubnetResult
> = (tx, input) => {
  if (input.Ipv6Native === true) return notBuilt('subnets without IPv4');
  const zone = requestedZone(tx, input);
  if (isDomainError(zone)) return zone;
  if (zone === undefined) return missingParameter('availabilityZone');
  const vpc = defaultVpcOf(tx);
  if (vpc === undefined) {
    return new DomainError(
      'DefaultVpcDoesNotExist',
      'No default VPC exists for this account in this region.',
    );
  }
  const existing = defaultSubnetIn(tx, zone.id);
  if (existing !== undefined) {
    return new DomainError(
      'DefaultSubnetAlreadyExistsInAvailabilityZone',
      `'${existing.id}' is already the default subnet in ${zone.name}.`,
    );
  }
  const subnet = addDefaultSubnet(tx, vpc, zone.id);
  if (subnet === undefined) {
    return new DomainError(
      'OperationNotPermitted',
      `The default VPC '${vpc.id}' has no free /20 block for a default subnet.`,
    );
  }
  return { Subnet: renderSubnet(tx, subnet) };
};

const filterFields = (view: View): FilterFields<Subnet> => {
  const fields: FilterFields<Subnet> = {
    'availability-zone': (subnet) => zoneNameOf(view, subnet.zoneId),
    'availability-zone-id': (subnet) => subnet.zoneId,
    'available-ip-address-count': (subnet) => availableAddressCount(view, subnet),
    'cidr-block': (subnet) => subnet.cidrBlock,
    'default-for-az': (subnet) => subnet.isDefault,
    'enable-dns64': (subnet) => subnet.enableDns64 ?? false,
    'enable-lni-at-device-index': () => undefined,
    'ipv6-cidr-block-association.association-id': (subnet) => subnet.ipv6CidrBlock?.associationId,
    'ipv6-cidr-block-association.ipv6-cidr-block': (subnet) => subnet.ipv6CidrBlock?.cidrBlock,
    'ipv6-cidr-block-association.state': (subnet) => subnet.ipv6CidrBlock && 'associated',
    'ipv6-native': () => false,
    'map-customer-owned-ip-on-launch': () => false,
    'map-public-ip-on-launch': (subnet) => subnet.mapPublicIpOnLaunch,
    'outpost-arn': () => undefined,
    'owner-id': () => view.account,
    'private-dns-name-options-on-launch.hostname-type': (subnet) => subnet.hostnameType,
    'private-dns-name-options-on-launch.enable-resource-name-dns-a-record': (subnet) =>
      subnet.enableResourceNameDnsARecord,
    'private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record': (subnet) =>
      subnet.enableResourceNameDnsAAAARecord ?? false,
    state: () => 'available',
    'subnet-arn': (subnet) => ec2Arn(view, 'subnet', subnet.id),
    'subnet-id': (subnet) => subnet.id,
    'vpc-id': (subnet) => subnet.vpcId,
  };
  // Names of older API versions, which AWS still takes.
  return Object.assign({}, fields, {
    availabilityZone: fields['availability-zone'],
    availabilityZoneId: fields['availability-zone-id'],
    cidr: fields['cidr-block'],
    cidrBlock: fields['cidr-block'],
    defaultForAz: fields['default-for-az'],
  });
};

export const describeSubnets: Operation<DescribeSubnetsRequest, DescribeSubnetsResult> = (
  tx,
  input,
) => {
  const page = describeResources(
    tx,
    Subnets,
    kinds.subnet,
    { ...input, ids: input.SubnetIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    Subnets: page.items.map((subnet) => renderSubnet(tx, subnet)),
    NextToken: page.nextToken,
  };
};

/** Attributes that mean Outposts or Local Zones: refused when switched on, without effect when off. */
const unbuiltAttributes = ['MapCustomerOwnedIpOnLaunch', 'DisableLniAtDeviceIndex'] as const;

const ipv6Attributes = (
  subnet: Subnet,
  input: Plain<ModifySubnetAttributeRequest>,
): Pick<
  Subnet,
  'assignIpv6AddressOnCreation' | 'enableDns64' | 'enableResourceNameDnsAAAARecord'
> => {
  const {
    AssignIpv6AddressOnCreation: assign,
    EnableDns64: dns64,
    EnableResourceNameDnsAAAARecordOnLaunch: aaaa,
  } = input;
  return {
    assignIpv6AddressOnCreation: assign?.Value ?? subnet.assignIpv6AddressOnCreation ?? false,
    enableDns64: dns64?.Value ?? subnet.enableDns64 ?? false,
    enableResourceNameDnsAAAARecord: aaaa?.Value ?? subnet.enableResourceNameDnsAAAARecord ?? false,
  };
};

/** Changes one attribute: AWS takes no two in one call. */
export const modifySubnetAttribute: Operation<
  ModifySubnetAttributeRequest,
  Record<string, never>
> = (tx, input) => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const { SubnetId: _, ...attributes } = input;
  if (Object.values(attributes).filter((value) => value !== undefined).length > 1) {
    return invalidParameterCombination('Fields for multiple attribute types specified');
  }
  const unbuilt = unbuiltAttributes.find((name) => input[name]?.Value === true);
  if (unbuilt !== undefined) return notBuilt(`the subnet attribute ${unbuilt}`);
  if (input.CustomerOwnedIpv4Pool !== undefined || input.EnableLniAtDeviceIndex !== undefined) {
    return notBuilt('Outposts');
  }
  if (input.AssignIpv6AddressOnCreation?.Value === true && subnet.ipv6CidrBlock === undefined) {
    return invalidParameterValue(
      `Invalid value 'true' for assignIpv6AddressOnCreation. The subnet '${subnet.id}' must have an IPv6 CIDR block.`,
    );
  }
  tx.put(Subnets, {
    ...subnet,
    ...ipv6Attributes(subnet, input),
    mapPublicIpOnLaunch: input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch,
    hostnameType: input.PrivateDnsHostnameTypeOnLaunch ?? subnet.hostnameType,
    enableResourceNameDnsARecord:
      input.EnableResourceNameDnsARecordOnLaunch?.Value ?? subnet.enableResourceNameDnsARecord,
  });
  return {};
};

/** Deletes a subnet that has no taken address: no instance, balancer or other network interface is left in it. */
export const deleteSubnet: Operation<DeleteSubnetRequest, Record<string, never>> = (tx, input) => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  if (takenAddressCount(tx, subnet.id) > 0) return dependencyViolation('subnet', subnet.id);
  for (const association of tx.find(RouteTableAssociations, 'subnet', subnet.id)) {
    tx.delete(RouteTableAssociations, association.id);
  }
  for (const association of tx.find(NetworkAclAssociations, 'subnet', subnet.id)) {
    tx.delete(NetworkAclAssociations, association.id);
  }
  for (const reservation of tx.find(SubnetCidrReservations, 'subnet', subnet.id)) {
    deleteResource(tx, SubnetCidrReservations, reservation.id);
  }
  deleteResource(tx, Subnets, subnet.id);
  return {};
};
