import { earth } from '../atlas/geography.ts';
import { Places } from '../atlas/places.ts';
import type { BalancerNode } from '../aws/elbv2/nodes.ts';
import { LoadedServices } from '../aws/loaded-services.ts';
import type { HealthCheck } from '../aws/route53/entities.ts';
import { ModelledBalancer, type TargetBehaviour } from '../plane/balancer/modelled-balancer.ts';
import { takesTraffic, type NodeTarget } from '../plane/balancer/messages.ts';
import { nodeHost } from '../plane/keys/node-host.ts';
import { createMockDriver, type MockDriver } from '../plane/compute/mock-driver.ts';
import { createModelledDisks } from '../plane/disks/modelled-disks.ts';
import { createModelledProber } from '../plane/probe/modelled-prober.ts';
import type { TrafficLoad } from '../drill/ports.ts';
import type { ListedMachine } from '../plane/compute/driver.ts';
import type { EndpointCondition } from '../plane/probe/probe-result.ts';
import { VirtualClock } from '../world/clock.ts';
import type { Place } from '../world/places.ts';
import type { Journal } from '../world/journal.ts';
import { World } from '../world/world.ts';
import { BalancerRunner } from '../serving/runners/balancer-runner.ts';
import { createDnsAnswers, type DnsAnswers } from '../serving/runners/dns-answers.ts';
import { DiskRunner } from '../serving/runners/disk-runner.ts';
import { followFaults } from '../serving/runners/fault-follower.ts';
import { CpuRunner } from '../serving/runners/cpu-runner.ts';
import { HealthRunner } from '../serving/runners/health-runner.ts';
import { instanceHosts } from '../serving/addresses/instance-hosts.ts';
import { InstanceRunner } from '../serving/runners/instance-runner.ts';
import { servingLoadBalancers } from '../serving/addresses/load-balancers.ts';
import { metadataOf } from '../serving/runners/metadata.ts';
import { isCheckerLetIn, loopbackClient, passageTo } from '../serving/addresses/passages.ts';
import type { Owner } from '../serving/addresses/owners.ts';
import { hostOfOwner, placeOfOwner } from '../serving/addresses/places.ts';
import { soonOnce } from '../serving/runners/soon.ts';
import { Sockets, type LoopbackAddresses } from '../serving/addresses/sockets.ts';
import { ModelledLoad } from './modelled-load.ts';
import { createVolatileJournal } from './volatile-journal.ts';

/** 2026-01-01T00:00:00Z: where every simulated world begins, so that a seed replays it exactly. */
const epochMs = 1_767_225_600_000;

/** Addresses of the same form as live ones, with no socket behind them. */
const modelledLoopback: LoopbackAddresses = {
  addressFor: (host) => `127.16.${host >> 8}.${host & 255}`,
  hostOf: (address) => {
    const [a, b, high = 0, low = 0] = address.split('.').map(Number);
    return a === 127 && b === 16 ? high * 256 + low : undefined;
  },
  realPort: (port) => port,
};

/** How requests fare that are sent somewhere now. */
export interface Fate {
  /** 0 to 1: the share that gets no expected answer in time. */
  readonly failingShare: number;
  /** World ms from sending to the answer, of those that get one. */
  readonly latencyMs: number;
}

/** What a simulated world is made with. */
export interface SimulatedWorldOptions {
  readonly seed: number;
  /** Leased already. Without one nothing is kept. */
  readonly journal?: Journal;
  /** World time at which it begins, unless its journal has come further. */
  readonly startMs?: number;
  /** Told when a machine cannot do what it is told to; the world says so of the instance as well. */
  readonly onProblem?: (instanceId: string, message: string) => void;
}

/** What a user takes for an answer, and how long they wait for it in world ms. */
interface User {
  readonly expects: (status: number) => boolean;
  readonly timeoutMs: number;
}

const failing: Fate = { failingShare: 1, latencyMs: 0 };

/**
 * A world in virtual time, with the modelled planes in place of the live ones: the same operations, decisions and
 * runners, no process and no socket.
 */
