import type { Tx } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import {
  InternetGateways,
  NetworkAclAssociations,
  NetworkAcls,
  RouteTableAssociations,
  RouteTables,
  SecurityGroupRules,
  SecurityGroups,
  Subnets,
  Vpcs,
  type InternetGateway,
  type Ipv6CidrBlock,
  type NetworkAcl,
  type NetworkAclEntry,
  type RouteTable,
  type SecurityGroup,
  type SecurityGroupRule,
  type Subnet,
  type Vpc,
} from '../entities.ts';

/** The route that every route table begins with: inside the VPC everything finds everything. */
export const localRoute = (cidrBlock: string): RouteTable['routes'][number] => ({
  destination: cidrBlock,
  gatewayId: 'local',
  origin: 'CreateRouteTable',
});

/** Whether a VPC has a block of IPv6 addresses. */
export const hasIpv6 = ({ ipv6CidrBlocks = [] }: Pick<Vpc, 'ipv6CidrBlocks'>): boolean =>
  ipv6CidrBlocks.length > 0;

/** The rule number of the entries that end every network ACL: deny what none has allowed. Shown as `*`. */
export const lastRuleNumber = 32_767;

/** The one of those that is for IPv6, in a VPC with such a block. */
const lastIpv6RuleNumber = 32_768;

const everywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;

const aclEntry = (
  egress: boolean,
  ruleNumber: number,
  action: NetworkAclEntry['action'],
  cidr: string = everywhere.ipv4,
): NetworkAclEntry => ({
  ruleNumber,
  egress,
  protocol: '-1',
  action,
  cidr,
  portRange: null,
  icmp: null,
});

/** Egress before ingress, each by number, as AWS lists the entries of a network ACL. */
export const byNumber = (a: NetworkAclEntry, b: NetworkAclEntry): number =>
  Number(b.egress) - Number(a.egress) || a.ruleNumber - b.ruleNumber;

/** What a network ACL has for IPv6: 101 beside 100, and 32768 at its end ("Default network ACL", Amazon VPC User Guide). */
const ipv6AclEntries = (allows: boolean): readonly NetworkAclEntry[] =>
  [true, false].flatMap((egress) => [
    ...(allows ? [aclEntry(egress, 101, 'allow', everywhere.ipv6)] : []),
    aclEntry(egress, lastIpv6RuleNumber, 'deny', everywhere.ipv6),
  ]);

const ipv4AclEntries = (allows: boolean): readonly NetworkAclEntry[] =>
  [true, false].flatMap((egress) => [
    ...(allows ? [aclEntry(egress, 100, 'allow')] : []),
    aclEntry(egress, lastRuleNumber, 'deny'),
  ]);

/** Puts a network ACL: a default one lets everything through, one of the user's own nothing. */
export const addNetworkAcl = (
  tx: Tx,
  vpc: Pick<Vpc, 'id' | 'ipv6CidrBlocks'>,
  isDefault: boolean,
): NetworkAcl => {
  const ipv6Entries = hasIpv6(vpc) ? ipv6AclEntries(isDefault) : [];
  const entries = [...ipv4AclEntries(isDefault), ...ipv6Entries].toSorted(byNumber);
  const acl: NetworkAcl = { id: newResourceId(tx, 'acl'), vpcId: vpc.id, isDefault, entries };
  tx.put(NetworkAcls, acl);
  return acl;
};

/** Puts a rule that lets everything through to or from a peer. */
const allowAll = (
  tx: Tx,
  groupId: string,
  isEgress: boolean,
  peer: SecurityGroupRule['peer'],
): void =>
  tx.put(SecurityGroupRules, {
    id: newResourceId(tx, 'sgr'),
    groupId,
    isEgress,
    protocol: '-1',
    fromPort: -1,
    toPort: -1,
    peer,
    description: null,
  });

/** Puts a security group; as every new one it lets everything out and nothing in. */
export const addSecurityGroup = (
  tx: Tx,
  fields: Pick<SecurityGroup, 'vpcId' | 'name' | 'description'>,
): SecurityGroup => {
  const group: SecurityGroup = { id: newResourceId(tx, 'sg'), ...fields };
  tx.put(SecurityGroups, group);
  allowAll(tx, group.id, true, { kind: 'ipv4', cidr: everywhere.ipv4 });
  const vpc = tx.get(Vpcs, fields.vpcId);
  if (vpc !== undefined && hasIpv6(vpc)) allowAllIpv6Out(tx, group.id);
  return group;
};

const allowAllIpv6Out = (tx: Tx, groupId: string): void =>
  allowAll(tx, groupId, true, { kind: 'ipv6', cidr: everywhere.ipv6 });

/** Whether a group lets out what a new one does, and nobody has changed that. */
const letsOutAsNew = (tx: Tx, groupId: string): boolean => {
  const [rule, ...others] = tx
    .find(SecurityGroupRules, 'group', groupId)
    .filter(({ isEgress }) => isEgress);
  return (
    others.length === 0 &&
    rule?.protocol === '-1' &&
    rule.peer.kind === 'ipv4' &&
    rule.peer.cidr === everywhere.ipv4
  );
};

