import { defineTable, type Entity } from '../../world/entity.ts';

/** A CIDR block that belongs to a VPC; the first is its primary one. */
interface VpcCidrBlock {
  /** For example `vpc-cidr-assoc-0123456789abcdef0`. */
  readonly associationId: string;
  readonly cidrBlock: string;
}

/** A block of IPv6 addresses of a VPC or a subnet. */
export interface Ipv6CidrBlock {
  /** For example `vpc-cidr-assoc-0123456789abcdef0` or `subnet-cidr-assoc-0123456789abcdef0`. */
  readonly associationId: string;
  /** In canonical form. */
  readonly cidrBlock: string;
}

/** A DHCP option set that the account has made. */
export interface DhcpOptionSet extends Entity {
  readonly configurations: readonly { readonly key: string; readonly values: readonly string[] }[];
}

export const DhcpOptionSets = defineTable<DhcpOptionSet>('ec2-dhcp-options');

/** A virtual private cloud. */
export interface Vpc extends Entity {
  /** At least one. */
  readonly cidrBlocks: readonly VpcCidrBlock[];
  /** Absent of a VPC that never had one. */
  readonly ipv6CidrBlocks?: readonly Ipv6CidrBlock[];
  /** `default` of a VPC that has none. */
  readonly dhcpOptionsId: string;
  readonly instanceTenancy: 'default' | 'dedicated' | 'host';
  readonly isDefault: boolean;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

export const Vpcs = defineTable<Vpc>('ec2-vpcs', {
  cidrAssociation: (vpc) =>
    [...vpc.cidrBlocks, ...(vpc.ipv6CidrBlocks ?? [])].map((block) => block.associationId),
  default: (vpc) => (vpc.isDefault ? 'default' : undefined),
  dhcpOptions: (vpc) => vpc.dhcpOptionsId,
});

/** A subnet: a range of a VPC's addresses in one zone. */
export interface Subnet extends Entity {
  readonly vpcId: string;
  readonly cidrBlock: string;
  /** The zone's id, the same for all accounts; its name follows from the account. */
  readonly zoneId: string;
  readonly isDefault: boolean;
  readonly mapPublicIpOnLaunch: boolean;
  readonly hostnameType: 'ip-name' | 'resource-name';
  readonly enableResourceNameDnsARecord: boolean;
  /** Absent of a subnet without IPv6. */
  readonly ipv6CidrBlock?: Ipv6CidrBlock | undefined;
  /** Absent is false, as of the next two. */
  readonly assignIpv6AddressOnCreation?: boolean;
  readonly enableDns64?: boolean;
  readonly enableResourceNameDnsAAAARecord?: boolean;
}

export const Subnets = defineTable<Subnet>('ec2-subnets', {
  ipv6Association: (subnet) => subnet.ipv6CidrBlock?.associationId,
  vpc: (subnet) => subnet.vpcId,
  zone: (subnet) => subnet.zoneId,
});

/**
 * Which of 256 neighbouring addresses of a subnet are taken. Many small entities rather than one a subnet: taking
 * an address writes 64 digits to the journal, be the subnet ever so large.
 */
export interface SubnetAddressBlock extends Entity {
  readonly subnetId: string;
  /** How many are taken, reserved ones not counted. */
  readonly taken: number;
  /** One hexadecimal digit for four addresses, the lowest first; a set bit is a taken address. */
  readonly bits: string;
}

/** By subnet id, a slash and the block's number from 0 on. A block with no taken address has no entity. */
export const SubnetAddressBlocks = defineTable<SubnetAddressBlock>('ec2-subnet-address-blocks', {
  subnet: (block) => block.subnetId,
});

/** Addresses of a subnet that nobody gets unless he names them. */
export interface SubnetCidrReservation extends Entity {
  readonly subnetId: string;
  readonly cidr: string;
  readonly type: 'prefix' | 'explicit';
  readonly description: string | null;
}

export const SubnetCidrReservations = defineTable<SubnetCidrReservation>(
  'ec2-subnet-cidr-reservations',
  { subnet: (reservation) => reservation.subnetId },
);

/** An internet gateway. */
export interface InternetGateway extends Entity {
  /** The VPC that it is attached to; null while it is detached. */
  readonly vpcId: string | null;
}

export const InternetGateways = defineTable<InternetGateway>('ec2-internet-gateways', {
  vpc: (gateway) => gateway.vpcId ?? undefined,
});

/** A gateway by which IPv6 traffic leaves a VPC, and nothing comes in but answers. */
export interface EgressOnlyInternetGateway extends Entity {
  readonly vpcId: string;
}

export const EgressOnlyInternetGateways = defineTable<EgressOnlyInternetGateway>(
  'ec2-egress-only-internet-gateways',
  { vpc: (gateway) => gateway.vpcId },
);

/** A route. Whether its target still exists is looked up when it is read. */
export interface Route {
  /** A CIDR block of IPv4 or IPv6, or the id of a prefix list. */
  readonly destination: string;
  /** `local`, or the id of what it leads to: `route-targets.ts` has the kinds. */
  readonly gatewayId: string;
  readonly origin: 'CreateRouteTable' | 'CreateRoute';
}

/** A route table. */
export interface RouteTable extends Entity {
  readonly vpcId: string;
  readonly routes: readonly Route[];
  /** The virtual private gateways whose routes come in by themselves; absent before there were any. */
  readonly propagatingGatewayIds?: readonly string[];
}

export const RouteTables = defineTable<RouteTable>('ec2-route-tables', {
  vpc: (table) => table.vpcId,
  prefixList: ({ routes }) =>
    routes.flatMap(({ destination }) => (destination.startsWith('pl-') ? destination : [])),
});

/** What uses a route table: a subnet, or, as the main one, all subnets of the VPC without one of their own. */
export interface RouteTableAssociation extends Entity {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** Null of the association that makes a table the main one, and of a gateway's. */
  readonly subnetId: string | null;
  /** The internet gateway whose arriving packets go by the table; absent of subnets' and of the main one. */
  readonly gatewayId?: string;
}

/** Whether an association makes its table the main one of the VPC. */
export const isMainAssociation = ({
  subnetId,
  gatewayId,
}: Pick<RouteTableAssociation, 'subnetId' | 'gatewayId'>): boolean =>
  subnetId === null && gatewayId === undefined;

export const RouteTableAssociations = defineTable<RouteTableAssociation>(
  'ec2-route-table-associations',
  {
    routeTable: (association) => association.routeTableId,
    subnet: (association) => association.subnetId ?? undefined,
    gateway: (association) => association.gatewayId,
    mainOfVpc: (association) => (isMainAssociation(association) ? association.vpcId : undefined),
  },
);

/** A security group; its rules are entities of their own. */
export interface SecurityGroup extends Entity {
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
}

/** The key under which the index `name` finds a security group: names are compared without case. */
export const securityGroupNameKey = (vpcId: string, name: string): string =>
  `${vpcId}/${name.toLowerCase()}`;

export const SecurityGroups = defineTable<SecurityGroup>('ec2-security-groups', {
  vpc: (group) => group.vpcId,
  name: (group) => securityGroupNameKey(group.vpcId, group.name),
});

/** Where a rule's traffic comes from or goes to. */
export type SecurityGroupPeer =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  | {
      readonly kind: 'group';
      readonly groupId: string;
      /** Of a group of a peered VPC: where that is. */
      readonly peered?: {
        readonly account: string;
        readonly vpcId: string;
        readonly peeringConnectionId: string;
      };
    };

/** One rule of a security group. */
export interface SecurityGroupRule extends Entity {
  readonly groupId: string;
  readonly isEgress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or another protocol's number. */
  readonly protocol: string;
  /** First port, or the ICMP type; -1 for all. */
  readonly fromPort: number;
  /** Last port, or the ICMP code; -1 for all. */
  readonly toPort: number;
  readonly peer: SecurityGroupPeer;
  readonly description: string | null;
}

export const SecurityGroupRules = defineTable<SecurityGroupRule>('ec2-security-group-rules', {
  group: (rule) => rule.groupId,
  /** The rules, of other groups of its VPC too, that name this group as their peer. */
  peerGroup: ({ peer }) =>
    peer.kind === 'group' && peer.peered === undefined ? peer.groupId : undefined,
  prefixList: ({ peer }) => (peer.kind === 'prefix-list' ? peer.prefixListId : undefined),
});

/** One entry of a network ACL. */
export interface NetworkAclEntry {
  readonly ruleNumber: number;
  readonly egress: boolean;
  /** A protocol's number, or `-1` for all. */
  readonly protocol: string;
  readonly action: 'allow' | 'deny';
  /** A CIDR block of IPv4 or IPv6. */
  readonly cidr: string;
  readonly portRange: { readonly from: number; readonly to: number } | null;
  readonly icmp: { readonly type: number; readonly code: number } | null;
}

/** A network ACL. */
export interface NetworkAcl extends Entity {
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly entries: readonly NetworkAclEntry[];
}

export const NetworkAcls = defineTable<NetworkAcl>('ec2-network-acls', {
  vpc: (acl) => acl.vpcId,
  defaultOfVpc: (acl) => (acl.isDefault ? acl.vpcId : undefined),
});

/** Which network ACL a subnet has: always exactly one. */
export interface NetworkAclAssociation extends Entity {
  readonly networkAclId: string;
  readonly subnetId: string;
}

export const NetworkAclAssociations = defineTable<NetworkAclAssociation>(
  'ec2-network-acl-associations',
  {
    networkAcl: (association) => association.networkAclId,
    subnet: (association) => association.subnetId,
  },
);

/** A key pair: what is kept of it is the public half. */
export interface KeyPair extends Entity {
  readonly name: string;
  readonly type: 'rsa' | 'ed25519';
  readonly fingerprint: string;
  /** OpenSSH form: type, base64 and the key's name. */
  readonly publicKey: string;
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
}

export const KeyPairs = defineTable<KeyPair>('ec2-key-pairs', { name: (key) => key.name });

/** What an account found in a Region when it first looked: kept so that what it deletes stays deleted. */
export interface DefaultNetwork extends Entity {
  /** The DHCP options that every VPC begins with. */
  readonly dhcpOptionsId: string;
}

/** One entity with the id `default`, once the default network was made. */
export const DefaultNetworks = defineTable<DefaultNetwork>('ec2-default-networks');

/** A group of Local Zones that the account has opted in to, by the group's name. */
export type ZoneGroupOptIn = Entity;

export const ZoneGroupOptIns = defineTable<ZoneGroupOptIn>('ec2-zone-group-opt-ins');
