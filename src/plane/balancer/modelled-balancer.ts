import type { NodeAction } from '../../aws/elbv2/desired-nodes.ts';
import { routableTargets } from '../../aws/elbv2/pick-target.ts';
import { spread } from '../../aws/elbv2/spread.ts';
import { probeChance, probePhaseMs, type ProbePair } from '../../aws/elbv2/probe-schedule.ts';
import {
  exchangeShares,
  type ExchangeShare,
  type TargetBehaviour,
} from '../../aws/elbv2/exchange-outcomes.ts';
import type { Clock } from '../../world/clock.ts';
import { isEven, passingOver, withoutGray, type Passing } from '../../world/passing.ts';
import { noWay } from '../../world/way.ts';
import type { BalancerObservation, BalancerPlane } from './balancer-plane.ts';
import {
  takesProbes,
  takesTraffic,
  targetKey,
  type NodeConfiguration,
  type NodeTarget,
  type NodeTargetGroup,
} from './messages.ts';
import { ModelledProber, type Foreseen, type Foresight } from './modelled-prober.ts';

export interface ModelledBalancerOptions {
  readonly clock: Clock;
  readonly observe: (observation: BalancerObservation) => void;
  /** What a health check meets once it has reached the target. The network on the way is in the configuration. */
  readonly behaviour: (target: NodeTarget, group: NodeTargetGroup) => TargetBehaviour;
  /** Told when nodes may do something else with requests than before. */
  readonly changed?: () => void;
}

/** A target and the share of a node's requests that it gets. */
export interface RoutedShare {
  readonly targetGroupArn: string;
  readonly target: NodeTarget;
  /** 0 to 1; all shares of a route make 1, less what goes to target groups without targets: that is answered 503. */
  readonly share: number;
}

/** Where requests to a listener of a node go. */
export type ModelledRoute =
  | {
      readonly kind: 'targets';
      readonly shares: readonly RoutedShare[];
      /** World ms for which the node waits for an answer. */
      readonly idleTimeoutMs: number;
    }
  /** The node answers by itself: a fixed response, a redirect, or 503 when nobody is registered. */
  | { readonly kind: 'answer'; readonly statusCode: number }
  /** The node is silent, or there is none. */
  | { readonly kind: 'silent' };

/** How requests end that a route gives to a target, whose server behaves so. */
export const exchangesOf = (
  { target }: RoutedShare,
  behaviour: TargetBehaviour,
  idleTimeoutMs: number,
): readonly ExchangeShare[] =>
  exchangeShares({
    way: target.way,
    isReached: takesTraffic(target) && target.socket !== undefined,
    behaviour,
    idleTimeoutMs,
  });

/** What a probe meets behind its way, which became of it what `passing` says. */
const foreseen = (timeoutMs: number, behaviour: TargetBehaviour, passing: Passing): Foreseen => {
  const silent: Foreseen = { outcome: { kind: 'timeout' }, durationMs: timeoutMs };
  if (passing.kind !== 'through') return silent;
  const travelMs = passing.delay;
  switch (behaviour.kind) {
    case 'silent':
      return silent;
    case 'refuses':
      return travelMs >= timeoutMs ? silent : { outcome: { kind: 'failed' }, durationMs: travelMs };
    case 'answers': {
      const durationMs = travelMs + behaviour.afterMs;
      if (durationMs >= timeoutMs) return silent;
      return { outcome: { kind: 'code', code: behaviour.code }, durationMs };
    }
  }
};

const foresee = ({ target, group, pair }: Probed, behaviour: TargetBehaviour): Foresight => {
  const { timeoutSeconds, intervalSeconds } = group.healthCheck;
  const isReached = takesProbes(target) && target.socket !== undefined;
  const way = isReached ? withoutGray(target.way) : noWay;
  const at = (startMs: number): Foreseen => {
    // A new connection and the request on it: a round trip each.
    const chance = probeChance(pair, intervalSeconds * 1000, startMs);
    return foreseen(timeoutSeconds * 1000, behaviour, passingOver(way, 2, chance));
  };
  if (!isEven(way)) return { isEven: false, at };
  const always = at(0);
  return { isEven: true, at: () => always };
};

/** A target, and who probes it. */
interface Probed {
  readonly target: NodeTarget;
  readonly group: NodeTargetGroup;
  readonly pair: ProbePair;
}

interface ModelledTarget {
  target: NodeTarget;
  prober: ModelledProber | undefined;
  since: number;
}

const isProbed = (target: NodeTarget): boolean => !target.draining && !target.unused;

/** The nodes of one zone. */
class ModelledNode {
  configuration: NodeConfiguration;
  frozen = false;
  readonly #options: ModelledBalancerOptions;
  readonly #targets = new Map<string, ModelledTarget>();

  constructor(options: ModelledBalancerOptions, configuration: NodeConfiguration) {
    this.#options = options;
    this.configuration = configuration;
    this.refresh();
  }

  /** Takes over what the configuration and the targets are now. */
  refresh(): void {
    if (this.frozen) return;
    const wanted = new Set<string>();
    for (const group of this.configuration.targetGroups) {
      for (const target of group.targets) {
        wanted.add(`${group.arn}|${targetKey(target)}`);
        this.#refreshTarget(group, target);
      }
    }
    for (const [key, known] of this.#targets) {
      if (wanted.has(key)) continue;
      known.prober?.stop();
      this.#targets.delete(key);
    }
  }

