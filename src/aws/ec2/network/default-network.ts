import type { Tx, View } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { accountZones } from '../../shared/account-zones.ts';
import {
  blockSize,
  blocksOverlap,
  formatIpv4Cidr,
  parseIpv4Cidr,
  type Ipv4Block,
} from '../../shared/cidr.ts';
import {
  DefaultNetworks,
  RouteTables,
  RouteTableAssociations,
  Subnets,
  Vpcs,
  type RouteTable,
  type Subnet,
  type Vpc,
} from '../entities.ts';
import { addInternetGateway, addSubnet, addVpc } from './new-network.ts';

/** "Default VPC components", Amazon VPC User Guide. */
const defaultVpcCidr = '172.31.0.0/16';
const defaultSubnetPrefixLength = 20;

/** The account's default VPC in this Region, unless it was deleted. */
export const defaultVpcOf = (view: View): Vpc | undefined =>
  view.find(Vpcs, 'default', 'default')[0];

/** The default subnet in a zone, unless it was deleted or none was made. */
export const defaultSubnetIn = (view: View, zoneId: string): Subnet | undefined =>
  view.find(Subnets, 'zone', zoneId).find((subnet) => subnet.isDefault);

/** The route table of all subnets of a VPC that have none of their own. */
export const mainRouteTableOf = (view: View, vpcId: string): RouteTable => {
  const [association] = view.find(RouteTableAssociations, 'mainOfVpc', vpcId);
  const table =
    association === undefined ? undefined : view.get(RouteTables, association.routeTableId);
  if (table === undefined) throw new Error(`${vpcId} has no main route table.`);
  return table;
};

/** The DHCP options that new VPCs get. */
export const defaultDhcpOptionsId = (tx: Tx): string => {
  const known = tx.get(DefaultNetworks, 'default');
  if (known !== undefined) return known.dhcpOptionsId;
  const dhcpOptionsId = newResourceId(tx, 'dopt');
  tx.put(DefaultNetworks, { id: 'default', dhcpOptionsId });
  return dhcpOptionsId;
};

const blocksOf = (subnets: readonly Subnet[]): readonly Ipv4Block[] =>
  subnets.flatMap((subnet) => parseIpv4Cidr(subnet.cidrBlock) ?? []);

/** Puts the default subnet of a zone on the first free /20 of the default VPC; undefined when none is free. */
export const addDefaultSubnet = (tx: Tx, vpc: Vpc, zoneId: string): Subnet | undefined => {
  const whole = parseIpv4Cidr(defaultVpcCidr);
  if (whole === undefined) throw new Error(`${defaultVpcCidr} is not a CIDR block.`);
  const taken = blocksOf(tx.find(Subnets, 'vpc', vpc.id));
  const step = 2 ** (32 - defaultSubnetPrefixLength);
  for (let first = whole.first; first < whole.first + blockSize(whole); first += step) {
    const block: Ipv4Block = { first, prefixLength: defaultSubnetPrefixLength };
    if (taken.some((other) => blocksOverlap(other, block))) continue;
    const cidrBlock = formatIpv4Cidr(block);
    return addSubnet(tx, { vpcId: vpc.id, cidrBlock, zoneId, isDefault: true });
  }
  return undefined;
};

/** Puts a default VPC with a default subnet per zone and an internet gateway that the main route table leads to. */
export const addDefaultVpc = (tx: Tx): Vpc => {
  const vpc = addVpc(tx, defaultVpcCidr, {
    dhcpOptionsId: defaultDhcpOptionsId(tx),
    instanceTenancy: 'default',
    isDefault: true,
  });
  const gateway = addInternetGateway(tx, vpc.id);
  const table = mainRouteTableOf(tx, vpc.id);
  tx.put(RouteTables, {
    ...table,
    routes: [
      ...table.routes,
      { destination: '0.0.0.0/0', gatewayId: gateway.id, origin: 'CreateRoute' },
    ],
  });
  for (const zone of accountZones(tx)) addDefaultSubnet(tx, vpc, zone.id);
  return vpc;
};

/**
 * Makes the default network of the account in this Region when it first looks, and never again: what it deletes
 * stays deleted until CreateDefaultVpc or CreateDefaultSubnet bring it back.
 */
export const prepareDefaultNetwork = (tx: Tx): void => {
  if (tx.get(DefaultNetworks, 'default') === undefined) addDefaultVpc(tx);
};
