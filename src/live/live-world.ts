import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { explainPlaceLookup, Places, type Place as AtlasPlace } from '../atlas/places.ts';
import { earth, type Geography } from '../atlas/geography.ts';
import type { Call } from '../aws/execute.ts';
import type { LoadedServices } from '../aws/loaded-services.ts';
import { createBalancerPlane } from '../plane/balancer/balancer-plane.ts';
import { LiveDisks } from '../plane/disks/live-disks.ts';
import type { RegionBlocks } from '../plane/disks/region-blocks.ts';
import { createLiveProber } from '../plane/probe/live-prober.ts';
import type { Driver } from '../plane/compute/driver.ts';
import type { Asker, Surroundings } from '../plane/compute/netns/surroundings.ts';
import type { Place } from '../world/places.ts';
import { DomainError } from '../world/domain-error.ts';
import type { Journal } from '../world/journal.ts';
import { noWay, openWay, type Way } from '../world/way.ts';
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
import { balancerBlockages, subnetBlockages, type Blockage } from '../serving/runners/blockages.ts';
import {
  isCheckerLetIn,
  loopbackClient,
  passageFromInstance,
  passageTo,
} from '../serving/addresses/passages.ts';
import type { PublicOwner } from '../serving/addresses/owners.ts';
import { placeOfOwner } from '../serving/addresses/places.ts';
import { SecurityRunner } from '../serving/runners/security-runner.ts';
import { rootDirectory } from '../serving/addresses/volume-places.ts';
import type { SocketAddress } from '../plane/network/socket-address.ts';
import { ClockPositionKeeper, reservedWorldTime } from './clock-position.ts';
import { defaultPort, lookUpSocket, resolveSocket } from '../serving/addresses/directory.ts';
import { reachOutside } from '../serving/addresses/reach-outside.ts';
import type { Log } from '../text/log.ts';
import { watchLateness } from './lateness-watch.ts';
import { LiveClock } from './live-clock.ts';
import { PublicSides } from './public-sides.ts';
import { Sockets, type LoopbackAddresses } from '../serving/addresses/sockets.ts';

/** A real socket that people may want to connect to. */
export interface EntrySocket extends SocketAddress {
  /** What keeps people out although the socket is there: their packets are dropped. Absent when they are let in. */
  readonly blocked?: string;
}

/** What a live world is made with. */
export interface LiveWorldOptions {
  readonly seed: number;
  readonly speed: number;
  /** This machine's time from which on world time has passed, unless the journal knows of a later world time. */
  readonly sinceMs: number;
  readonly journal: Journal;
  /** All of them where the journal holds anything. */
  readonly services: LoadedServices;
  /** Where instances' disks lie. */
  readonly directory: string;
  readonly loopback: LoopbackAddresses;
  /** `network` is what instances' connections meet on their way to addresses of this world, and to the Internet. */
  readonly createDriver: (
    clock: LiveClock,
    network: Pick<Surroundings, 'way' | 'outside'>,
  ) => Promise<Driver>;
  readonly endpoint: () => string | undefined;
  readonly log: Log;
  /** Called some times a second, when it was measured how late this machine is: the clock has what was found. */
  readonly onLateness?: (clock: LiveClock) => void;
  /** The journal can no longer be written: the process must end. */
  readonly onJournalFailure: (error: unknown) => void;
}

/** A large volume is filled from its snapshot for longer than a client waits; its attachment is answered then. */
const longestPlacingMs = 20_000;

const soon = (work: () => void): void => {
  setImmediate(work);
};

/**
 * One world and the planes that make it real. It begins with what the journal holds: instances are booted anew,
 * balancers and probers begin again, and timers that came due fire.
 */
export class LiveWorld {
  readonly world: World;
  readonly clock: LiveClock;
  readonly answers: DnsAnswers;
  readonly places: Places;
  readonly sockets: Sockets;
  /** The blocks of a Region's snapshots. */
  readonly regionBlocks: (region: string) => RegionBlocks;
  readonly #options: LiveWorldOptions;
  readonly driver: Driver;
  /** Where volumes, snapshots and images lie. */
  readonly disks: LiveDisks;
  readonly #disks: DiskRunner;
  readonly #instances: InstanceRunner;
  readonly #security: SecurityRunner | undefined;
  readonly #balancers: BalancerRunner;
  readonly #plane: ReturnType<typeof createBalancerPlane>;
  readonly #health: HealthRunner;
  readonly #publicSides: PublicSides;
  readonly #clockPosition: ClockPositionKeeper;
  readonly #cpu: CpuRunner;
  readonly #stopFollowing: () => void;
  readonly #stopMeasuring: () => void;

