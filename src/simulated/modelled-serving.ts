import type { BalancerNode } from '../aws/elbv2/nodes.ts';
import type { HealthCheck } from '../aws/route53/entities.ts';
import type { ExchangeShare, TargetBehaviour } from '../aws/elbv2/exchange-outcomes.ts';
import {
  exchangesOf,
  type ModelledBalancer,
  type RoutedShare,
} from '../plane/balancer/modelled-balancer.ts';
import type { NodeTarget } from '../plane/balancer/messages.ts';
import type { MockDriver } from '../plane/compute/mock-driver.ts';
import type { EndpointAnswer, EndpointCondition } from '../plane/probe/probe-result.ts';
import type { PlaneContext } from '../runtime/planes.ts';
import { hostOf, placeOf } from '../serving/addresses/kinds/owner-kinds.ts';
import { servingLoadBalancers } from '../serving/addresses/load-balancers.ts';
import { ownerCalledOutside } from '../serving/addresses/owners-called.ts';
import type { Owner } from '../serving/addresses/owners.ts';
import { isCheckerLetIn, loopbackClient, verdictTo } from '../serving/addresses/verdicts.ts';
import type { Sockets } from '../serving/addresses/sockets.ts';
import type { DnsAnswers } from '../serving/names/dns-answers.ts';
import type { VirtualClock } from '../world/clock.ts';
import { sharesOver } from '../world/passing.ts';
import type { Place } from '../world/places.ts';
import type { OpenWay } from '../world/way.ts';
import type { World } from '../world/world.ts';

/** How requests fare that are sent somewhere now. */
export interface Fate {
  /** 0 to 1: the share that gets no expected answer in time. */
  readonly failingShare: number;
  /** World ms from sending to the answer, of those that get one. */
  readonly latencyMs: number;
}

/** What a user takes for an answer, and how long they wait for it in world ms. */
export interface User {
  readonly expects: (status: number) => boolean;
  readonly timeoutMs: number;
}

/** A share of requests that are answered alike. */
type Answered = Pick<ExchangeShare, 'share' | 'statusCode' | 'afterMs'>;

const failing: Fate = { failingShare: 1, latencyMs: 0 };

/** What the server behind a target does with a request that reaches it, by the driver's machine. */
export const behaviourOf = (
  driver: Pick<MockDriver, 'respond'>,
  sockets: Pick<Sockets, 'ownerOf'>,
  { socket }: NodeTarget,
): TargetBehaviour => {
  // By its socket, which is one server's own: private addresses repeat among VPCs.
  const owner = socket === undefined ? undefined : sockets.ownerOf(socket.address);
  if (owner?.kind !== 'instance') return { kind: 'silent' };
  const met = driver.respond(owner.instanceId);
  switch (met.kind) {
    case 'silence':
      return { kind: 'silent' };
    case 'refused':
      return { kind: 'refuses' };
    case 'response':
      return { kind: 'answers', code: met.status, afterMs: met.latencyMs };
  }
};

/** What users and health checkers meet at the addresses of a simulated world. */
export class ModelledServing {
  readonly world: World;
  readonly answers: DnsAnswers;
  readonly #sockets: Sockets;
  readonly #driver: MockDriver;
  readonly #balancer: ModelledBalancer;

  constructor(
    { world, answers, sockets }: PlaneContext<VirtualClock>,
    driver: MockDriver,
    balancer: ModelledBalancer,
  ) {
    this.world = world;
    this.answers = answers;
    this.#sockets = sockets;
    this.#driver = driver;
    this.#balancer = balancer;
  }

  /** How requests fare that a user sends from a place to an address that DNS gave. */
  fate(from: Place, address: string, port: number, user: User): Fate {
    const owner = this.#sockets.ownerOf(address);
    const to = owner === undefined ? undefined : placeOf(this.world, owner);
    if (owner === undefined || to === undefined) return failing;
    const way = this.world.conditions.reach(from, to);
    if (!way.up || !verdictTo(this.world, owner, port, loopbackClient).allowed) return failing;
    let goodShare = 0;
    let latencyMs = 0;
    const served = this.#served(owner, port);
    // One round trip to connect and one for the request: each request of a user's comes over a connection of its own.
    for (const { share: sent, passing } of sharesOver(way, 2)) {
      if (passing.kind !== 'through') continue;
      for (const { share, statusCode, afterMs } of served) {
        const inAllMs = passing.delay + afterMs;
        if (!user.expects(statusCode) || inAllMs >= user.timeoutMs) continue;
        goodShare += sent * share;
        latencyMs += sent * share * inAllMs;
      }
    }
    if (goodShare === 0) return failing;
    // Shares are fractions: a sum that misses one by a rounding error is one.
    const failingShare = goodShare > 1 - 1e-9 ? 0 : 1 - goodShare;
    return { failingShare, latencyMs: latencyMs / goodShare };
  }

