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
import { passes, stopped, type Passage } from '../../aws/ec2/traffic/passage.ts';
import { wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { nodeInterface } from '../../aws/elbv2/load-balancer-zones.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import type { BalancerNode } from '../../aws/elbv2/nodes.ts';
import { isNodeCheck } from '../runners/node-reachability.ts';
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

/** The interface of an internet-facing load balancer's node. Who calls an internal one cannot be told from here. */
const ofNode = (world: World, node: BalancerNode): Reached | undefined => {
  const serving = servingLoadBalancers(world).find(
    ({ loadBalancer }) => loadBalancer.id === node.loadBalancerArn,
  );
  const zone = serving?.loadBalancer.zones.find(({ zoneId }) => zoneId === node.zoneId);
  if (serving === undefined || zone === undefined) return undefined;
  const { view, loadBalancer } = serving;
  if (loadBalancer.scheme === 'internal') return undefined;
  const networkInterface = nodeInterface(view, loadBalancer, zone.subnetId);
  return networkInterface === undefined ? undefined : { view, networkInterface };
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
  const reached = owner.kind === 'node' ? ofNode(world, owner) : ofInstance(world, owner);
  if (reached === undefined) return passes;
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

/**
 * Whether an instance in a network of its own gets to what owns a loopback address. Public sides, and the nodes of
 * internet-facing load balancers, are out on the Internet: it needs a way out. Internal nodes are in its VPC.
 */
export const mayLeaveTo = (world: World, instanceId: string, owner: Owner): Passage => {
  const host = instanceHosts(world).byId(instanceId);
  const isOutside = owner.kind !== 'node' || ofNode(world, owner) !== undefined;
  if (host === undefined || owner.kind === 'instance' || !isOutside) return passes;
  const view = world.view(host.region, host.account);
  const way = wayOut(view, host.networkInterface.subnetId, host.networkInterface);
  return way.kind === 'none' ? stopped('route', way.detail) : passes;
};
