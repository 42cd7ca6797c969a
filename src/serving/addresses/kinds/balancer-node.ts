import { nodeInterface } from '../../../aws/elbv2/load-balancer-zones.ts';
import { nodeLocation, type BalancerNode } from '../../../aws/elbv2/nodes.ts';
import type { World } from '../../../world/world.ts';
import { servingLoadBalancers } from '../load-balancers.ts';
import type { Entrance, OwnerKind } from './owner-kind.ts';

const entranceOf = (world: World, node: BalancerNode): Entrance | undefined => {
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

/** A load balancer's node in a zone. */
export const balancerNodeKind: OwnerKind<BalancerNode> = {
  place: (world, node) =>
    world.geography.zone(node.zoneId) === undefined
      ? undefined
      : { kind: 'hosted', ...nodeLocation(node) },
  dropsWhileNowhere: false,
  host: () => undefined,
  entrance: entranceOf,
  movesPorts: true,
};
