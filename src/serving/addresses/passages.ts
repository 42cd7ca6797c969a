import {
  InternetGateways,
  NetworkAclAssociations,
  NetworkAcls,
  RouteTableAssociations,
  RouteTables,
  SecurityGroupRules,
  Subnets,
} from '../../aws/ec2/entities.ts';
import {
  NetworkInterfaces,
  type NetworkInterface,
} from '../../aws/ec2/instances/instance-entities.ts';
import { admits, entryOf } from '../../aws/ec2/traffic/entry.ts';
import { allows } from '../../aws/ec2/traffic/allows.ts';
import { firstStop, passes, type Passage } from '../../aws/ec2/traffic/passage.ts';
import { anyAddress, wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { publicSidesOf } from '../../aws/ec2/addresses/associations.ts';
import { NatGateways } from '../../aws/ec2/nat-gateways/entities.ts';
import { nodeInterface } from '../../aws/elbv2/load-balancer-zones.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import type { BalancerNode } from '../../aws/elbv2/nodes.ts';
import { isNodeCheck } from '../../aws/elbv2/node-checks.ts';
import { instanceHosts } from './instance-hosts.ts';
import { servingLoadBalancers } from './load-balancers.ts';
import type { Owner, PublicOwner } from './owners.ts';
import { hostOfOwner } from './places.ts';

/** A client on this machine is outside of every VPC. It comes from here, and rules are asked about this address. */
export const loopbackClient = '127.0.0.1';

/** What decides which connections may begin, beside where instances are. */
export const passageTables = [
  SecurityGroupRules,
  NetworkAcls,
  NetworkAclAssociations,
  NetworkInterfaces,
  Subnets,
  RouteTables,
  RouteTableAssociations,
  InternetGateways,
] as const;

interface Reached {
  readonly view: View;
  readonly networkInterface: NetworkInterface;
}

/** The interface of a load balancer's node. */
const ofNode = (
  world: World,
  node: BalancerNode,
): (Reached & { readonly isInternal: boolean }) | undefined => {
  const serving = servingLoadBalancers(world).find(
    ({ loadBalancer }) => loadBalancer.id === node.loadBalancerArn,
  );
  const zone = serving?.loadBalancer.zones.find(({ zoneId }) => zoneId === node.zoneId);
  if (serving === undefined || zone === undefined) return undefined;
  const { view, loadBalancer } = serving;
  const networkInterface = nodeInterface(view, loadBalancer, zone.subnetId);
  const isInternal = loadBalancer.scheme === 'internal';
  return networkInterface === undefined ? undefined : { view, networkInterface, isInternal };
};

const ofInstance = (world: World, owner: PublicOwner): Reached | undefined => {
  const hosts = instanceHosts(world);
  const host = hostOfOwner(hosts, owner);
  if (host === undefined) return undefined;
  const view = world.view(host.region, host.account);
  const association =
    owner.kind === 'address'
      ? hosts.byAllocationId(owner.allocationId)?.elasticIp.association
      : undefined;
  const associated = view.get(NetworkInterfaces, association?.networkInterfaceId ?? '');
  return { view, networkInterface: associated ?? host.networkInterface };
};

/**
 * Whether a client outside may begin a TCP connection to a public side, given by the owner of its loopback address, at a
 * port of AWS's side. An instance's own address is no public side: what connects to it passes none of our connectors.
 */
export const passageTo = (world: World, owner: Owner, port: number, client: string): Passage => {
  if (owner.kind === 'instance') return passes;
  const node = owner.kind === 'node' ? ofNode(world, owner) : undefined;
  const reached = owner.kind === 'node' ? node : ofInstance(world, owner);
  // Who calls an internal load balancer cannot be told from here.
  if (reached === undefined || node?.isInternal === true) return passes;
  const { view, networkInterface } = reached;
  // Every instance in a public subnet has a public side here, also one without a public address of AWS's.
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
  if (owner.kind === 'node') return passageTo(world, owner, port, loopbackClient).allowed;
  const [checker] = checkersIn([checkerRegion]);
  // Our connectors go straight to the instance; what they stand for goes to its public side.
  const side: Owner =
    owner.kind === 'instance' ? { kind: 'public', instanceId: owner.instanceId } : owner;
  return passageTo(world, side, port, checker?.ipAddress ?? loopbackClient).allowed;
};

/** The interface behind an owner of a loopback address, and by which address instances call it. */
const destinationOf = (
  world: World,
  owner: Exclude<Owner, { readonly kind: 'instance' }>,
): (Reached & { readonly publicAddress: string | undefined }) | undefined => {
  const node = owner.kind === 'node' ? ofNode(world, owner) : undefined;
  const reached = owner.kind === 'node' ? node : ofInstance(world, owner);
  if (reached === undefined) return undefined;
  const [side] = publicSidesOf(reached.view, reached.networkInterface);
  return {
    ...reached,
    publicAddress: node?.isInternal === true ? undefined : (side?.publicIpAddress ?? anyAddress),
  };
};

/** The address by which others know an instance on the Internet: its own, or that of the NAT gateway on its way. */
const addressOutside = (
  view: View,
  { networkInterface }: { readonly networkInterface: NetworkInterface },
): string | undefined => {
  const [own] = publicSidesOf(view, networkInterface);
  if (own !== undefined) return own.publicIpAddress;
  const way = wayOut(view, networkInterface.subnetId, networkInterface);
  return way.kind === 'nat-gateway'
    ? (view.get(NatGateways, way.natGatewayId)?.publicIp ?? undefined)
    : undefined;
};

/**
 * Whether an instance in a network of its own may begin a TCP connection to what owns a loopback address, at a port of AWS's
 * side. Public sides, and the nodes of internet-facing load balancers, are out on the Internet: its routes must lead there,
 * and its security groups and network ACL let it out. The nodes of internal ones are in its VPC.
 */
export const passageFromInstance = (
  world: World,
  instanceId: string,
  owner: Owner,
  port: number,
): Passage => {
  const host = instanceHosts(world).byId(instanceId);
  if (host === undefined || owner.kind === 'instance') return passes;
  const destination = destinationOf(world, owner);
  if (destination === undefined) return passes;
  const { publicAddress, networkInterface } = destination;
  const view = world.view(host.region, host.account);
  const wanted = { source: host.networkInterface, protocol: 'tcp', port } as const;
  if (publicAddress === undefined)
    return allows(view, { ...wanted, destination: { kind: 'interface', networkInterface } });
  return firstStop([
    () => allows(view, { ...wanted, destination: { kind: 'outside', address: publicAddress } }),
    () => passageTo(world, owner, port, addressOutside(view, host) ?? loopbackClient),
  ]);
};
