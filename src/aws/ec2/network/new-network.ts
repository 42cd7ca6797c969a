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

/** The rule number of the entries that end every network ACL: deny what none has allowed. Shown as `*`. */
export const lastRuleNumber = 32_767;

const aclEntry = (
  egress: boolean,
  ruleNumber: number,
  action: NetworkAclEntry['action'],
): NetworkAclEntry => ({
  ruleNumber,
  egress,
  protocol: '-1',
  action,
  cidr: '0.0.0.0/0',
  portRange: null,
  icmp: null,
});

/** Puts a network ACL: a default one lets everything through, one of the user's own nothing. */
export const addNetworkAcl = (tx: Tx, vpcId: string, isDefault: boolean): NetworkAcl => {
  const entries = [true, false].flatMap((egress) => [
    ...(isDefault ? [aclEntry(egress, 100, 'allow')] : []),
    aclEntry(egress, lastRuleNumber, 'deny'),
  ]);
  const acl: NetworkAcl = { id: newResourceId(tx, 'acl'), vpcId, isDefault, entries };
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
  allowAll(tx, group.id, true, { kind: 'ipv4', cidr: '0.0.0.0/0' });
  return group;
};

/** Puts a route table with the local routes of its VPC. */
export const addRouteTable = (tx: Tx, vpc: Vpc): RouteTable => {
  const table: RouteTable = {
    id: newResourceId(tx, 'rtb'),
    vpcId: vpc.id,
    routes: vpc.cidrBlocks.map((block) => localRoute(block.cidrBlock)),
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
  addNetworkAcl(tx, vpc.id, true);
  return vpc;
};

/** Puts a subnet, with its VPC's default network ACL. */
export const addSubnet = (
  tx: Tx,
  fields: Pick<Subnet, 'vpcId' | 'cidrBlock' | 'zoneId' | 'isDefault'>,
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
