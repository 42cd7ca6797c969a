import type { ListedMachine } from '../plane/compute/driver.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { duplexPair, type Duplex } from 'node:stream';
import { explainPlaceLookup, Places, type Place as AtlasPlace } from '../atlas/places.ts';
import { earth, type Geography } from '../atlas/geography.ts';
import type { Call } from '../aws/execute.ts';
import type { LoadedServices } from '../aws/loaded-services.ts';
import type { Driver } from '../plane/compute/driver.ts';
import type { LiveDisks } from '../plane/disks/live-disks.ts';
import type { RegionBlocks } from '../plane/disks/region-blocks.ts';
import { joinOverWay } from '../plane/network/join.ts';
import type { SocketAddress } from '../plane/network/socket-address.ts';
import { openRuntime, type Runtime } from '../runtime/runtime.ts';
import { defaultPort, lookUpSocket } from '../serving/addresses/directory.ts';
import { servingLoadBalancers } from '../serving/addresses/load-balancers.ts';
import type { PublicOwner } from '../serving/addresses/owners.ts';
import { loopbackClient, verdictTo } from '../serving/addresses/verdicts.ts';
import type { LoopbackAddresses, Sockets } from '../serving/addresses/sockets.ts';
import { wayTo } from '../serving/addresses/ways.ts';
import {
  blockedBalancerPaths,
  blockedSubnetPaths,
  type BlockedPath,
} from '../serving/runners/blocked-paths.ts';
import type { DnsAnswers } from '../serving/names/dns-answers.ts';
import { reservedWorldTime } from '../world/clock-position.ts';
import { DomainError } from '../world/domain-error.ts';
import type { Journal } from '../world/journal.ts';
import type { World } from '../world/world.ts';
import { ClockPositionKeeper } from './clock-position.ts';
import { watchLateness } from './lateness-watch.ts';
import { LiveClock } from './live-clock.ts';
import { livePlanes, type LivePlanes, type LiveSite } from './live-planes.ts';

/** A real socket that people may want to connect to. */
export interface EntrySocket extends SocketAddress {
  /** What keeps people out although the socket is there: their packets are dropped. Absent when they are let in. */
  readonly blocked?: string;
}

/** What a live world is made with. */
export interface LiveWorldOptions extends LiveSite {
  readonly seed: number;
  /** World seconds per real second. */
  readonly speed: number;
  /** This machine's time from which on world time has passed, unless the journal knows of a later world time. */
  readonly sinceMs: number;
  readonly journal: Journal;
  /** All of them where the journal holds anything. */
  readonly services: LoadedServices;
  readonly loopback: LoopbackAddresses;
  readonly endpoint: () => string | undefined;
  /** Called some times a second, when it was measured how late this machine is: the clock has what was found. */
  readonly onLateness?: (clock: LiveClock) => void;
  /** The journal can no longer be written: the process must end. */
  readonly onJournalFailure: (error: unknown) => void;
}

const soon = (work: () => void): void => {
  setImmediate(work);
};

/** A world with live planes: a clock that runs, processes and sockets. */
export class LiveWorld {
  readonly world: World;
  readonly clock: LiveClock;
  readonly answers: DnsAnswers;
  readonly places: Places;
  readonly sockets: Sockets;
  readonly driver: Driver;
  /** Where volumes, snapshots and images lie. */
  readonly disks: LiveDisks;
  readonly #runtime: Runtime<LiveClock, LivePlanes>;
  readonly #clockPosition: ClockPositionKeeper;
  readonly #stopMeasuring: () => void;

  private constructor(runtime: Runtime<LiveClock, LivePlanes>, options: LiveWorldOptions) {
    const { world, clock, answers, sockets, planes } = runtime;
    this.#runtime = runtime;
    this.world = world;
    this.clock = clock;
    this.answers = answers;
    this.sockets = sockets;
    this.places = new Places(world.geography);
    this.driver = planes.driver;
    this.disks = planes.disks;
    this.#clockPosition = new ClockPositionKeeper(world, clock);
    this.#stopMeasuring = watchLateness(clock, options.onLateness ?? (() => undefined));
  }

