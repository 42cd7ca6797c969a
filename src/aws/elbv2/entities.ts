import { defineTable, type Entity } from '../../world/entity.ts';
import type { NodeReport } from './aggregate-health.ts';
import type { HealthCheck } from './target-health.ts';

/** A zone that a load balancer is enabled in: it has a node there, in the subnet. */
export interface LoadBalancerZone {
  readonly zoneId: string;
  readonly subnetId: string;
}

/** An Application Load Balancer; the id is its ARN. */
export interface LoadBalancer extends Entity {
  readonly name: string;
  /** Without a final dot, in lower case. */
  readonly dnsName: string;
  readonly canonicalHostedZoneId: string;
  readonly scheme: 'internet-facing' | 'internal';
  readonly vpcId: string;
  readonly state: 'provisioning' | 'active';
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
  readonly securityGroupIds: readonly string[];
  /** At least two, in the order of their subnets. */
  readonly zones: readonly LoadBalancerZone[];
  /** Attributes that were set, by AWS's keys; the others have their defaults. */
  readonly attributes: Readonly<Record<string, string>>;
}

export const LoadBalancers = defineTable<LoadBalancer>('elbv2-load-balancers', {
  name: (loadBalancer) => loadBalancer.name,
  dnsName: (loadBalancer) => loadBalancer.dnsName,
  vpc: (loadBalancer) => loadBalancer.vpcId,
  subnet: (loadBalancer) => loadBalancer.zones.map((zone) => zone.subnetId),
});

/** How a target group checks its targets, as the API has it. */
export interface TargetGroupHealthCheck extends HealthCheck {
  readonly protocol: 'HTTP' | 'HTTPS';
  /** A port, or null for the port on which each target gets traffic (`traffic-port`). */
  readonly port: number | null;
}

/** A target group; the id is its ARN. */
export interface TargetGroup extends Entity {
  readonly name: string;
  readonly targetType: 'instance' | 'ip';
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly protocolVersion: 'HTTP1' | 'HTTP2' | 'GRPC';
  readonly port: number;
  readonly vpcId: string;
  readonly healthCheck: TargetGroupHealthCheck;
  /** Attributes that were set, by AWS's keys; the others have their defaults. */
  readonly attributes: Readonly<Record<string, string>>;
}

export const TargetGroups = defineTable<TargetGroup>('elbv2-target-groups', {
  name: (group) => group.name,
  vpc: (group) => group.vpcId,
});

/** A target group that a listener forwards to. */
export interface ForwardGroup {
  readonly targetGroupArn: string;
  readonly weight: number;
}

/** What a listener does with a request. */
export type ListenerAction =
  | { readonly type: 'forward'; readonly groups: readonly ForwardGroup[] }
  | {
      readonly type: 'fixed-response';
      readonly statusCode: number;
      readonly contentType: string | null;
      readonly body: string | null;
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

/** A listener; the id is its ARN. */
export interface Listener extends Entity {
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly protocol: 'HTTP';
  readonly defaultAction: ListenerAction;
  readonly defaultRuleArn: string;
}

/** The target groups that an action forwards to. */
export const groupsOfAction = (action: ListenerAction): readonly string[] =>
  action.type === 'forward' ? action.groups.map((group) => group.targetGroupArn) : [];

/** The target groups that listeners forward to, each once. */
export const groupsOfListeners = (listeners: readonly Listener[]): readonly string[] => [
  ...new Set(listeners.flatMap(({ defaultAction }) => groupsOfAction(defaultAction))),
];

export const Listeners = defineTable<Listener>('elbv2-listeners', {
  loadBalancer: (listener) => listener.loadBalancerArn,
  targetGroup: (listener) => groupsOfAction(listener.defaultAction),
  rule: (listener) => listener.defaultRuleArn,
});

/** A target that is registered with a target group, or that is still draining from it. */
export interface Target extends Entity {
  readonly targetGroupArn: string;
  /** An instance id or an IPv4 address. */
  readonly targetId: string;
  readonly port: number;
  /** The zone of the instance, or of the subnet that holds the address; null for an address outside the VPC (`all`). */
  readonly zoneId: string | null;
  /** World time, milliseconds since 1970. */
  readonly registeredAt: number;
  /** World time at which the deregistration delay ends; null while it is registered. */
  readonly drainingUntil: number | null;
}

/** The id of a target within its shard and account. */
export const targetEntityId = (targetGroupArn: string, targetId: string, port: number): string =>
  `${targetGroupArn}|${targetId}:${port}`;

export const Targets = defineTable<Target>('elbv2-targets', {
  targetGroup: (target) => target.targetGroupArn,
  targetId: (target) => target.targetId,
});

/** What the nodes last reported of a target; it has the target's id. Apart from the target, since it changes more often. */
export interface TargetReports extends Entity {
  readonly targetGroupArn: string;
  /** By the node's zone. */
  readonly byZone: Readonly<Record<string, NodeReport>>;
}

export const TargetHealthReports = defineTable<TargetReports>('elbv2-target-health', {
  targetGroup: (reports) => reports.targetGroupArn,
});