const isNewDefaultAcl = ({ isDefault, entries }: NetworkAcl): boolean =>
  isDefault && JSON.stringify(entries) === JSON.stringify(ipv4AclEntries(true));

/**
 * Gives a VPC a block of IPv6 addresses, its route tables local routes for it, and, with its first one, its groups and
 * network ACLs what they have for IPv6; what the user has changed of them is left to the user ("Security group rules" and
 * "Network ACL basics", Amazon VPC User Guide).
 */
export const addIpv6Block = (tx: Tx, vpc: Vpc, block: Ipv6CidrBlock): Vpc => {
  const isFirst = !hasIpv6(vpc);
  const changed = { ...vpc, ipv6CidrBlocks: [...(vpc.ipv6CidrBlocks ?? []), block] };
  tx.put(Vpcs, changed);
  for (const table of tx.find(RouteTables, 'vpc', vpc.id)) {
    tx.put(RouteTables, { ...table, routes: [...table.routes, localRoute(block.cidrBlock)] });
  }
  if (!isFirst) return changed;
  for (const acl of tx.find(NetworkAcls, 'vpc', vpc.id)) {
    const isThere = acl.entries.some(({ ruleNumber }) => ruleNumber === lastIpv6RuleNumber);
    if (isThere) continue;
    const entries = [...acl.entries, ...ipv6AclEntries(isNewDefaultAcl(acl))].toSorted(byNumber);
    tx.put(NetworkAcls, { ...acl, entries });
  }
  for (const group of tx.find(SecurityGroups, 'vpc', vpc.id)) {
    if (letsOutAsNew(tx, group.id)) allowAllIpv6Out(tx, group.id);
  }
  return changed;
};

/** Puts a route table with the local routes of its VPC. */
export const addRouteTable = (tx: Tx, vpc: Vpc): RouteTable => {
  const table: RouteTable = {
    id: newResourceId(tx, 'rtb'),
    vpcId: vpc.id,
    routes: [...vpc.cidrBlocks, ...(vpc.ipv6CidrBlocks ?? [])].map((block) =>
      localRoute(block.cidrBlock),
    ),
  };
  tx.put(RouteTables, table);
  return table;
};

/** Puts a VPC with what comes with every one: main route table, default security group, default network ACL. */
export const addVpc = (
  tx: Tx,
  cidrBlock: string,
  fields: Pick<Vpc, 'dhcpOptionsId' | 'instanceTenancy' | 'isDefault'>,
): Vpc => {
  const vpc: Vpc = {
    id: newResourceId(tx, 'vpc'),
    cidrBlocks: [{ associationId: newResourceId(tx, 'vpc-cidr-assoc'), cidrBlock }],
    enableDnsSupport: true,
    // "DNS attributes for your VPC", Amazon VPC User Guide: on in a default VPC, else off.
    enableDnsHostnames: fields.isDefault,
    ...fields,
  };
  tx.put(Vpcs, vpc);
  const table = addRouteTable(tx, vpc);
  tx.put(RouteTableAssociations, {
    id: newResourceId(tx, 'rtbassoc'),
    routeTableId: table.id,
    vpcId: vpc.id,
    subnetId: null,
  });
  const group = addSecurityGroup(tx, {
    vpcId: vpc.id,
    name: 'default',
    description: 'default VPC security group',
  });
  allowAll(tx, group.id, false, { kind: 'group', groupId: group.id });
  addNetworkAcl(tx, vpc, true);
  return vpc;
};

/** Puts a subnet, with its VPC's default network ACL. */
export const addSubnet = (
  tx: Tx,
  fields: Pick<Subnet, 'vpcId' | 'cidrBlock' | 'zoneId' | 'isDefault' | 'ipv6CidrBlock'>,
): Subnet => {
  const subnet: Subnet = {
    id: newResourceId(tx, 'subnet'),
    mapPublicIpOnLaunch: fields.isDefault,
    hostnameType: 'ip-name',
    enableResourceNameDnsARecord: false,
    ...fields,
  };
  tx.put(Subnets, subnet);
  const [acl] = tx.find(NetworkAcls, 'defaultOfVpc', subnet.vpcId);
  if (acl === undefined) throw new Error(`${subnet.vpcId} has no default network ACL.`);
  tx.put(NetworkAclAssociations, {
    id: newResourceId(tx, 'aclassoc'),
    networkAclId: acl.id,
    subnetId: subnet.id,
  });
  return subnet;
};

/** Puts an internet gateway, attached or not. */
export const addInternetGateway = (tx: Tx, vpcId: string | null): InternetGateway => {
  const gateway: InternetGateway = { id: newResourceId(tx, 'igw'), vpcId };
  tx.put(InternetGateways, gateway);
  return gateway;
};
