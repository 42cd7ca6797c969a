import type { Geography } from '../atlas/geography.ts';
import type { Call } from '../aws/execute.ts';
import type { LoadedServices } from '../aws/loaded-services.ts';
import { followOutboxes } from '../aws/outbox-delivery.ts';
import type { CheckerObservation } from '../aws/route53/checker-statuses.ts';
import type { BalancerObservation } from '../plane/balancer/balancer-plane.ts';
import type { NodeConfiguration } from '../plane/balancer/messages.ts';
import { rootDirectory } from '../serving/addresses/volume-places.ts';
import { Sockets, type LoopbackAddresses } from '../serving/addresses/sockets.ts';
import { BalancerRunner } from '../serving/runners/balancer-runner.ts';
import { CpuRunner } from '../serving/runners/cpu-runner.ts';
import { DiskRunner } from '../serving/runners/disk-runner.ts';
import { createDnsAnswers, type DnsAnswers } from '../serving/names/dns-answers.ts';
import { followFaults } from '../serving/runners/fault-follower.ts';
import { HealthRunner } from '../serving/runners/health-runner.ts';
import { InstanceRunner } from '../serving/runners/instance-runner.ts';
import { metadataOf } from '../serving/runners/metadata.ts';
import { SecurityRunner } from '../serving/runners/security-runner.ts';
import type { RunSoon } from '../serving/runners/soon.ts';
import type { Clock } from '../world/clock.ts';
import type { Journal } from '../world/journal.ts';
import { World, type WorldOptions } from '../world/world.ts';
import type { PlaneContext, Planes } from './planes.ts';
import { prepareCall, settleCall } from './settling.ts';

/** What a runtime is made with. */
export interface RuntimeOptions<C extends Clock, P extends Planes> {
  readonly seed: number;
  readonly geography: Geography;
  readonly journal: Journal;
  /** All of them where the journal holds anything. */
  readonly services: LoadedServices;
  readonly clock: WorldOptions<C>['clock'];
  /** How soon runners do what a change asks of them. */
  readonly soon: (clock: C) => RunSoon;
  readonly loopback: LoopbackAddresses;
  /** Makes the planes; none of them tells anything before it is told something. */
  readonly planes: (context: PlaneContext<C>) => Promise<P>;
  /** Where instances' disks lie. */
  readonly directory: string;
  /** The URL of the AWS API, as programs in instances reach it; undefined while it is not known. */
  readonly endpoint: () => string | undefined;
  /** Told when a plane cannot do what it is told to, by the id of what it is about. */
  readonly onProblem: (id: string, message: string) => void;
  readonly onBug: WorldOptions['onBug'];
  readonly onJournalFailure: WorldOptions['onJournalFailure'];
}

/**
 * One world and the planes that make it real, live or modelled: which they are it does not know. It begins with what the
 * journal holds: instances are booted anew, balancers and probers begin again, and timers that came due fire.
 */
export class Runtime<C extends Clock, P extends Planes> {
  readonly world: World;
  readonly clock: C;
  readonly sockets: Sockets;
  readonly answers: DnsAnswers;
  readonly soon: RunSoon;
  readonly planes: P;
  readonly #options: RuntimeOptions<C, P>;
  readonly #disks: DiskRunner;
  readonly #instances: InstanceRunner;
  readonly #security: SecurityRunner | undefined;
  readonly #balancers: BalancerRunner;
  readonly #health: HealthRunner;
  readonly #cpu: CpuRunner;
  readonly #stopFollowing: () => void;

