import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { privateAddressesOf } from '../../aws/ec2/addresses/associations.ts';
import { interfacesOf } from '../../aws/ec2/network-interfaces/network-interfaces.ts';
import { allows } from '../../aws/ec2/traffic/allows.ts';
import { passes, type Passage } from '../../aws/ec2/traffic/passage.ts';
import { entryOf } from '../../aws/ec2/traffic/entry.ts';
import { nodeInterface } from '../../aws/elbv2/load-balancer-zones.ts';
import {
  TargetGroups,
  Targets,
  type Listener,
  type Target,
  type TargetGroup,
} from '../../aws/elbv2/entities.ts';
import {
  defaultLoadBalancerAttributes,
  type LoadBalancerAttributes,
  type NodeAction,
  type NodeConfiguration,
  type NodeListener,
  type NodeLoadBalancer,
  type NodeTarget,
  type NodeTargetGroup,
} from '../../plane/balancer/messages.ts';
import { noWay } from '../../world/way.ts';
import type { World } from '../../world/world.ts';
import type { InstanceHost, InstanceHosts } from '../addresses/instance-hosts.ts';
import { servingLoadBalancers, type ServingLoadBalancer } from '../addresses/load-balancers.ts';

/** Where the plane's sockets are. */
export interface NodeSockets {
  /** The loopback address of a load balancer's node in a zone. */
  nodeAddress(loadBalancerArn: string, zoneId: string): string;
  /** The loopback address of an instance. */
  instanceAddress(instanceId: string): string;
  /** The real port for one on AWS's side. */
  realPort(port: number): number;
}

const attributesOf = (set: Readonly<Record<string, string>>): LoadBalancerAttributes => {
  const defaults = defaultLoadBalancerAttributes;
  const mode = set['routing.http.xff_header_processing.mode'];
  return {
    idleTimeoutSeconds: Number(set['idle_timeout.timeout_seconds'] ?? defaults.idleTimeoutSeconds),
    clientKeepAliveSeconds: Number(
      set['client_keep_alive.seconds'] ?? defaults.clientKeepAliveSeconds,
    ),
    preserveHostHeader: set['routing.http.preserve_host_header.enabled'] === 'true',
    dropInvalidHeaderFields: set['routing.http.drop_invalid_header_fields.enabled'] === 'true',
    xffMode: mode === 'preserve' || mode === 'remove' ? mode : defaults.xffMode,
    xffClientPort: set['routing.http.xff_client_port.enabled'] === 'true',
  };
};

