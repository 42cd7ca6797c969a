import type {
  DesiredListener,
  DesiredTargetGroup,
  TargetInNode,
} from '../../aws/elbv2/desired-nodes.ts';
import type { LoadBalancerAttributes } from '../../aws/elbv2/node-attributes.ts';
import type { HealthReason, ProbedState } from '../../aws/elbv2/target-health.ts';
import type { Way } from '../../world/way.ts';

/** Everything that the balancer nodes of one zone are to do. All durations are world time. */
export interface NodeConfiguration {
  readonly region: string;
  readonly zoneId: string;
  /** The world's seed: it spreads the probes. */
  readonly seed: number;
  /** Clients from this address have their way behind them, and may enter; none has when it is absent. */
  readonly carrierAddress?: string;
  readonly loadBalancers: readonly NodeLoadBalancer[];
  readonly targetGroups: readonly NodeTargetGroup[];
}

/** One load balancer's node in this zone. */
export interface NodeLoadBalancer {
  readonly arn: string;
  /** The node's own loopback address. */
  readonly address: string;
  readonly dnsName: string;
  /** What bytes between a client on this machine, who is outside of every Region, and the node meet. */
  readonly entrance: Way;
  readonly attributes: LoadBalancerAttributes;
  readonly listeners: readonly NodeListener[];
}

export interface NodeListener extends DesiredListener {
  /** The port of the real socket; 0 takes a free one, which `listening` then tells. */
  readonly realPort: number;
}

export interface NodeTargetGroup extends Omit<DesiredTargetGroup, 'targets'> {
  readonly targets: readonly NodeTarget[];
}

export interface NodeTarget extends TargetInNode {
  /** Where its real socket is; undefined while there is none (the instance does not run). */
  readonly socket: TargetSocket | undefined;
}

interface TargetSocket {
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
  | { readonly kind: 'traffic'; readonly report: TrafficReport }
  /** The process did not get on: the most by which anything was late, in milliseconds of the machine's time. */
  | { readonly kind: 'late'; readonly realMs: number };

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
