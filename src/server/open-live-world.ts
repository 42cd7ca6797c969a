import { join } from 'node:path';
import { ImageTransfers } from '../admin/image-transfers.ts';
import { InstanceAccess } from '../admin/instance-access.ts';
import { LoadedServices } from '../aws/loaded-services.ts';
import { nodeHost } from '../plane/keys/node-host.ts';
import type { Driver } from '../plane/compute/driver.ts';
import type { Uplink } from '../plane/compute/netns/uplink.ts';
import type { IdentifyTemporary } from '../wire/callers.ts';
import type { Execute } from '../wire/server.ts';
import { rootDirectory } from '../serving/addresses/volume-places.ts';
import type { Journal } from '../world/journal.ts';
import { endOthersLeftovers } from './driver-leftovers.ts';
import { createExecute, createIdentify, isSilent } from './api.ts';
import { isOftenLate, latenessText } from '../live/lateness-text.ts';
import type { LiveClock } from '../live/live-clock.ts';
import { LiveWorld, prepareDirectory } from '../live/live-world.ts';
import type { ServerOptions, Site } from './server.ts';
import { returnMemory } from './returned-memory.ts';
import { UnderWay } from './under-way.ts';
import { tellerOf } from './teller.ts';

/** A world that runs, and how the API speaks to it. */
export interface OpenWorld {
  readonly live: LiveWorld;
  /** Images that come and go by the command line, and what is known of copies. */
  readonly images: ImageTransfers;
  /** Ways into instances, for people. */
  readonly access: InstanceAccess;
  readonly execute: Execute;
  readonly identify: IdentifyTemporary;
  readonly isSilent: (service: string, region: string) => boolean;
  /** Calls that this world has yet to answer. */
  readonly underWay: UnderWay;
}

/** The same at each start on one directory, and a directory has one world at a time. */
const worldIdOf = (directory: string): string => Buffer.from(directory).toString('base64url');

/** The driver of this start. A world may have had another one at the start before. */
const createDriver = async (
  world: Site,
  clock: LiveClock,
  network: Pick<Uplink, 'way' | 'from' | 'publicAddressOf' | 'outside' | 'carrier'>,
): Promise<Driver> => {
  const { directory, loopback, log, driver } = world;
  const site = {
    stateDirectory: join(directory, 'running'),
    worldId: worldIdOf(directory),
    metadataAddress: loopback.metadataAddress,
    realPort: (port: number) => loopback.realPort(port),
    clock,
    uplink: {
      block: loopback.block,
      portOffset: loopback.portOffset,
      dnsServer: (region: string) => world.dnsServer(region),
      ...network,
    },
  };
  await endOthersLeftovers(directory, driver.name, site, log);
  return await driver.create(site);
};

/** Who begins a world is told once that the machine does not keep up with it. */
const tellLatenessOnce = (tell: (line: string) => void): ((clock: LiveClock) => void) => {
  let isTold = false;
  return (clock) => {
    const now = performance.now();
    if (isTold || !isOftenLate(clock.lateness, now)) return;
    isTold = true;
    const late = clock.lateness.recent('stall', 30_000, now);
    const advice = 'Give the world a lower speed, or the machine less to do.';
    tell(`faultline: ${latenessText(late, clock.speed(), advice)}`);
  };
};

/**
 * Recovers the journal's world and lets it run, as if it had since `sinceMs` of this machine's time. This file brings in all
 * services and planes: the server reads it only when there is a world to recover, or once somebody asks for one.
 */
export const openLiveWorld = async (
  options: ServerOptions,
  site: Site,
  journal: Journal,
  sinceMs: number,
): Promise<OpenWorld> => {
  const { directory, log, loopback } = site;
  prepareDirectory(directory);
  const { geography } = options;
  const services = new LoadedServices({
    ...nodeHost,
    isStrictAboutUserData: options.strictUserData ?? false,
  });
  if ((await journal.shards()).length > 0) await services.loadAll();
  const live = await LiveWorld.open(
    {
      services,
      // A world keeps the seed that it began with, whatever the command line says.
      seed: journal.header.seed,
      speed: options.speed,
      sinceMs,
      journal,
      directory,
      loopback,
      createDriver: (clock, network) => createDriver(site, clock, network),
      endpoint: () => site.endpoint,
      log,
      onLateness: options.onLateness ?? tellLatenessOnce(tellerOf(options)),
      onJournalFailure: (error) => {
        // Nothing more could be acknowledged; what was is safe, and a restart finds it.
        process.stderr.write(
          `faultline: the journal in ${directory} cannot be written: ${String(error)}\n`,
        );
        process.exit(1);
      },
    },
    geography,
  );
  const { world, disks, driver } = live;
  return {
    live,
    images: new ImageTransfers({
      world,
      disks,
      directory: join(directory, 'imports'),
      ready: () => services.load('ec2'),
    }),
    access: new InstanceAccess({
      world,
      driver,
      diskDirectory: (id) => rootDirectory(directory, id),
    }),
    execute: createExecute({
      world: () => live.world,
      services,
      onServiceRead: returnMemory,
      prepare: (call) => live.prepare(call),
      settle: (call) => live.settle(call),
      wait: (worldMs) =>
        new Promise((resolve) => {
          live.clock.at(live.clock.now() + worldMs, resolve);
        }),
      regionBlocks: (region) => live.regionBlocks(region),
    }),
    identify: createIdentify(() => live.world),
    isSilent: (service, region) => isSilent(live.world, services, service, region),
    underWay: new UnderWay(),
  };
};
