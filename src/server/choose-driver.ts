import type { Driver } from '../plane/compute/driver.ts';
import type { Uplink } from '../plane/compute/netns/uplink.ts';
import type { Clock } from '../world/clock.ts';
import { isDomainError } from '../world/domain-error.ts';
import { Failed } from '../text/usage-error.ts';

/** What runs instances. */
export const driverNames = ['mock', 'process', 'netns', 'container'] as const;
export type DriverName = (typeof driverNames)[number];

export const isDriverName = (text: string): text is DriverName =>
  driverNames.some((name) => name === text);

/** `auto` takes the first of `automaticDrivers` that can run here. */
export type AskedDriver = DriverName | 'auto';

/** What a driver is made with. */
export interface DriverSite {
  /** Where it writes down what runs, for a later run. */
  readonly stateDirectory: string;
  /** The same at each start of one data directory. */
  readonly worldId: string;
  readonly metadataAddress: string;
  /** The host's port for a port of AWS's side. */
  readonly realPort: (port: number) => number;
  readonly clock: Clock;
  /** What instances with networks of their own reach of the world. */
  readonly uplink: Uplink;
}

/** The driver of this start, not made yet. */
export interface ChosenDriver {
  readonly name: DriverName;
  /** What to tell the user of how it was chosen; undefined when it is the very one that was asked for by name. */
  readonly why: string | undefined;
  create(site: DriverSite): Promise<Driver>;
}

/** Whether a driver can run here: ready to be made, or why not. */
export type Tried =
  | { readonly what: string; readonly create: ChosenDriver['create'] }
  | { readonly whyNot: string };

/** Drivers that need no asking, in the order of preference. The last one runs everywhere. */
const automaticDrivers = ['netns', 'process'] as const;

// Each driver's code is read only when it is the one: an empty world says that it is ready before anything else.
const attempts: Readonly<Record<DriverName, () => Promise<Tried>>> = {
  mock: () =>
    Promise.resolve({
      what: 'nothing runs; instances do what their scripts say',
      create: async ({ clock }) => {
        const { createMockDriver } = await import('../plane/compute/mock-driver.ts');
        return createMockDriver({ clock });
      },
    }),
  process: () =>
    Promise.resolve({
      what: "instances are process groups in this host's network",
      create: async (site) => {
        const { createProcessDriver } = await import('../plane/compute/process-driver.ts');
        return createProcessDriver(site);
      },
    }),
  netns: async () => {
    const { probeNetns } = await import('../plane/compute/netns/probe.ts');
    const probed = await probeNetns();
    if ('why' in probed) return { whyNot: probed.why };
    const { mode } = probed;
    return {
      what: `instances have networks and private addresses of their own (${mode === 'root' ? 'made as root' : 'in a user namespace'})`,
      create: async (site) => {
        const { createNetnsDriver } = await import('../plane/compute/netns/netns-driver.ts');
        return createNetnsDriver({ ...site, mode });
      },
    };
  },
  container: async () => {
    const { findEngine } = await import('../plane/compute/container/find-engine.ts');
    const engine = await findEngine();
    if (isDomainError(engine)) return { whyNot: engine.message };
    const { probeNetns } = await import('../plane/compute/netns/probe.ts');
    const networks = await probeNetns();
    const network =
      'mode' in networks
        ? 'with private addresses of their own'
        : `each alone in its network, without private addresses and balancers in reach: ${networks.why}`;
    return {
      what: `instances are containers of ${engine.kind} ${engine.version}, ${network}`,
      create: async ({ uplink, ...site }) => {
        const { createContainerDriver } =
          await import('../plane/compute/container/container-driver.ts');
        return createContainerDriver({
          ...site,
          engine,
          ...('mode' in networks ? { uplink } : {}),
        });
      },
    };
  },
};

/** Finds out whether a driver can run here. */
export const tryDriver = (name: DriverName): Promise<Tried> => attempts[name]();

/**
 * Finds out which driver runs instances. One that was asked for by name and cannot run here is `Failed`, with the reason;
 * nothing else takes its place.
 */
export const chooseDriver = async (asked: AskedDriver): Promise<ChosenDriver> => {
  if (asked !== 'auto') {
    const tried = await attempts[asked]();
    if ('whyNot' in tried) throw new Failed(`--driver ${asked} cannot run here: ${tried.whyNot}.`);
    return { name: asked, why: undefined, create: tried.create };
  }
  const passedOver: string[] = [];
  for (const name of automaticDrivers) {
    const tried = await attempts[name]();
    if ('whyNot' in tried) {
      passedOver.push(`not ${name}: ${tried.whyNot}`);
      continue;
    }
    return { name, why: [tried.what, ...passedOver].join('; '), create: tried.create };
  }
  throw new Failed(`No driver can run here: ${passedOver.join('; ')}.`);
};
