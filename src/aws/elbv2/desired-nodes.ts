import type { View } from '../../world/transaction.ts';
import { noWay, type Way } from '../../world/way.ts';
import type { NetworkInterface } from '../ec2/instances/instance-entities.ts';
import { locationOf } from '../ec2/instances/instance-location.ts';
import { entryOf, type Entry } from '../ec2/traffic/entry.ts';
import {
  groupsOfListeners,
  Listeners,
  TargetGroups,
  Targets,
  type Listener,
  type LoadBalancer,
  type LoadBalancerZone,
  type Target,
  type TargetGroup,
} from './entities.ts';
import { nodeInterface } from './load-balancer-zones.ts';
import {
  isCrossZone,
  minimumHealthyTargets,
  nodeAttributes,
  type LoadBalancerAttributes,
} from './node-attributes.ts';
import { nodeLocation, type BalancerNode } from './nodes.ts';
import type { Routing } from './pick-target.ts';
import type { HealthCheck } from './target-health.ts';
import { verdictToTarget } from './target-verdict.ts';
import { serverOf, targetUse } from './target-use.ts';

/** What the node of a load balancer in one zone is to do, whatever its sockets are. All durations are world time. */
export interface DesiredNode extends BalancerNode {
  /** The load balancer's name, which stands for the Host of clients that name none. */
  readonly dnsName: string;
  readonly attributes: LoadBalancerAttributes;
  readonly listeners: readonly DesiredListener[];
  readonly targetGroups: readonly DesiredTargetGroup[];
}

export interface DesiredListener {
  readonly arn: string;
  /** The port on AWS's side: what X-Forwarded-Port says. */
  readonly port: number;
  readonly action: NodeAction;
  /** Who may connect; everyone when it is absent. The packets of others are dropped. */
  readonly entry?: Entry;
}

/** A listener's default action. */
export type NodeAction =
  | { readonly type: 'forward'; readonly targetGroups: readonly WeightedTargetGroup[] }
  | {
      readonly type: 'fixed-response';
      readonly statusCode: number;
      readonly contentType: string;
      readonly body: string;
    }
  | {
      readonly type: 'redirect';
      readonly statusCode: 301 | 302;
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    };

interface WeightedTargetGroup {
  readonly arn: string;
  readonly weight: number;
}

export interface DesiredTargetGroup {
  readonly arn: string;
  /** The load balancer that uses it: from its node's address come the probes. */
  readonly loadBalancerArn: string;
  readonly healthCheck: HealthCheck;
  readonly routing: Routing;
  readonly targets: readonly DesiredTarget[];
}

/** What a node needs to know of a target beside its socket. */
export interface TargetInNode {
  /** The instance id or the address, as registered. */
  readonly id: string;
  /** The port on AWS's side, as registered. */
  readonly port: number;
  readonly zoneId: string;
  readonly draining: boolean;
  readonly unused: boolean;
  /** World time at which it was registered, or at which it last became used; a new moment is a new beginning. */
  readonly since: number;
  /** What bytes from this zone to the target meet. */
  readonly way: Way;
  /**
   * Whether security groups and network ACLs let connections begin: to the port for traffic, and to the one for health
   * checks. Both when it is absent; those that stand already go on.
   */
  readonly lets?: { readonly traffic: boolean; readonly probes: boolean };
}

export interface DesiredTarget extends TargetInNode {
  /** The instance that answers there; undefined while none runs. */
  readonly instanceId: string | undefined;
  /** The port of the health check on AWS's side: the same one unless the target group names another. */
  readonly healthCheckPort: number;
}

const actionOf = ({ defaultAction: action }: Listener): NodeAction => {
  switch (action.type) {
    case 'forward':
      return {
        type: 'forward',
        targetGroups: action.groups.map((group) => ({
          arn: group.targetGroupArn,
          weight: group.weight,
        })),
      };
    case 'fixed-response':
      return {
        type: 'fixed-response',
        statusCode: action.statusCode,
        contentType: action.contentType ?? 'text/plain',
        body: action.body ?? '',
      };
    case 'redirect':
      return action;
  }
};