  private constructor(options: LiveWorldOptions, world: World, clock: LiveClock, driver: Driver) {
    this.#options = options;
    this.world = world;
    this.clock = clock;
    this.driver = driver;
    this.places = new Places(world.geography);
    this.sockets = new Sockets(world, options.loopback);
    this.answers = createDnsAnswers(world, this.sockets);
    this.#stopFollowing = followFaults(world, options.services);
    const { directory, log } = options;
    this.disks = new LiveDisks(directory, (what, message) => log.warn({ id: what }, message));
    this.regionBlocks = (region) => this.disks.blocks(region);
    this.#disks = new DiskRunner({
      world,
      disks: this.disks,
      directory,
      machines: () => this.#instances,
      onProblem: (id, message) => log.warn({ id }, message),
    });
    this.#instances = this.#runInstances();
    this.#security = this.#runSecurity();
    this.#publicSides = new PublicSides({ world, sockets: this.sockets, soon, log: options.log });
    this.#plane = createBalancerPlane({
      log: options.log,
      clock,
      observe: (observation) => {
        if (observation.kind === 'late') clock.noteLate(observation.late, observation.realMs);
        else this.#balancers.observe(observation);
      },
    });
    this.#balancers = new BalancerRunner({
      world,
      sockets: this.sockets,
      plane: this.#plane,
      soon,
    });
    this.#health = this.#runHealthChecks();
    this.#cpu = new CpuRunner({
      world,
      driver,
      clock,
      scope: 'everything',
      realNowMs: () => performance.now(),
    });
    this.#clockPosition = new ClockPositionKeeper(world, clock);
    this.#stopMeasuring = watchLateness(clock, options.onLateness ?? (() => undefined));
  }

  /** Recovers the journal's world, ends what an earlier run left behind, and lets everything run. */
  static async open(options: LiveWorldOptions, geography: Geography = earth): Promise<LiveWorld> {
    const { world, clock } = await World.open({
      seed: options.seed,
      geography,
      journal: options.journal,
      rules: options.services.rules,
      clock: (notBeforeMs, recovered) => {
        const { sinceMs, speed } = options;
        const passedMs = Math.max(0, Date.now() - sinceMs) * speed;
        const startMs = Math.max(sinceMs + passedMs, notBeforeMs, reservedWorldTime(recovered));
        return new LiveClock(startMs, speed);
      },
      onBug: (where, error) => options.log.error({ err: error }, `a bug in ${where}`),
      onJournalFailure: options.onJournalFailure,
    });
    const opened: LiveWorld[] = [];
    const driver = await options.createDriver(clock, {
      // No instance runs before the world does.
      way: (asker, target) => opened[0]?.wayOfInstance(asker, target) ?? noWay,
      outside: ({ instanceId }, socket) => ({
        socket,
        way: reachOutside(world, instanceId, socket),
      }),
    });
    for (const leftover of await driver.sweep()) {
      options.log.info({ ...leftover }, 'ended what an earlier run left behind');
    }
    const live = new LiveWorld(options, world, clock, driver);
    opened.push(live);
    return live;
  }

  /** Brings into the world what an operation will read of machines and disks. */
  async prepare(call: Call): Promise<void> {
    const { InstanceId: id } = call.input;
    if (call.service.refreshes?.[call.operation] === 'console' && typeof id === 'string') {
      await this.#instances.refreshConsole(call.region, call.account, id);
    }
  }

  /** Settles when the disks show what an operation has asked of them, so that its answer is true. */
  async settle(call: Call): Promise<void> {
    switch (call.service.settles?.[call.operation]) {
      case 'snapshots-taken':
        return await this.#disks.taken();
      case 'volumes-placed':
        return await Promise.race([
          this.#disks.placed(),
          pause(longestPlacingMs, undefined, { ref: false }),
        ]);
      case undefined:
        return undefined;
    }
  }

  /** Where people connect to: each load balancer by name, with the sockets of its nodes. */
  connections(): readonly { readonly what: string; readonly where: string }[] {
    const listening = this.#plane.listening();
    return servingLoadBalancers(this.world).map(({ loadBalancer }) => {
      const sockets = listening.filter((socket) => socket.loadBalancerArn === loadBalancer.id);
      const where = sockets.map((socket) =>
        socket.error === undefined
          ? `${socket.address}:${socket.port} (${socket.zoneId})`
          : `${socket.zoneId}: ${socket.error}`,
      );
      return { what: loadBalancer.dnsName, where: where.join(', ') };
    });
  }

  /** The clock has another speed, or was moved. */
  clockChanged(): void {
    this.#plane.clockChanged();
    this.#clockPosition.keep();
  }

  /** What is there and lets nobody in, and why. */
  blockages(): readonly Blockage[] {
    return [
      ...balancerBlockages(this.world),
      ...this.#publicSides.blockages(),
      ...subnetBlockages(this.world),
    ];
  }

  /** Where an address, a name or an id of AWS's side really is, and what keeps people out of it. */
  async socketOf(
    of: string,
    port: number | undefined,
    region: string | undefined,
  ): Promise<EntrySocket | DomainError> {
    const { world, sockets, answers } = this;
    const openPublicPort = (owner: PublicOwner, wanted: number): Promise<number> =>
      this.#publicSides.open(owner, wanted);
    const options = { world, sockets, answers, openPublicPort };
    const socket = await lookUpSocket(options, of, port, region);
    if (socket instanceof DomainError) return socket;
    const owner = sockets.ownerOf(socket.address);
    const asked = port ?? defaultPort;
    const passage =
      owner === undefined ? undefined : passageTo(world, owner, asked, loopbackClient);
    return passage?.allowed === false ? { ...socket, blocked: passage.detail } : socket;
  }

  /** What a connection of a user at a place meets on its way to an address that DNS gave. */
  wayFrom(
    place: AtlasPlace,
    address: string,
    port: number,
  ): { readonly way: Way; readonly socket: SocketAddress } {
    const { places, sockets } = this;
    const roundTripMs = (region: string): number => places.roundTripFromPlace(place, region).ms;
    const way = this.reachOf({ kind: 'vantage', roundTripMs }, address);
    return { way, socket: { address, port: sockets.realPort(port) } };
  }

  /** The place that a city or a Region is. */
  placeOf(of: string): ReturnType<Places['find']> | DomainError {
    const found = this.places.find(of);
    if (found.kind === 'found') return found;
    const code = found.kind === 'ambiguous' ? 'AmbiguousPlace' : 'NoSuchPlace';
    return new DomainError(code, explainPlaceLookup(of, found));
  }

  /** Ends everything that runs, in the order in which nothing is seen half done, and closes the journal. */
  async close(): Promise<void> {
    this.#stopMeasuring();
    this.#stopFollowing();
    this.#health.stop();
    this.#cpu.stop();
    this.#balancers.stop();
    this.#instances.stop();
    this.#security?.stop();
    await Promise.all([this.#publicSides.close(), this.#plane.close(), this.driver.close()]);
    await this.#disks.stop();
    this.#clockPosition.stop();
    this.clock.stop();
    await this.world.close();
  }

  #runHealthChecks(): HealthRunner {
    const { world, sockets, clock } = this;
    const runner = new HealthRunner({
      world,
      nodeAddress: (arn, zoneId) => sockets.nodeAddress(arn, zoneId),
      soon,
    });
    runner.start(
      createLiveProber({
        seed: world.seed,
        clock,
        observe: (observation) => runner.observe(observation),
        way: (checkerRegion, target, socket) => {
          const owner = sockets.ownerOf(socket.address);
          const way = this.reachOf({ kind: 'region', region: checkerRegion }, socket.address);
          const isLetIn =
            owner === undefined ||
            isCheckerLetIn(world, target.checkId, checkerRegion, owner, target.port);
          return isLetIn ? way : noWay;
        },
        resolve: (host, port) =>
          resolveSocket({ world, sockets, answers: this.answers }, host, port),
      }),
    );
    return runner;
  }

  /** What bytes from a place to a loopback address of this world meet. */
  reachOf(from: Place, address: string): Way {
    const { world, sockets } = this;
    const owner = sockets.ownerOf(address);
    const to = placeOfOwner(world, instanceHosts(world), owner);
    if (to !== undefined) return world.conditions.reach(from, to);
    // Packets to an Elastic IP that leads nowhere are dropped.
    return owner?.kind === 'address' ? noWay : openWay(0);
  }

  /** The same from an instance in a network of its own: its routes and rules come first. */
  wayOfInstance({ instanceId, zoneId }: Asker, { address, port }: SocketAddress): Way {
    const { world, sockets } = this;
    const owner = sockets.ownerOf(address);
    const isLetOut =
      owner === undefined ||
      sockets
        .awsPorts(port)
        .some((awsPort) => passageFromInstance(world, instanceId, owner, awsPort).allowed);
    return isLetOut ? this.reachOf({ kind: 'instance', instanceId, zoneId }, address) : noWay;
  }

  /** A driver that makes networks of its own keeps them to what security groups and faults say. */
  #runSecurity(): SecurityRunner | undefined {
    const { world } = this;
    const { network } = this.driver;
    if (network === undefined) return undefined;
    const { log } = this.#options;
    return new SecurityRunner({
      world,
      driver: this.driver,
      network,
      soon,
      onProblem: (what, message) => log.warn({ id: what }, message),
    });
  }

  #runInstances(): InstanceRunner {
    const { world, sockets } = this;
    const { directory, log } = this.#options;
    return new InstanceRunner({
      world,
      driver: this.driver,
      sockets: {
        instanceAddress: (id) => sockets.instanceAddress(id),
        release: (id) => sockets.releaseInstance(id),
        diskDirectory: (id) => rootDirectory(directory, id),
      },
      disks: this.#disks,
      metadata: (region, account, id) => metadataOf(world, region, account, id),
      endpoint: this.#options.endpoint,
      onProblem: (id, message) => log.warn({ instanceId: id }, message),
    });
  }
}

/** Makes the directory of a world's disks, readable by nobody else: user data may hold secrets. */
export const prepareDirectory = (directory: string): void => {
  mkdirSync(join(directory, 'instances'), { recursive: true, mode: 0o700 });
};