  constructor(options: RuntimeOptions<C, P>, context: PlaneContext<C>, planes: P) {
    const { world, clock, sockets, answers, soon } = context;
    this.#options = options;
    this.world = world;
    this.clock = clock;
    this.sockets = sockets;
    this.answers = answers;
    this.soon = soon;
    this.planes = planes;
    const stopFollowingFaults = followFaults(world, options.services);
    const stopDelivering = followOutboxes(world);
    this.#stopFollowing = () => {
      stopFollowingFaults();
      stopDelivering();
    };
    this.#disks = new DiskRunner({
      world,
      disks: planes.disks,
      directory: options.directory,
      machines: () => (planes.disksTakeTime ? this.#instances : undefined),
      runsPrograms: planes.driver.runsPrograms,
      onProblem: options.onProblem,
    });
    this.#instances = this.#runInstances();
    this.#security = this.#runSecurity();
    this.#balancers = new BalancerRunner({ world, sockets, plane: planes.balancer, soon });
    this.#health = new HealthRunner({
      world,
      nodeAddress: (arn, zoneId) => sockets.nodeAddress(arn, zoneId),
      soon,
    });
    this.#health.start(planes.prober);
    this.#cpu = new CpuRunner({
      world,
      driver: planes.driver,
      clock,
      scope: planes.cpuScope,
      realNowMs: planes.realNowMs,
    });
  }

  /** Takes what a balancer's node saw. */
  observeBalancer(observation: BalancerObservation): void {
    this.#balancers.observe(observation);
  }

  /** Takes what a health checker reports. */
  observeChecker(observation: CheckerObservation): void {
    this.#health.observe(observation);
  }

  /** What balancers' nodes were told last, and what they would be told if everything were read anew: to compare both. */
  nodes(): {
    readonly told: readonly NodeConfiguration[];
    readonly anew: readonly NodeConfiguration[];
  } {
    return { told: this.#balancers.told(), anew: this.#balancers.readAnew() };
  }

  /** Lets the checkers look again at what they meet. */
  checkersMeetOthers(): void {
    this.#health.conditionsChanged();
  }

  /** Brings into the world what an operation will read of machines and disks. */
  prepare(call: Call): Promise<void> {
    return prepareCall(this.#instances, call);
  }

  /** Settles when the disks show what an operation has asked of them, so that its answer is true. */
  settle(call: Call): Promise<void> {
    return settleCall(this.#disks, call);
  }

  /** Ends everything that runs, in the order in which nothing is seen half done; the world itself is closed after it. */
  async stop(): Promise<void> {
    this.#stopFollowing();
    this.#health.stop();
    this.#cpu.stop();
    this.#balancers.stop();
    this.#instances.stop();
    this.#security?.stop();
    await this.planes.close();
    await this.#disks.stop();
  }

  /** A driver that makes networks of its own keeps them to what security groups and faults say. */
  #runSecurity(): SecurityRunner | undefined {
    const { world, planes, soon } = this;
    const { driver } = planes;
    if (driver.network === undefined) return undefined;
    const { onProblem } = this.#options;
    return new SecurityRunner({ world, driver, network: driver.network, soon, onProblem });
  }

  #runInstances(): InstanceRunner {
    const { world, sockets, planes } = this;
    const { directory, endpoint, onProblem } = this.#options;
    return new InstanceRunner({
      world,
      driver: planes.driver,
      sockets: {
        instanceAddress: (id) => sockets.instanceAddress(id),
        release: (id) => sockets.releaseInstance(id),
        diskDirectory: (id) => rootDirectory(directory, id),
      },
      ...(planes.disksTakeTime ? { disks: this.#disks } : {}),
      metadata: (region, account, id) => metadataOf(world, region, account, id),
      endpoint,
      onProblem,
    });
  }
}

/** Recovers the journal's world, makes its planes, and lets everything run. */
export const openRuntime = async <C extends Clock, P extends Planes>(
  options: RuntimeOptions<C, P>,
): Promise<Runtime<C, P>> => {
  const { seed, geography, journal, services, onBug, onJournalFailure } = options;
  const { world, clock } = await World.open({
    seed,
    geography,
    journal,
    rules: services.rules,
    clock: options.clock,
    onBug,
    onJournalFailure,
  });
  const sockets = new Sockets(world, options.loopback);
  const context: PlaneContext<C> = {
    world,
    clock,
    sockets,
    answers: createDnsAnswers(world, sockets),
    soon: options.soon(clock),
    observeBalancer: (observation) => runtime.observeBalancer(observation),
    observeChecker: (observation) => runtime.observeChecker(observation),
    checkersMeetOthers: () => runtime.checkersMeetOthers(),
  };
  const planes = await options.planes(context);
  const runtime: Runtime<C, P> = new Runtime(options, context, planes);
  return runtime;
};