export class SimulatedWorld {
  readonly world: World;
  readonly services: LoadedServices;
  readonly clock: VirtualClock;
  readonly answers: DnsAnswers;
  readonly places: Places;
  readonly #driver: MockDriver;
  readonly #sockets: Sockets;
  readonly #balancer: ModelledBalancer;
  readonly #health: HealthRunner;
  readonly #load: ModelledLoad;
  /** Tells the listeners. */
  readonly #changed: () => void;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void | Promise<void>)[] = [];

  private constructor(
    world: World,
    clock: VirtualClock,
    services: LoadedServices,
    options: SimulatedWorldOptions,
  ) {
    this.world = world;
    this.services = services;
    this.clock = clock;
    this.places = new Places(world.geography);
    this.#sockets = new Sockets(world, modelledLoopback);
    this.answers = createDnsAnswers(world, this.#sockets);
    this.#driver = createMockDriver({ clock });
    const disks = new DiskRunner({
      world,
      disks: createModelledDisks(),
      directory: '/',
      machines: () => undefined,
      onProblem: options.onProblem ?? (() => undefined),
    });
    const instances = this.#runInstances(options);
    const stopFaults = followFaults(world, services);
    this.#balancer = new ModelledBalancer({
      clock,
      observe: (observation) => balancers.observe(observation),
      behaviour: (target) => this.#behaviour(target),
    });
    const balancers = new BalancerRunner({
      world,
      sockets: this.#sockets,
      plane: this.#balancer,
      soon: (work) => this.#soon(work),
      configured: () => this.#routesChanged(),
    });
    this.#health = this.#runHealthChecks();
    this.#load = new ModelledLoad({
      world,
      clock,
      route: (address, port) => this.#routeAt(address, port),
      behaviour: ({ target }) =>
        takesTraffic(target) ? this.#behaviour(target) : { kind: 'silent' },
    });
    const cpu = new CpuRunner({
      world,
      driver: this.#driver,
      clock,
      scope: 'watched',
      realNowMs: () => clock.now(),
    });
    this.#changed = soonOnce(
      (work) => this.#soon(work),
      () => {
        for (const listener of this.#listeners) listener();
      },
    );
    this.#stops.push(
      stopFaults,
      world.subscribe(() => this.#changed()),
      this.#driver.observe(() => this.#behaviourChanged()),
      () => cpu.stop(),
      () => this.#load.stop(),
      () => balancers.stop(),
      () => this.#health.stop(),
      () => instances.stop(),
      () => disks.stop(),
    );
  }

  /** Begins an empty world, or goes on with the one that the journal holds: then machines boot anew. */
  static async open(options: SimulatedWorldOptions): Promise<SimulatedWorld> {
    const { seed, journal = createVolatileJournal(seed), startMs = epochMs } = options;
    const services = new LoadedServices(nodeHost);
    await services.loadAll();
    const { world, clock } = await World.open({
      seed,
      geography: earth,
      journal,
      rules: services.rules,
      clock: (notBeforeMs) => new VirtualClock(Math.max(startMs, notBeforeMs)),
      onBug: (where, error) => {
        throw new Error(`A bug in ${where}.`, { cause: error });
      },
      onJournalFailure: (error) => {
        throw new Error('The journal of a simulated world failed.', { cause: error });
      },
    });
    return new SimulatedWorld(world, clock, services, options);
  }

  /** The address of a load balancer's node, as DNS gives it. */
  nodeAddress(loadBalancerArn: string, zoneId: string): string {
    return this.#sockets.nodeAddress(loadBalancerArn, zoneId);
  }

  /** The machines that there are, as the driver lists them. */
  machines(): readonly ListedMachine[] {
    return this.#driver.list();
  }

  /** Calls back after every change that answers or fates may show. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How requests fare that a user sends from a place to an address that DNS gave. */
  fate(from: Place, address: string, port: number, user: User): Fate {
    const owner = this.#sockets.ownerOf(address);
    const to = placeOfOwner(this.world, instanceHosts(this.world), owner);
    if (owner === undefined || to === undefined) return failing;
    const way = this.world.conditions.reach(from, to);
    if (!way.up || !passageTo(this.world, owner, port, loopbackClient).allowed) return failing;
    const travelMs = 2 * way.roundTrip;
    const served = this.#served(owner, port, {
      ...user,
      timeoutMs: user.timeoutMs - travelMs,
    });
    return { ...served, latencyMs: travelMs + served.latencyMs };
  }

  /** Told what traffic sends from now on: balancers count it for their metrics. */
  sends(load: TrafficLoad): void {
    this.#load.sends(load);
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    await this.#driver.close();
    await this.world.close();
  }

  #served(owner: Owner, port: number, user: User): Fate {
    if (owner.kind === 'node') return this.#servedByNode(owner, port, user);
    const met = this.#met(owner);
    return met.kind === 'response' && user.expects(met.status)
      ? { failingShare: 0, latencyMs: met.latencyMs }
      : failing;
  }

  /** What a request meets at an instance, by whatever address it is sent to. */
  #met(owner: Owner): ReturnType<MockDriver['respond']> {
    const host = hostOfOwner(instanceHosts(this.world), owner);
    return host === undefined ? { kind: 'silence' } : this.#driver.respond(host.instance.id);
  }

  /** The ARN of the listener that a node has on a port. */
  #listenerArn({ loadBalancerArn }: BalancerNode, port: number): string | undefined {
    const serving = servingLoadBalancers(this.world).find(
      ({ loadBalancer }) => loadBalancer.id === loadBalancerArn,
    );
    return serving?.listeners.find((candidate) => candidate.port === port)?.id;
  }

  #routeAt(
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

  #servedByNode(node: BalancerNode, port: number, user: User): Fate {
    const route = this.#route(node, port);
    switch (route.kind) {
      case 'silent':
        return failing;
      case 'answer':
        return user.expects(route.statusCode) ? { failingShare: 0, latencyMs: 1 } : failing;
      case 'targets': {
        let goodShare = 0;
        let latencyMs = 0;
        for (const { target, share } of route.shares) {
          const behaviour = this.#behaviour(target);
          if (!target.way.up || !takesTraffic(target) || behaviour.kind !== 'answers') continue;
          const answerMs = 2 * target.way.roundTrip + behaviour.afterMs;
          if (!user.expects(behaviour.code) || answerMs >= user.timeoutMs) continue;
          goodShare += share;
          latencyMs += share * answerMs;
        }
        if (goodShare === 0) return failing;
        // Shares are fractions: a sum that misses one by a rounding error is one.
        const failingShare = goodShare > 1 - 1e-9 ? 0 : 1 - goodShare;
        return { failingShare, latencyMs: latencyMs / goodShare };
      }
    }
  }

  #behaviour(target: NodeTarget): TargetBehaviour {
    // By its socket, which is one server's own: private addresses repeat among VPCs.
    const { socket } = target;
    const owner = socket === undefined ? undefined : this.#sockets.ownerOf(socket.address);
    if (owner?.kind !== 'instance') return { kind: 'silent' };
    const met = this.#driver.respond(owner.instanceId);
    switch (met.kind) {
      case 'silence':
        return { kind: 'silent' };
      case 'refused':
        return { kind: 'refuses' };
      case 'response':
        return { kind: 'answers', code: met.status, afterMs: met.latencyMs };
    }
  }

  #condition(checkerRegion: string, check: HealthCheck): EndpointCondition {
    const { config } = check;
    const address = config.ipAddress ?? this.#addressOf(config.fullyQualifiedDomainName ?? '');
    if (address === undefined) return { kind: 'unresolved' };
    const real = this.#realAddressOf(address);
    const owner = this.#sockets.ownerOf(real);
    const to = placeOfOwner(this.world, instanceHosts(this.world), owner);
    if (owner === undefined || to === undefined) return { kind: 'silent' };
    const way = this.world.conditions.reach({ kind: 'region', region: checkerRegion }, to);
    if (!way.up || !isCheckerLetIn(this.world, check.id, checkerRegion, owner, config.port)) {
      return { kind: 'silent' };
    }
    return this.#answerOf(owner, config, way.roundTrip);
  }

  /** The socket behind an address of AWS's side; other addresses as they are. */
  #realAddressOf(address: string): string {
    const hosts = instanceHosts(this.world);
    const elastic = hosts.elasticByAddress(address);
    if (elastic !== undefined) return this.#sockets.elasticAddress(elastic.elasticIp.id);
    const outside = hosts.byPublicAddress(address);
    return outside === undefined ? address : this.#sockets.instanceAddress(outside.instance.id);
  }

  #answerOf(
    owner: Owner,
    { port, type }: HealthCheck['config'],
    latencyMs: number,
  ): EndpointCondition {
    const answering = (statusCode: number, responseMs: number): EndpointCondition => ({
      kind: 'answering',
      latencyMs,
      responseMs,
      statusCode,
      body: '',
    });
    if (owner.kind !== 'node') {
      const met = this.#met(owner);
      if (met.kind === 'response') return answering(met.status, met.latencyMs);
      return met.kind === 'refused' ? { kind: 'refusing', latencyMs } : { kind: 'silent' };
    }
    if (type === 'TCP') {
      // Who only connects does not meet what is behind the node.
      const arn = this.#listenerArn(owner, port);
      const isThere = arn !== undefined && this.#balancer.listens(owner.zoneId, arn);
      return isThere ? answering(200, 0) : { kind: 'silent' };
    }
    const route = this.#route(owner, port);
    if (route.kind === 'silent') return { kind: 'silent' };
    if (route.kind === 'answer') return answering(route.statusCode, 1);
    // A checker's probes are few: they meet what most requests meet.
    const most = route.shares.toSorted((a, b) => b.share - a.share)[0];
    const behaviour = most === undefined ? undefined : this.#behaviour(most.target);
    return behaviour?.kind === 'answers' && most !== undefined && takesTraffic(most.target)
      ? answering(behaviour.code, behaviour.afterMs)
      : answering(behaviour?.kind === 'refuses' ? 502 : 504, 1);
  }

  #addressOf(name: string): string | undefined {
    const { answers } = this.answers.answer({ name: `${name.replace(/\.$/, '')}.`, type: 'A' });
    const record = answers.find(({ data }) => data.type === 'A');
    return record?.data.type === 'A' ? record.data.address : undefined;
  }

  #runInstances({ onProblem = () => undefined }: SimulatedWorldOptions): InstanceRunner {
    const { world } = this;
    const sockets = this.#sockets;
    return new InstanceRunner({
      world,
      driver: this.#driver,
      sockets: {
        instanceAddress: (id) => sockets.instanceAddress(id),
        release: (id) => sockets.releaseInstance(id),
        diskDirectory: (id) => `/${id}`,
      },
      metadata: (region, account, id) => metadataOf(world, region, account, id),
      endpoint: () => undefined,
      onProblem,
    });
  }

  #runHealthChecks(): HealthRunner {
    const { world, clock } = this;
    const runner = new HealthRunner({
      world,
      nodeAddress: (arn, zoneId) => this.#sockets.nodeAddress(arn, zoneId),
      soon: (work) => this.#soon(work),
    });
    runner.start(
      createModelledProber({
        seed: world.seed,
        clock,
        observe: (observation) => runner.observe(observation),
        condition: (checkerRegion, check) => this.#condition(checkerRegion, check),
      }),
    );
    return runner;
  }

  #behaviourChanged(): void {
    this.#soon(() => {
      this.#balancer.behaviourChanged();
      this.#health.conditionsChanged();
      this.#changed();
    });
  }

  /** The nodes do something else now, for example because they are there again: checkers meet that. */
  #routesChanged(): void {
    this.#soon(() => {
      this.#health.conditionsChanged();
      this.#changed();
    });
  }

  /** At this very moment, after what is under way. */
  #soon(work: () => void): void {
    this.clock.at(this.clock.now(), work);
  }
}
