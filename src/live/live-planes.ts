import { createBalancerPlane, type LiveBalancerPlane } from '../plane/balancer/balancer-plane.ts';
import type { Driver } from '../plane/compute/driver.ts';
import type { Uplink } from '../plane/compute/netns/uplink.ts';
import { LiveDisks } from '../plane/disks/live-disks.ts';
import { Carrier } from '../plane/network/carrier.ts';
import { createLiveProber } from '../plane/probe/live-prober.ts';
import type { Prober } from '../plane/probe/prober.ts';
import type { PlaneContext, Planes } from '../runtime/planes.ts';
import { resolveSocket } from '../serving/addresses/directory.ts';
import { isCheckerLetIn } from '../serving/addresses/verdicts.ts';
import { reachOutside } from '../serving/addresses/reach-outside.ts';
import {
  publicAddressOf,
  sourceTowards,
  wayFromInstance,
  wayTo,
} from '../serving/addresses/ways.ts';
import type { Log } from '../text/log.ts';
import { noWay } from '../world/way.ts';
import type { LiveClock } from './live-clock.ts';
import { PublicSides } from './public-sides.ts';

/** Where live planes run. */
export interface LiveSite {
  /** Where instances' disks lie. */
  readonly directory: string;
  /** `network` is what instances' connections meet on their way to addresses of this world, and to the Internet. */
  readonly createDriver: (
    clock: LiveClock,
    network: Pick<Uplink, 'way' | 'from' | 'publicAddressOf' | 'outside' | 'carrier'>,
  ) => Promise<Driver>;
  readonly log: Log;
}

/** Planes of processes and sockets. */
export interface LivePlanes extends Planes {
  readonly disks: LiveDisks;
  readonly balancer: LiveBalancerPlane;
  readonly publicSides: PublicSides;
  readonly carrier: Carrier;
}

const createProber = (context: PlaneContext<LiveClock>): Prober => {
  const { world, clock, sockets } = context;
  return createLiveProber({
    seed: world.seed,
    clock,
    from: sockets.carrierAddress,
    observe: context.observeChecker,
    way: (checkerRegion, target, socket) => {
      const owner = sockets.ownerOf(socket.address);
      const isLetIn =
        owner === undefined ||
        isCheckerLetIn(world, target.checkId, checkerRegion, owner, target.port);
      const from = { kind: 'region', region: checkerRegion } as const;
      return isLetIn ? wayTo(context, from, socket.address) : noWay;
    },
    resolve: (host, port) => resolveSocket(context, host, port),
  });
};

/** Makes the planes of a live world, after whatever an earlier run left behind has been ended. */
export const livePlanes =
  ({ directory, createDriver, log }: LiveSite) =>
  async (context: PlaneContext<LiveClock>): Promise<LivePlanes> => {
    const { world, clock, sockets, soon } = context;
    const carrier = new Carrier({
      clock,
      seed: world.seed,
      name: 'world',
      address: sockets.carrierAddress,
    });
    const driver = await createDriver(clock, {
      carrier,
      way: (instance, target) => wayFromInstance(context, instance, target),
      from: ({ instanceId }, target) => sourceTowards(context, instanceId, target),
      publicAddressOf: (address) => publicAddressOf(context, address),
      outside: ({ instanceId }, target) => reachOutside(context, instanceId, target),
    });
    for (const leftover of await driver.sweep()) {
      log.info({ ...leftover }, 'ended what an earlier run left behind');
    }
    const balancer = createBalancerPlane({
      log,
      clock,
      observe: (observation) => {
        if (observation.kind === 'late') clock.noteLate(observation.late, observation.realMs);
        else context.observeBalancer(observation);
      },
    });
    const publicSides = new PublicSides({
      world,
      sockets,
      carrier,
      soon,
      log,
      listens: driver.runsPrograms,
    });
    return {
      driver,
      disks: new LiveDisks(directory, (what, message) => log.warn({ id: what }, message)),
      balancer,
      prober: createProber(context),
      publicSides,
      carrier,
      disksTakeTime: true,
      cpuScope: 'everything',
      realNowMs: () => performance.now(),
      close: async () => {
        await Promise.all([publicSides.close(), balancer.close(), driver.close()]);
      },
    };
  };