/** A target of a group, as far as all nodes see it alike. */
interface UsedTarget {
  readonly target: Target;
  readonly unused: boolean;
  readonly since: number;
}

/** A target group that a load balancer forwards to. */
interface UsedGroup {
  readonly group: TargetGroup;
  readonly targets: readonly UsedTarget[];
}

const usedGroups = (
  view: View,
  loadBalancer: LoadBalancer,
  listeners: readonly Listener[],
): readonly UsedGroup[] => {
  return groupsOfListeners(listeners).flatMap((arn) => {
    const group = view.get(TargetGroups, arn);
    if (group === undefined) return [];
    const targets = view.find(Targets, 'targetGroup', arn).map((target) => {
      const { unused, since } = targetUse(view, loadBalancer, target);
      return { target, unused: unused !== undefined, since };
    });
    return { group, targets };
  });
};

/** A node, and the interface that its connections come from. */
interface NodePlace extends BalancerNode {
  readonly view: View;
  readonly loadBalancer: LoadBalancer;
  readonly from: NetworkInterface | undefined;
}

const desiredTarget = (
  { view, loadBalancer, loadBalancerArn, zoneId, from }: NodePlace,
  group: TargetGroup,
  { target, unused, since }: UsedTarget,
): DesiredTarget => {
  const server = serverOf(view, loadBalancer, target, from);
  const healthCheckPort = group.healthCheck.port ?? target.port;
  const lets = (port: number): boolean => verdictToTarget(view, from, target, server, port).allowed;
  const traffic = lets(target.port);
  return {
    id: target.targetId,
    port: target.port,
    zoneId: target.zoneId ?? zoneId,
    instanceId: server?.instance.state === 'running' ? server.instance.id : undefined,
    healthCheckPort,
    draining: target.drainingUntil !== null,
    unused,
    since,
    way:
      server === undefined
        ? noWay
        : view.conditions.reach(
            { kind: 'hosted', ...nodeLocation({ loadBalancerArn, zoneId }) },
            { kind: 'instance', ...locationOf(server.instance) },
          ),
    lets: { traffic, probes: healthCheckPort === target.port ? traffic : lets(healthCheckPort) },
  };
};

/**
 * Who may connect to a node. Who calls an internal load balancer comes from its VPC; on this machine all come from
 * loopback addresses, so that they cannot be told apart.
 */
const entryAt = (
  { view, from }: NodePlace,
  { scheme }: LoadBalancer,
  port: number,
): Pick<DesiredListener, 'entry'> =>
  scheme === 'internal' || from === undefined ? {} : { entry: entryOf(view, from, 'tcp', port) };

/** What the nodes of a load balancer are to do in each of its zones, by the state of its Region and account. */
export const desiredNodes = (view: View, loadBalancer: LoadBalancer): readonly DesiredNode[] => {
  const listeners = view.find(Listeners, 'loadBalancer', loadBalancer.id);
  const groups = usedGroups(view, loadBalancer, listeners);
  const attributes = nodeAttributes(loadBalancer);
  return loadBalancer.zones.map(({ zoneId, subnetId }: LoadBalancerZone) => {
    const loadBalancerArn = loadBalancer.id;
    const from = nodeInterface(view, loadBalancer, subnetId);
    const place = { view, loadBalancer, loadBalancerArn, zoneId, from };
    return {
      loadBalancerArn,
      zoneId,
      dnsName: loadBalancer.dnsName,
      attributes,
      listeners: listeners.map((listener) => ({
        arn: listener.id,
        port: listener.port,
        action: actionOf(listener),
        ...entryAt(place, loadBalancer, listener.port),
      })),
      targetGroups: groups.map(({ group, targets }) => ({
        arn: group.id,
        loadBalancerArn: loadBalancer.id,
        healthCheck: group.healthCheck,
        routing: {
          crossZone: isCrossZone(group),
          minimumHealthyTargets: minimumHealthyTargets(group, 'unhealthy_state_routing'),
        },
        targets: targets.map((target) => desiredTarget(place, group, target)),
      })),
    };
  });
};