const actionOf = (listener: Listener): NodeAction => {
  const action = listener.defaultAction;
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

/** `off` as well as an unset count mean one: an Application Load Balancer always keeps one healthy target. */
export const minimumHealthyTargets = (
  attributes: Readonly<Record<string, string>>,
  key: string,
): number => {
  const count = Number(attributes[key] ?? 1);
  return Number.isInteger(count) && count >= 1 ? count : 1;
};

/** Cross-zone load balancing of an Application Load Balancer is on unless the target group turns it off. */
export const isCrossZone = (group: TargetGroup): boolean =>
  group.attributes['load_balancing.cross_zone.enabled'] !== 'false';

interface Context {
  readonly world: World;
  readonly hosts: InstanceHosts;
  readonly sockets: NodeSockets;
}

/** Targets are registered by instance id or by address. */
const isAddress = ({ targetId }: Target): boolean => !targetId.startsWith('i-');

/** The instance behind a target, if it is one of this world. */
export const hostOf = (
  hosts: InstanceHosts,
  serving: ServingLoadBalancer,
  target: Target,
): InstanceHost | undefined => {
  if (!isAddress(target)) return hosts.byId(target.targetId);
  return hosts
    .byPrivateAddress(target.targetId)
    .find(
      (host) =>
        host.region === serving.region && host.instance.vpcId === serving.loadBalancer.vpcId,
    );
};

/** Whether a node, whose security groups are the load balancer's, may begin a connection to a port of a target. */
export const passageToTarget = (
  { view, loadBalancer }: ServingLoadBalancer,
  target: Target,
  host: InstanceHost | undefined,
  nodeZoneId: string,
  port: number,
): Passage => {
  const zone = loadBalancer.zones.find(({ zoneId }) => zoneId === nodeZoneId);
  const from = nodeInterface(view, loadBalancer, zone?.subnetId ?? '');
  if (host === undefined || from === undefined) return passes;
  const address = isAddress(target) ? target.targetId : host.networkInterface.privateIpAddress;
  const to = interfacesOf(view, host.instance.id).find((one) =>
    privateAddressesOf(one).includes(address),
  );
  return allows(view, {
    source: from,
    destination: { kind: 'interface', networkInterface: to ?? host.networkInterface, address },
    protocol: 'tcp',
    port,
  });
};

const letsOf = (
  serving: ServingLoadBalancer,
  group: TargetGroup,
  target: Target,
  host: InstanceHost | undefined,
  nodeZoneId: string,
): { readonly traffic: boolean; readonly probes: boolean } => {
  const lets = (port: number): boolean =>
    passageToTarget(serving, target, host, nodeZoneId, port).allowed;
  const traffic = lets(target.port);
  const probePort = group.healthCheck.port ?? target.port;
  return { traffic, probes: probePort === target.port ? traffic : lets(probePort) };
};

const targetOf = (
  context: Context,
  serving: ServingLoadBalancer,
  group: TargetGroup,
  target: Target,
  nodeZoneId: string,
): NodeTarget => {
  const host = hostOf(context.hosts, serving, target);
  const isOn = host !== undefined && host.instance.state === 'running';
  const zoneId = target.zoneId ?? nodeZoneId;
  const isZoneEnabled =
    target.zoneId === null ||
    serving.loadBalancer.zones.some((zone) => zone.zoneId === target.zoneId);
  const { sockets, world } = context;
  const way =
    host === undefined
      ? noWay
      : world.conditions.reach(
          { kind: 'zone', zoneId: nodeZoneId },
          { kind: 'instance', ...locationOf(host.instance) },
        );
  return {
    id: target.targetId,
    port: target.port,
    zoneId,
    socket: isOn
      ? {
          address: sockets.instanceAddress(host.instance.id),
          port: sockets.realPort(target.port),
          healthCheckPort: sockets.realPort(group.healthCheck.port ?? target.port),
        }
      : undefined,
    draining: target.drainingUntil !== null,
    unused: !isZoneEnabled || (group.targetType === 'instance' && !isOn),
    since: Math.max(target.registeredAt, host?.instance.launchTime ?? 0),
    way,
    lets: letsOf(serving, group, target, host, nodeZoneId),
  };
};

const groupsOf = (
  context: Context,
  serving: ServingLoadBalancer,
  zoneId: string,
): readonly NodeTargetGroup[] =>
  serving.targetGroupArns.flatMap((arn) => {
    const group = serving.view.get(TargetGroups, arn);
    if (group === undefined) return [];
    return {
      arn,
      loadBalancerArn: serving.loadBalancer.id,
      healthCheck: group.healthCheck,
      routing: {
        crossZone: isCrossZone(group),
        minimumHealthyTargets: minimumHealthyTargets(
          group.attributes,
          'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count',
        ),
      },
      targets: serving.view
        .find(Targets, 'targetGroup', arn)
        .map((target) => targetOf(context, serving, group, target, zoneId)),
    };
  });

/**
 * Who may connect to a node. Who calls an internal load balancer comes from its VPC; on this machine all come from
 * loopback addresses, so that they cannot be told apart.
 */
const entryAt = (
  { view, loadBalancer }: ServingLoadBalancer,
  zoneId: string,
  port: number,
): Pick<NodeListener, 'entry'> => {
  if (loadBalancer.scheme === 'internal') return {};
  const zone = loadBalancer.zones.find((one) => one.zoneId === zoneId);
  const networkInterface = nodeInterface(view, loadBalancer, zone?.subnetId ?? '');
  return networkInterface === undefined
    ? {}
    : { entry: entryOf(view, networkInterface, 'tcp', port) };
};

const nodeOf = (
  { sockets }: Context,
  serving: ServingLoadBalancer,
  zoneId: string,
): NodeLoadBalancer => ({
  arn: serving.loadBalancer.id,
  address: sockets.nodeAddress(serving.loadBalancer.id, zoneId),
  attributes: attributesOf(serving.loadBalancer.attributes),
  listeners: serving.listeners.map((listener) => ({
    arn: listener.id,
    port: listener.port,
    realPort: sockets.realPort(listener.port),
    action: actionOf(listener),
    ...entryAt(serving, zoneId, listener.port),
  })),
});

/** What the balancer nodes of every zone in use are to do, read out of the world as it is now. */
export const nodeConfigurations = (
  world: World,
  hosts: InstanceHosts,
  sockets: NodeSockets,
): readonly NodeConfiguration[] => {
  const context: Context = { world, hosts, sockets };
  const byZone = new Map<string, ServingLoadBalancer[]>();
  for (const serving of servingLoadBalancers(world)) {
    for (const { zoneId } of serving.loadBalancer.zones) {
      byZone.set(zoneId, [...(byZone.get(zoneId) ?? []), serving]);
    }
  }
  return [...byZone].map(([zoneId, all]) => ({
    region: all[0]?.region ?? '',
    zoneId,
    seed: world.seed,
    isolated: !world.conditions.zone(zoneId).connected,
    loadBalancers: all.map((serving) => nodeOf(context, serving, zoneId)),
    targetGroups: all.flatMap((serving) => groupsOf(context, serving, zoneId)),
  }));
};