  /** How requests are answered that have arrived at an address; those that are missing are not. */
  #served(owner: Owner, port: number): readonly Answered[] {
    if (owner.kind === 'node') return this.#servedByNode(owner, port);
    const met = this.#met(owner);
    return met.kind === 'response'
      ? [{ share: 1, statusCode: met.status, afterMs: met.latencyMs }]
      : [];
  }

  /** What a request meets at an instance, by whatever address it is sent to. */
  #met(owner: Owner): ReturnType<MockDriver['respond']> {
    const host = hostOf(this.world, owner);
    return host === undefined ? { kind: 'silence' } : this.#driver.respond(host.instance.id);
  }

  /** The ARN of the listener that a node has on a port. */
  #listenerArn({ loadBalancerArn }: BalancerNode, port: number): string | undefined {
    const serving = servingLoadBalancers(this.world).find(
      ({ loadBalancer }) => loadBalancer.id === loadBalancerArn,
    );
    return serving?.listeners.find((candidate) => candidate.port === port)?.id;
  }

  /** Where requests go that are sent to an address; undefined where no load balancer's node is. */
  routeAt(
    address: string,
    port: number,
  ):
    | { readonly zoneId: string; readonly route: ReturnType<ModelledBalancer['route']> }
    | undefined {
    const owner = this.#sockets.ownerOf(address);
    if (owner?.kind !== 'node') return undefined;
    return { zoneId: owner.zoneId, route: this.#route(owner, port) };
  }

  #route(node: BalancerNode, port: number): ReturnType<ModelledBalancer['route']> {
    const arn = this.#listenerArn(node, port);
    return arn === undefined ? { kind: 'silent' } : this.#balancer.route(node.zoneId, arn);
  }

  #servedByNode(node: BalancerNode, port: number): readonly Answered[] {
    const route = this.#route(node, port);
    switch (route.kind) {
      case 'silent':
        return [];
      case 'answer':
        return [{ share: 1, statusCode: route.statusCode, afterMs: 1 }];
      case 'targets':
        return route.shares.flatMap((routed) =>
          this.exchanges(routed, route.idleTimeoutMs).map((one) => ({
            ...one,
            share: routed.share * one.share,
          })),
        );
    }
  }

  /** How requests end that a node passes on to a target. */
  exchanges(routed: RoutedShare, idleTimeoutMs: number): readonly ExchangeShare[] {
    return exchangesOf(routed, this.#behaviour(routed.target), idleTimeoutMs);
  }

  #behaviour(target: NodeTarget): TargetBehaviour {
    return behaviourOf(this.#driver, this.#sockets, target);
  }

  /** What a health checker in a Region meets at a health check's endpoint. */
  condition(checkerRegion: string, check: HealthCheck): EndpointCondition {
    const { config } = check;
    const address = config.ipAddress ?? this.#addressOf(config.fullyQualifiedDomainName ?? '');
    if (address === undefined) return { kind: 'unresolved' };
    const owner = this.#sockets.ownerOf(address) ?? ownerCalledOutside(this.world, address);
    const to = owner === undefined ? undefined : placeOf(this.world, owner);
    if (owner === undefined || to === undefined) return { kind: 'silent' };
    const way = this.world.conditions.reach({ kind: 'region', region: checkerRegion }, to);
    if (!way.up || !isCheckerLetIn(this.world, check.id, checkerRegion, owner, config.port)) {
      return { kind: 'silent' };
    }
    return this.#answerOf(owner, config, way);
  }

  #answerOf(owner: Owner, { port, type }: HealthCheck['config'], way: OpenWay): EndpointCondition {
    const answering = (answers: readonly EndpointAnswer[]): EndpointCondition => ({
      kind: 'answering',
      way,
      answers,
      body: '',
    });
    const always = (statusCode: number, responseMs: number): EndpointCondition =>
      answering([{ share: 1, statusCode, responseMs }]);
    if (owner.kind !== 'node') {
      const met = this.#met(owner);
      if (met.kind === 'response') return always(met.status, met.latencyMs);
      return met.kind === 'refused' ? { kind: 'refusing', way } : { kind: 'silent' };
    }
    if (type === 'TCP') {
      // Who only connects does not meet what is behind the node.
      const arn = this.#listenerArn(owner, port);
      const isThere = arn !== undefined && this.#balancer.listens(owner.zoneId, arn);
      return isThere ? always(200, 0) : { kind: 'silent' };
    }
    const route = this.#route(owner, port);
    if (route.kind === 'silent') return { kind: 'silent' };
    if (route.kind === 'answer') return always(route.statusCode, 1);
    // A checker's probes are few: they meet what most requests meet.
    const most = route.shares.toSorted((a, b) => b.share - a.share)[0];
    if (most === undefined) return always(503, 1);
    return answering(
      this.exchanges(most, route.idleTimeoutMs).map(({ share, statusCode, afterMs }) => ({
        share,
        statusCode,
        responseMs: afterMs,
      })),
    );
  }

  #addressOf(name: string): string | undefined {
    const { answers } = this.answers.answer({ name: `${name.replace(/\.$/, '')}.`, type: 'A' });
    const record = answers.find(({ data }) => data.type === 'A');
    return record?.data.type === 'A' ? record.data.address : undefined;
  }
}
