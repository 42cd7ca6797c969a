import { Subnets } from '../../aws/ec2/entities.ts';
import { NatGateways } from '../../aws/ec2/nat-gateways/entities.ts';
import { routeTableOf } from '../../aws/ec2/network/route-tables.ts';
import { routeFor } from '../../aws/ec2/traffic/route-for.ts';
import { anyAddress, wayOut } from '../../aws/ec2/traffic/way-out.ts';
import { TargetGroups, Targets } from '../../aws/elbv2/entities.ts';
import { nodeInterface } from '../../aws/elbv2/load-balancer-zones.ts';
import { verdictToTarget } from '../../aws/elbv2/target-verdict.ts';
import { serverOf } from '../../aws/elbv2/target-use.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { servingLoadBalancers, type ServingLoadBalancer } from '../addresses/load-balancers.ts';
import { loopbackClient, verdictTo } from '../addresses/verdicts.ts';

/** Something that nobody on this machine reaches, although it is there, and why. */
export interface BlockedPath {
  /** For example `i-0123456789abcdef0 port 8080`. */
  readonly what: string;
  readonly detail: string;
}

const listenersOf = (
  world: World,
  { loadBalancer, listeners }: ServingLoadBalancer,
): readonly BlockedPath[] =>
  listeners.flatMap(({ port }) => {
    const verdicts = loadBalancer.zones.map(({ zoneId }) =>
      verdictTo(
        world,
        { kind: 'node', loadBalancerArn: loadBalancer.id, zoneId },
        port,
        loopbackClient,
      ),
    );
    const stop = verdicts.find((verdict) => !verdict.allowed);
    return stop === undefined || stop.allowed
      ? []
      : [{ what: `balancer ${loadBalancer.name} port ${port}`, detail: stop.detail }];
  });

const targetsOf = (serving: ServingLoadBalancer): readonly BlockedPath[] => {
  const { view, loadBalancer, targetGroupArns } = serving;
  const interfaces = loadBalancer.zones.map(({ subnetId }) =>
    nodeInterface(view, loadBalancer, subnetId),
  );
  return targetGroupArns.flatMap((arn) => {
    const group = view.get(TargetGroups, arn);
    if (group === undefined) return [];
    return view.find(Targets, 'targetGroup', arn).flatMap((target) => {
      const ports = new Set([target.port, group.healthCheck.port ?? target.port]);
      const stops = [...ports].flatMap((port) =>
        interfaces.map((from) =>
          verdictToTarget(view, from, target, serverOf(view, loadBalancer, target, from), port),
        ),
      );
      const stop = stops.find((verdict) => !verdict.allowed);
      const what = `balancer ${loadBalancer.name} to target ${target.targetId}:${target.port}`;
      return stop === undefined || stop.allowed ? [] : [{ what, detail: stop.detail }];
    });
  });
};

/** Subnets whose way out leads through a NAT gateway, and that have none now. */
export const blockedSubnetPaths = (world: World): readonly BlockedPath[] =>
  world.regionalViews().flatMap((view) => {
    // Without NAT gateways no subnet is looked at.
    const vpcIds = new Set(view.list(NatGateways).map(({ vpcId }) => vpcId));
    return [...vpcIds].flatMap((vpcId) => subnetsCutOff(view, vpcId));
  });

const subnetsCutOff = (view: View, vpcId: string): readonly BlockedPath[] =>
  view.find(Subnets, 'vpc', vpcId).flatMap((subnet) => {
    const route = routeFor(view, routeTableOf(view, subnet), anyAddress);
    if (route?.gatewayId.startsWith('nat-') !== true) return [];
    const way = wayOut(view, subnet.id);
    return way.kind === 'none'
      ? [{ what: `subnet ${subnet.id} to the Internet`, detail: way.detail }]
      : [];
  });

/** What security groups, network ACLs and routes keep from load balancers, and load balancers from their targets. */
export const blockedBalancerPaths = (world: World): readonly BlockedPath[] =>
  servingLoadBalancers(world).flatMap((serving) => [
    ...listenersOf(world, serving),
    ...targetsOf(serving),
  ]);
