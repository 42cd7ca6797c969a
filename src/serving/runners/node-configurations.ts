import { nodeLocation } from '../../aws/elbv2/nodes.ts';
import {
  desiredNodes,
  type DesiredNode,
  type DesiredTarget,
} from '../../aws/elbv2/desired-nodes.ts';
import type { LoadBalancer } from '../../aws/elbv2/entities.ts';
import type {
  NodeConfiguration,
  NodeLoadBalancer,
  NodeTarget,
  NodeTargetGroup,
} from '../../plane/balancer/messages.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { servingLoadBalancers } from '../addresses/load-balancers.ts';
import type { EntityPlace } from '../derived/per-entity.ts';

/** Where the plane's sockets are. */
export interface NodeSockets {
  /** The loopback address of a load balancer's node in a zone. */
  nodeAddress(loadBalancerArn: string, zoneId: string): string;
  /** The loopback address of an instance. */
  instanceAddress(instanceId: string): string;
  /** Where connections come from whose way was carried. */
  readonly carrierAddress: string;
  /** The real port for one on AWS's side. */
  realPort(port: number): number;
}

/** A client on this machine is outside of every Region, and right beside it. */
const besideUs = { kind: 'vantage', roundTripMs: () => 0 } as const;

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
  view: View,
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
  entrance: view.conditions.reach(besideUs, {
    kind: 'hosted',
    ...nodeLocation({ loadBalancerArn, zoneId }),
  }),
});

/** What one load balancer is to have of a zone's nodes. */
export interface NodePart {
  readonly zoneId: string;
  readonly loadBalancer: NodeLoadBalancer;
  readonly targetGroups: readonly NodeTargetGroup[];
}

/** What a load balancer's nodes are to do in each of its zones, with the sockets of the plane. */
export const nodePartsOf = (
  sockets: NodeSockets,
  view: View,
  loadBalancer: LoadBalancer,
): readonly NodePart[] =>
  desiredNodes(view, loadBalancer).map((node) => ({
    zoneId: node.zoneId,
    loadBalancer: withSockets(sockets, view, node),
    targetGroups: node.targetGroups.map((group) => ({
      ...group,
      targets: group.targets.map((target) => withSocket(sockets, target)),
    })),
  }));

/** What the balancer nodes of every zone in use are to do, made of what each load balancer is to have of them. */
export const nodeConfigurations = (
  world: World,
  { carrierAddress }: Pick<NodeSockets, 'carrierAddress'>,
  partsOf: (place: EntityPlace) => readonly NodePart[] | undefined,
): readonly NodeConfiguration[] => {
  const byZone = new Map<string, { readonly region: string; readonly parts: NodePart[] }>();
  for (const { region, view, loadBalancer } of servingLoadBalancers(world)) {
    const { account } = view;
    for (const part of partsOf({ region, account, id: loadBalancer.id }) ?? []) {
      const zone = byZone.get(part.zoneId) ?? { region, parts: [] };
      byZone.set(part.zoneId, zone);
      zone.parts.push(part);
    }
  }
  return [...byZone].map(([zoneId, { region, parts }]) => ({
    region,
    zoneId,
    seed: world.seed,
    carrierAddress,
    loadBalancers: parts.map(({ loadBalancer }) => loadBalancer),
    targetGroups: parts.flatMap(({ targetGroups }) => targetGroups),
  }));
};

const areSame = (a: readonly object[], b: readonly object[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** The configurations that there were for those zones of which no part is another one. */
export const withThoseBefore = (
  before: readonly NodeConfiguration[],
  now: readonly NodeConfiguration[],
): readonly NodeConfiguration[] => {
  const known = new Map(before.map((one) => [one.zoneId, one]));
  return now.map((one) => {
    const other = known.get(one.zoneId);
    return other !== undefined &&
      areSame(one.loadBalancers, other.loadBalancers) &&
      areSame(one.targetGroups, other.targetGroups)
      ? other
      : one;
  });
};