  /** Recovers the journal's world, ends what an earlier run left behind, and lets everything run. */
  static async open(options: LiveWorldOptions, geography: Geography = earth): Promise<LiveWorld> {
    const { log, speed, sinceMs } = options;
    const runtime = await openRuntime({
      ...options,
      geography,
      clock: (notBeforeMs, recovered) => {
        const passedMs = Math.max(0, Date.now() - sinceMs) * speed;
        const startMs = Math.max(sinceMs + passedMs, notBeforeMs, reservedWorldTime(recovered));
        return new LiveClock(startMs, speed);
      },
      soon: () => soon,
      planes: livePlanes(options),
      onProblem: (id, message) => log.warn({ id }, message),
      onBug: (where, error) => log.error({ err: error }, `a bug in ${where}`),
    });
    return new LiveWorld(runtime, options);
  }

  /** The blocks of a Region's snapshots. */
  regionBlocks(region: string): RegionBlocks {
    return this.disks.blocks(region);
  }

  /** Brings into the world what an operation will read of machines and disks. */
  prepare(call: Call): Promise<void> {
    return this.#runtime.prepare(call);
  }

  /** Settles when the disks show what an operation has asked of them, so that its answer is true. */
  settle(call: Call): Promise<void> {
    return this.#runtime.settle(call);
  }

  /** Where people connect to: each load balancer by name, with the sockets of its nodes. */
  connections(): readonly { readonly what: string; readonly where: string }[] {
    const listening = this.#runtime.planes.balancer.listening();
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
    this.#runtime.planes.balancer.clockChanged();
    this.#clockPosition.keep();
  }

  /** The machines that are on. */
  machines(): readonly ListedMachine[] {
    return this.#runtime.planes.driver.list();
  }

  /** What is there and lets nobody in, and why. */
  blockedPaths(): readonly BlockedPath[] {
    return [
      ...blockedBalancerPaths(this.world),
      ...this.#runtime.planes.publicSides.blockedPaths(),
      ...blockedSubnetPaths(this.world),
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
      this.#runtime.planes.publicSides.open(owner, wanted);
    const options = { world, sockets, answers, openPublicPort };
    const socket = await lookUpSocket(options, of, port, region);
    if (socket instanceof DomainError) return socket;
    const owner = sockets.ownerOf(socket.address);
    const asked = port ?? defaultPort;
    const verdict =
      owner === undefined ? undefined : verdictTo(world, owner, asked, loopbackClient);
    return verdict?.allowed === false ? { ...socket, blocked: verdict.detail } : socket;
  }

  /** A connection of a user at a place to an address that DNS gave. It breaks and stands still as its way has it. */
  connectFrom(place: AtlasPlace, address: string, port: number): Duplex {
    const { places, sockets, world } = this;
    const roundTripMs = (region: string): number => places.roundTripFromPlace(place, region).ms;
    const [user, carried] = duplexPair();
    const target = { address, port: sockets.realPort(port) };
    joinOverWay(carried, target, {
      carrier: this.#runtime.planes.carrier,
      way: () => wayTo(this, { kind: 'vantage', roundTripMs }, address),
      admits: () => {
        const owner = sockets.ownerOf(address);
        return owner === undefined || verdictTo(world, owner, port, loopbackClient).allowed;
      },
      isCarriedWhole: true,
    });
    return user;
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
    await this.#runtime.stop();
    this.#clockPosition.stop();
    this.clock.stop();
    await this.world.close();
  }
}

/** Makes the directory of a world's disks, readable by nobody else: user data may hold secrets. */
export const prepareDirectory = (directory: string): void => {
  mkdirSync(join(directory, 'instances'), { recursive: true, mode: 0o700 });
};
