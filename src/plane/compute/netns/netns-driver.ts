import type { Driver, DriverNetwork } from '../driver.ts';
import { ProcessGroupDriver } from '../process-driver.ts';
import type { ProcessDriverOptions } from '../process-driver.ts';
import { NetnsNetwork } from './netns-network.ts';
import { unshareCommand } from './probe.ts';
import type { NamespaceMode } from './probe.ts';
import type { Uplink } from './uplink.ts';

/** What a netns driver is made of. */
export interface NetnsDriverOptions extends ProcessDriverOptions {
  readonly mode: NamespaceMode;
  /** The host's port at which a port of an instance is reached: the same unless this user may not listen there. */
  readonly realPort?: (port: number) => number;
  /** The world's addresses and names on the host; without them instances reach one another alone. */
  readonly uplink?: Uplink;
}

class NetnsDriver extends ProcessGroupDriver {
  readonly network: DriverNetwork;

  constructor(options: NetnsDriverOptions) {
    const { mode, realPort, uplink } = options;
    const networks: NetnsNetwork[] = [];
    super('netns', options, (run) => {
      const network = new NetnsNetwork({
        command: () => unshareCommand(mode),
        hasUserNamespace: mode !== 'root',
        run,
        realPort: realPort ?? ((port) => port),
        uplink,
      });
      networks.push(network);
      return network;
    });
    const [network] = networks;
    if (network === undefined) throw new Error('A driver asks for its network when it is made.');
    this.network = network;
  }
}

/**
 * The driver that runs each instance as a process group in a network namespace of its own, with its real private address.
 * Nothing of the host's network is touched: bridges, links and rules are in namespaces of the driver's own, which go when
 * it does.
 */
export const createNetnsDriver = (options: NetnsDriverOptions): Driver => new NetnsDriver(options);
