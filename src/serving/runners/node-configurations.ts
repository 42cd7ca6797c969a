import {
  desiredNodes,
  type DesiredNode,
  type DesiredTarget,
} from '../../aws/elbv2/desired-nodes.ts';
import type {
  NodeConfiguration,
  NodeLoadBalancer,
  NodeTarget,
} from '../../plane/balancer/messages.ts';
import type { World } from '../../world/world.ts';
import { servingLoadBalancers } from '../addresses/load-balancers.ts';

/** Where the plane's sockets are. */
export interface NodeSockets {
  /** The loopback address of a load balancer's node in a zone. */
  nodeAddress(loadBalancerArn: string, zoneId: string): string;
  /** The loopback address of an instance. */
  instanceAddress(instanceId: string): string;
  /** The real port for one on AWS's side. */
  realPort(port: number): number;
}

const withSocket = (
  sockets: NodeSockets,
  { instanceId, healthCheckPort, ...target }: DesiredTarget,
): NodeTarget => ({
  ...target,
  socket:
    instanceId === undefined
      ? undefined
      : {
          address: sockets.instanceAddress(instanceId),
          port: sockets.realPort(target.port),
          healthCheckPort: sockets.realPort(healthCheckPort),
        },
});

const withSockets = (
  sockets: NodeSockets,
  { loadBalancerArn, zoneId, dnsName, attributes, listeners }: DesiredNode,
): NodeLoadBalancer => ({
  arn: loadBalancerArn,
  address: sockets.nodeAddress(loadBalancerArn, zoneId),
  dnsName,
  attributes,
  listeners: listeners.map((listener) => ({
    ...listener,
    realPort: sockets.realPort(listener.port),
  })),
});

/** What the balancer nodes of every zone in use are to do, read out of the world as it is now. */
export const nodeConfigurations = (
  world: World,
  sockets: NodeSockets,
): readonly NodeConfiguration[] => {
  const byZone = new Map<string, { readonly region: string; readonly nodes: DesiredNode[] }>();
  for (const { region, view, loadBalancer } of servingLoadBalancers(world)) {
    for (const node of desiredNodes(view, loadBalancer)) {
      const zone = byZone.get(node.zoneId) ?? { region, nodes: [] };
      zone.nodes.push(node);
      byZone.set(node.zoneId, zone);
    }
  }
  return [...byZone].map(([zoneId, { region, nodes }]) => ({
    region,
    zoneId,
    seed: world.seed,
    isolated: !world.conditions.zone(zoneId).connected,
    loadBalancers: nodes.map((node) => withSockets(sockets, node)),
    targetGroups: nodes.flatMap(({ targetGroups }) =>
      targetGroups.map((group) => ({
        ...group,
        targets: group.targets.map((target) => withSocket(sockets, target)),
      })),
    ),
  }));
};