  stop(): void {
    for (const known of this.#targets.values()) known.prober?.stop();
  }

  /** What the listener does with requests, and for how long; undefined when the node is silent or does not have it. */
  listener(
    listenerArn: string,
  ): { readonly action: NodeAction; readonly idleTimeoutMs: number } | undefined {
    if (this.frozen) return undefined;
    for (const { listeners, attributes, entrance } of this.configuration.loadBalancers) {
      const listener = listeners.find((candidate) => candidate.arn === listenerArn);
      if (listener === undefined) continue;
      if (!entrance.up) return undefined;
      return { action: listener.action, idleTimeoutMs: attributes.idleTimeoutSeconds * 1000 };
    }
    return undefined;
  }

  route(listenerArn: string): ModelledRoute {
    const listener = this.listener(listenerArn);
    if (listener === undefined) return { kind: 'silent' };
    const { action, idleTimeoutMs } = listener;
    if (action.type !== 'forward') return { kind: 'answer', statusCode: action.statusCode };
    const shares = this.#shares(action);
    return shares.length === 0
      ? { kind: 'answer', statusCode: 503 }
      : { kind: 'targets', shares, idleTimeoutMs };
  }

  #shares(action: Extract<NodeAction, { type: 'forward' }>): readonly RoutedShare[] {
    return spread(action.targetGroups).flatMap(({ arn, share }): readonly RoutedShare[] => {
      const targets = this.#routable(arn);
      return targets.map((target) => ({
        targetGroupArn: arn,
        target,
        share: share / targets.length,
      }));
    });
  }

  #routable(groupArn: string): readonly NodeTarget[] {
    const group = this.configuration.targetGroups.find((one) => one.arn === groupArn);
    if (group === undefined) return [];
    const candidates = group.targets.map((target) => ({
      target,
      zoneId: target.zoneId,
      draining: target.draining,
      unused: target.unused,
      healthy:
        this.#targets.get(`${groupArn}|${targetKey(target)}`)?.prober?.health.state === 'healthy',
    }));
    return routableTargets(candidates, group.routing, this.configuration.zoneId).map(
      ({ target }) => target,
    );
  }

  #refreshTarget(group: NodeTargetGroup, target: NodeTarget): void {
    const key = `${group.arn}|${targetKey(target)}`;
    const known = this.#targets.get(key) ?? { target, prober: undefined, since: target.since };
    this.#targets.set(key, known);
    known.target = target;
    if (!isProbed(target) || target.since !== known.since) {
      known.prober?.stop();
      known.prober = undefined;
      known.since = target.since;
    }
    if (!isProbed(target)) return;
    const { seed, zoneId } = this.configuration;
    const pair = {
      seed,
      nodeZoneId: zoneId,
      targetGroupArn: group.arn,
      targetId: target.id,
      targetPort: target.port,
    };
    const foresight = foresee({ target, group, pair }, this.#options.behaviour(target, group));
    if (known.prober === undefined)
      known.prober = this.#startProber(group, pair, target, foresight);
    else known.prober.update(group.healthCheck, foresight);
  }

  #startProber(
    group: NodeTargetGroup,
    pair: ProbePair,
    target: NodeTarget,
    foresight: Foresight,
  ): ModelledProber {
    const { clock, observe } = this.#options;
    const { zoneId } = this.configuration;
    return new ModelledProber(
      {
        clock,
        phaseMs: probePhaseMs(pair, group.healthCheck.intervalSeconds * 1000),
        sinceMs: Math.max(target.since, clock.now()),
        changed: ({ state, reason, description }, at) =>
          observe({
            kind: 'target-health',
            report: {
              targetGroupArn: group.arn,
              targetId: target.id,
              targetPort: target.port,
              zoneId,
              state,
              reason,
              description,
              at,
            },
          }),
      },
      group.healthCheck,
      foresight,
    );
  }
}

/**
 * The balancer plane without sockets, for simulation: the same decisions and the same moments, but only changes
 * of a target's state are events. Requests are not played one by one; `route` says how they spread.
 */
export class ModelledBalancer implements BalancerPlane {
  readonly #options: ModelledBalancerOptions;
  readonly #nodes = new Map<string, ModelledNode>();

  constructor(options: ModelledBalancerOptions) {
    this.#options = options;
  }

  converge(desired: readonly NodeConfiguration[]): void {
    const inUse = desired.filter((configuration) => configuration.loadBalancers.length > 0);
    const wanted = new Set(inUse.map((configuration) => configuration.zoneId));
    for (const [zoneId, node] of this.#nodes) {
      if (wanted.has(zoneId)) continue;
      node.stop();
      this.#nodes.delete(zoneId);
    }
    for (const configuration of inUse) {
      const node = this.#nodes.get(configuration.zoneId);
      if (node === undefined) {
        this.#nodes.set(configuration.zoneId, new ModelledNode(this.#options, configuration));
      } else {
        node.configuration = configuration;
        node.refresh();
      }
    }
    this.#options.changed?.();
  }

  /** Looks again at what the targets do: to be called when a target's behaviour has changed. */
  behaviourChanged(): void {
    for (const node of this.#nodes.values()) node.refresh();
  }

  freeze(zoneId: string): void {
    const node = this.#nodes.get(zoneId);
    if (node === undefined) return;
    node.frozen = true;
    node.stop();
    this.#options.changed?.();
  }

  restart(zoneId: string): void {
    const node = this.#nodes.get(zoneId);
    if (node === undefined) return;
    node.stop();
    this.#nodes.set(zoneId, new ModelledNode(this.#options, node.configuration));
    this.#options.changed?.();
  }

  /** Whether a listener in that zone takes connections, whatever becomes of what is sent over them. */
  listens(zoneId: string, listenerArn: string): boolean {
    return this.#nodes.get(zoneId)?.listener(listenerArn) !== undefined;
  }

  /** Where requests go that reach a listener in that zone. */
  route(zoneId: string, listenerArn: string): ModelledRoute {
    return this.#nodes.get(zoneId)?.route(listenerArn) ?? { kind: 'silent' };
  }
}
