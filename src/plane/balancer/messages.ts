import type { Entry } from '../../aws/ec2/traffic/entry.ts';
import type { HealthCheck, HealthReason, ProbedState } from '../../aws/elbv2/target-health.ts';
import type { Routing } from '../../aws/elbv2/pick-target.ts';
import type { Way } from '../../world/way.ts';

/** Everything that the balancer nodes of one zone are to do. All durations are world time. */
export interface NodeConfiguration {
  readonly region: string;
  readonly zoneId: string;
  /** The world's seed: it spreads the probes. */
  readonly seed: number;
  /** The zone's network is down: the nodes run on, but nobody outside hears them. */
  readonly isolated: boolean;
  readonly loadBalancers: readonly NodeLoadBalancer[];
  readonly targetGroups: readonly NodeTargetGroup[];
}

/** One load balancer's node in this zone. */
export interface NodeLoadBalancer {
  readonly arn: string;
  /** The node's own loopback address. */
  readonly address: string;
  readonly attributes: LoadBalancerAttributes;
  readonly listeners: readonly NodeListener[];
}

/** The attributes of a load balancer that its nodes act on, named as in the API. */
export interface LoadBalancerAttributes {
  readonly idleTimeoutSeconds: number;
  readonly clientKeepAliveSeconds: number;
  readonly preserveHostHeader: boolean;
  readonly dropInvalidHeaderFields: boolean;
  readonly xffMode: 'append' | 'preserve' | 'remove';
  readonly xffClientPort: boolean;
}

/** AWS's defaults (API reference, LoadBalancerAttribute). */
export const defaultLoadBalancerAttributes: LoadBalancerAttributes = {
  idleTimeoutSeconds: 60,
  clientKeepAliveSeconds: 3600,
  preserveHostHeader: false,
  dropInvalidHeaderFields: false,
  xffMode: 'append',
  xffClientPort: false,
};

export interface NodeListener {
  readonly arn: string;
  /** The port on AWS's side: what X-Forwarded-Port says. */
  readonly port: number;
  /** The port of the real socket; 0 takes a free one, which `listening` then tells. */
  readonly realPort: number;
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

export interface WeightedTargetGroup {
  readonly arn: string;
  readonly weight: number;
}

export interface NodeTargetGroup {
  readonly arn: string;
  /** The load balancer that uses it: from its node's address come the probes. */
  readonly loadBalancerArn: string;
  readonly healthCheck: HealthCheck;
  readonly routing: Routing;
  readonly targets: readonly NodeTarget[];
}

export interface NodeTarget {
  /** The instance id or the address, as registered. */
  readonly id: string;
  /** The port on AWS's side, as registered. */
  readonly port: number;
  readonly zoneId: string;
  /** Where its real socket is; undefined while there is none (the instance does not run). */
  readonly socket: TargetSocket | undefined;
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

export interface TargetSocket {
  readonly address: string;
  readonly port: number;
  /** The real port of the health check: the same one unless the target group names another. */
  readonly healthCheckPort: number;
}

/** Whether a request gets to a target over a connection that begins now. */
export const takesTraffic = ({ way, lets }: Pick<NodeTarget, 'way' | 'lets'>): boolean =>
  way.up && lets?.traffic !== false;

/** Whether a health check gets to a target. */
export const takesProbes = ({ way, lets }: Pick<NodeTarget, 'way' | 'lets'>): boolean =>
  way.up && lets?.probes !== false;

/** The name of a target within its group. */
export const targetKey = (target: { readonly id: string; readonly port: number }): string =>
  `${target.id}:${target.port}`;

/** How a world clock stood at one moment. */
export interface ClockReading {
  readonly worldNow: number;
  /** World seconds per real second. */
  readonly speed: number;
  /**
   * That moment by this machine's steady clock (`steadyNowMs`), which all processes share: a message may wait a
   * while before a process that is starting reads it. The moment of reading when it is not given.
   */
  readonly takenAtMs?: number;
}

/** From the main process to a node process. */
export type ToNode =
  | { readonly kind: 'configure'; readonly configuration: NodeConfiguration }
  | { readonly kind: 'clock'; readonly reading: ClockReading }
  /** The zone has lost its power: fall silent and stop everything, for good. */
  | { readonly kind: 'freeze' };

/** From a node process to the main process. */
export type FromNode =
  | { readonly kind: 'listening'; readonly sockets: readonly ListeningSocket[] }
  | { readonly kind: 'target-health'; readonly report: TargetHealthReport }
  | { readonly kind: 'traffic'; readonly report: TrafficReport };

/** What the nodes of a zone passed on in one minute in which there was any. */
export interface TrafficReport {
  readonly zoneId: string;
  /** The beginning of the minute, world time. */
  readonly minuteAt: number;
  readonly groups: readonly GroupTraffic[];
}

/** What one target group got in a minute, from the nodes of one zone. */
export interface GroupTraffic {
  readonly targetGroupArn: string;
  /** Requests for which a target was chosen. */
  readonly requests: number;
  /** What the targets answered. */
  readonly answers: Readonly<Record<'2XX' | '3XX' | '4XX' | '5XX', number>>;
  /** What the balancer answered in their place: 502 and 504. */
  readonly ownServerErrors: number;
  /** How long answers took to begin: seconds, and how many took so long. */
  readonly responseSeconds: readonly (readonly [seconds: number, count: number])[];
}

/** What one node found out about one target. */
export interface TargetHealthReport {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly targetPort: number;
  /** The node's zone. */
  readonly zoneId: string;
  readonly state: ProbedState;
  readonly reason?: HealthReason;
  readonly description?: string;
  /** World time, milliseconds since 1970. */
  readonly at: number;
}

/** Where a listener can really be reached in one zone, or why it cannot. */
export interface ListeningSocket {
  readonly zoneId: string;
  readonly loadBalancerArn: string;
  readonly listenerArn: string;
  readonly address: string;
  /** The real port; 0 when it does not listen. */
  readonly port: number;
  readonly error?: string;
}
