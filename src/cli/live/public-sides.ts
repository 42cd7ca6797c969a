import { ListeningWatch, showsListeningPorts } from '../../plane/network/listening-ports.ts';
import { createInstanceRelay, type InstanceRelay } from '../../plane/network/relay.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { World } from '../../world/world.ts';
import { hostTables, instanceHosts, type InstanceHost } from '../serving/instance-hosts.ts';
import { watchTables } from '../serving/tables-watch.ts';
import type { Log } from './log.ts';
import type { Sockets } from './sockets.ts';

export interface PublicSidesOptions {
  readonly world: World;
  readonly sockets: Sockets;
  readonly log: Log;
}

/**
 * The public sides of instances in public subnets: a relay each, so that a zone or an instance without network is
 * silent also towards a client that knows its address.
 */
export class PublicSides {
  readonly #options: PublicSidesOptions;
  readonly #relays = new Map<string, InstanceRelay>();
  readonly #watch: ListeningWatch | undefined;
  readonly #stopWatching: () => void;
  #isAsked = false;

  constructor(options: PublicSidesOptions) {
    this.#options = options;
    this.#watch = showsListeningPorts() ? new ListeningWatch() : undefined;
    this.#stopWatching = watchTables(options.world, hostTables, () => this.#ask());
    this.#converge();
  }

  /** Makes sure that the instance's public side answers on a port; resolves to the real port. */
  async open(instanceId: string, port: number): Promise<number> {
    const { sockets, log } = this.#options;
    this.#converge();
    const relay = this.#relays.get(instanceId);
    const problem = await relay?.open(sockets.realPort(port));
    if (isDomainError(problem)) log.warn({ instanceId, port }, problem.message);
    return sockets.realPort(port);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    await Promise.all([...this.#relays.values()].map((relay) => relay.close()));
    this.#relays.clear();
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(() => {
      this.#isAsked = false;
      this.#converge();
    });
  }

  #converge(): void {
    const hosts = instanceHosts(this.#options.world);
    const wanted = new Set<string>();
    for (const host of hosts.all()) {
      if (!host.isPublic || host.instance.state !== 'running') continue;
      wanted.add(host.instance.id);
      if (!this.#relays.has(host.instance.id)) this.#open(host);
    }
    for (const [instanceId, relay] of this.#relays) {
      if (wanted.has(instanceId)) continue;
      this.#relays.delete(instanceId);
      relay.close().catch((error: unknown) => {
        this.#options.log.warn({ instanceId, err: error }, 'a public side could not be closed');
      });
    }
  }

  #open(host: InstanceHost): void {
    const { world, sockets, log } = this.#options;
    const { id, zoneId } = host.instance;
    const relay = createInstanceRelay({
      publicAddress: sockets.publicAddress(id),
      hostAddress: sockets.instanceAddress(id),
      reach: () => {
        // A client on this machine is outside of every Region and right beside it.
        const vantage = { kind: 'vantage', roundTripMs: () => 0 } as const;
        return world.conditions.reach(vantage, { kind: 'instance', instanceId: id, zoneId });
      },
      ...(this.#watch === undefined ? {} : { watch: this.#watch }),
      onProblem: (message) => log.warn({ instanceId: id }, message),
    });
    this.#relays.set(id, relay);
  }
}
