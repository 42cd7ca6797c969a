import {
  InternetGateways,
  NetworkAclAssociations,
  NetworkAcls,
  RouteTableAssociations,
  RouteTables,
  SecurityGroupRules,
  Subnets,
} from '../../aws/ec2/entities.ts';
import { NetworkInterfaces } from '../../aws/ec2/instances/instance-entities.ts';
import { admits, entryOf } from '../../aws/ec2/traffic/entry.ts';
import { allows } from '../../aws/ec2/traffic/allows.ts';
import { firstDrop, accepted, type Verdict } from '../../aws/ec2/traffic/verdict.ts';
import { anyAddress, placeOfNatGateway, wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { elasticIpAt, publicSidesOf } from '../../aws/ec2/addresses/associations.ts';
import { NatGateways } from '../../aws/ec2/nat-gateways/entities.ts';
import { PrefixLists } from '../../aws/ec2/prefix-lists/entities.ts';
import { PeeringConnections } from '../../aws/ec2/peering/entities.ts';
import { TransitAttachments, TransitRouteTables } from '../../aws/ec2/transit-gateways/entities.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import type { Place } from '../../world/places.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { isNodeCheck } from '../../aws/elbv2/node-checks.ts';
import { instanceHosts, type InstanceHost } from './instance-hosts.ts';
import type { Entrance } from './kinds/owner-kind.ts';
import { entranceOf } from './kinds/owner-kinds.ts';
import type { Owner } from './owners.ts';

/** A client on this machine is outside of every VPC. It comes from here, and rules are asked about this address. */
export const loopbackClient = '127.0.0.1';

/** What decides which connections may begin, beside where instances are. */
export const verdictTables = [
  SecurityGroupRules,
  NetworkAcls,
  NetworkAclAssociations,
  NetworkInterfaces,
  Subnets,
  RouteTables,
  RouteTableAssociations,
  InternetGateways,
  PeeringConnections,
  PrefixLists,
  TransitAttachments,
  TransitRouteTables,
] as const;

/**
 * Whether a client outside may begin a TCP connection to a public side, given by the owner of its loopback address, at a
 * port of AWS's side. An instance's own address is no public side: what connects to it passes none of our connectors.
 */
export const verdictTo = (world: World, owner: Owner, port: number, client: string): Verdict => {
  const entrance = entranceOf(world, owner);
  // Who calls an internal load balancer cannot be told from here.
  if (entrance === undefined || entrance.isInternal) return accepted;
  const { view, networkInterface } = entrance;
  return admits(entryOf(view, networkInterface, 'tcp', port), client);
};

/**
 * Whether one of Route 53's checkers may connect to what owns a loopback address. To an instance it comes from an address
 * of its Region's published range. A balancer's node decides by itself about who connects, by loopback address; how
 * AWS watches its own nodes does not depend on their security groups.
 */
export const isCheckerLetIn = (
  world: World,
  checkId: string,
  checkerRegion: string,
  owner: Owner,
  port: number,
): boolean => {
  if (isNodeCheck(checkId)) return true;
  if (owner.kind === 'node') return verdictTo(world, owner, port, loopbackClient).allowed;
  const [checker] = checkersIn([checkerRegion]);
  // Our connectors go straight to the instance; what they stand for goes to its public side.
  const side: Owner =
    owner.kind === 'instance' ? { kind: 'public', instanceId: owner.instanceId } : owner;
  return verdictTo(world, side, port, checker?.ipAddress ?? loopbackClient).allowed;
};

/** By what others know an instance on the Internet: a public address of its own, or that of the NAT gateway on its way. */
export interface OutsideSide {
  readonly publicIp: string;
  readonly owner: Owner;
  /** Where the NAT gateway on its way stands; absent without one. */
  readonly gateway?: Place;
}

const outsideSide = (
  view: View,
  { networkInterface, instance }: Pick<InstanceHost, 'networkInterface' | 'instance'>,
  towards: string,
): OutsideSide | undefined => {
  const way = wayOut(view, networkInterface.subnetId, networkInterface, towards);
  if (way.kind === 'none') return undefined;
  if (way.kind === 'nat-gateway') {
    const gateway = view.get(NatGateways, way.natGatewayId);
    const { publicIp = null, allocationId = null } = gateway ?? {};
    return publicIp === null || allocationId === null
      ? undefined
      : {
          publicIp,
          owner: { kind: 'address', allocationId },
          gateway: placeOfNatGateway(way),
        };
  }
  const [own] = publicSidesOf(view, networkInterface);
  if (own === undefined) return undefined;
  const elastic = elasticIpAt(view, networkInterface);
  return {
    publicIp: own.publicIpAddress,
    owner:
      elastic === undefined
        ? { kind: 'public', instanceId: instance.id }
        : { kind: 'address', allocationId: elastic.id },
  };
};

/** The address of AWS's side that an entrance is called by. A balancer's nodes have none that the API gives. */
const addressAt = ({ view, networkInterface }: Entrance): string =>
  publicSidesOf(view, networkInterface)[0]?.publicIpAddress ?? anyAddress;

/**
 * Who stands for an instance towards what owns a loopback address: the Elastic IP of the NAT gateway on its way, or its own public
 * side. Undefined towards what is in its VPC, and while no way leads out.
 */
export const sideTowards = (
  world: World,
  instanceId: string,
  owner: Owner,
): OutsideSide | undefined => {
  const host = instanceHosts(world).byId(instanceId);
  const entrance = entranceOf(world, owner);
  if (host === undefined || entrance === undefined || entrance.isInternal) return undefined;
  return outsideSide(world.view(host.region, host.account), host, addressAt(entrance));
};

/**
 * Whether an instance in a network of its own may begin a TCP connection to what owns a loopback address, at a port of AWS's
 * side. Public sides, and the nodes of internet-facing load balancers, are out on the Internet: its routes must lead there,
 * and its security groups and network ACL let it out. The nodes of internal ones are in its VPC.
 */
export const verdictFromInstance = (
  world: World,
  instanceId: string,
  owner: Owner,
  port: number,
): Verdict => {
  const host = instanceHosts(world).byId(instanceId);
  const entrance = entranceOf(world, owner);
  if (host === undefined || entrance === undefined) return accepted;
  const { networkInterface } = entrance;
  const view = world.view(host.region, host.account);
  const wanted = { source: host.networkInterface, protocol: 'tcp', port } as const;
  if (entrance.isInternal)
    return allows(view, {
      ...wanted,
      destination: { kind: 'interface', networkInterface, view: entrance.view },
    });
  const address = addressAt(entrance);
  return firstDrop([
    () => allows(view, { ...wanted, destination: { kind: 'outside', address } }),
    () =>
      verdictTo(world, owner, port, outsideSide(view, host, address)?.publicIp ?? loopbackClient),
  ]);
};
