import { locationOf } from '../aws/ec2/instances/instance-location.ts';
import { ListeningWatch, showsListeningPorts } from '../plane/network/listening-ports.ts';
import {
  createAddressRelay,
  createInstanceRelay,
  type AddressRelay,
  type InstanceRelay,
  type RelayTarget,
} from '../plane/network/relay.ts';
import { isDomainError } from '../world/domain-error.ts';
import type { World } from '../world/world.ts';
import {
  hostTables,
  instanceHosts,
  type ElasticAddress,
  type InstanceHost,
} from '../serving/addresses/instance-hosts.ts';
import type { PublicOwner } from '../serving/addresses/owners.ts';
import type { Blockage } from '../serving/runners/blockages.ts';
import { loopbackClient, passageTo } from '../serving/addresses/passages.ts';
import { soonOnce, type RunSoon } from '../serving/runners/soon.ts';
import { watchTables } from '../serving/runners/tables-watch.ts';
import type { Log } from '../text/log.ts';
import type { Sockets } from '../serving/addresses/sockets.ts';

export interface PublicSidesOptions {
  readonly world: World;
  readonly sockets: Sockets;
  readonly soon: RunSoon;
  readonly log: Log;
}

const sideOfInstance = (instanceId: string): PublicOwner => ({ kind: 'public', instanceId });

const elasticIp = (allocationId: string): PublicOwner => ({ kind: 'address', allocationId });

/** Where most clients try: an address that leads nowhere yet is silent there. */
const usualPorts = [22, 80, 443] as const;

/**
 * The sides by which instances are reached from outside: a relay for each instance in a public subnet and one for each
 * Elastic IP, so that a zone or an instance without network is silent also towards a client that knows its address, and
 * an Elastic IP leads to another server as soon as it is associated with it.
 */
export class PublicSides {
  readonly #options: PublicSidesOptions;
  /** By instance id. */
  readonly #instances = new Map<string, InstanceRelay>();
  /** By allocation id. */
  readonly #addresses = new Map<string, AddressRelay>();
  readonly #watch: ListeningWatch | undefined;
  readonly #stopWatching: () => void;
  #isClosed = false;

  constructor(options: PublicSidesOptions) {
    this.#options = options;
    this.#watch = showsListeningPorts() ? new ListeningWatch() : undefined;
    const converge = soonOnce(options.soon, () => this.#converge());
    this.#stopWatching = watchTables(options.world, hostTables, converge);
    this.#converge();
    options.sockets.keepElasticAddresses(new Set(this.#addresses.keys()));
  }

  /** Makes sure that the side of this owner of an address answers on a port; resolves to the real port. */
  async open(owner: PublicOwner, port: number): Promise<number> {
    const { sockets, log } = this.#options;
    this.#converge();
    const problem = await this.#relayOf(owner)?.open(sockets.realPort(port));
    if (isDomainError(problem)) log.warn({ owner, port }, problem.message);
    return sockets.realPort(port);
  }

  /** What instances listen on and nobody outside is let in to, and why. */
  blockages(): readonly Blockage[] {
    const { world, sockets } = this.#options;
    const owned = [
      ...[...this.#instances].map(([id, relay]) => ({ id, relay, owner: sideOfInstance(id) })),
      ...[...this.#addresses].map(([id, relay]) => ({ id, relay, owner: elasticIp(id) })),
    ];
    return owned.flatMap(({ id, relay, owner }) =>
      relay.ports().flatMap((realPort) => {
        const passages = sockets
          .awsPorts(realPort)
          .map((port) => ({ port, passage: passageTo(world, owner, port, loopbackClient) }));
        const [first] = passages;
        if (first === undefined || first.passage.allowed) return [];
        return passages.some(({ passage }) => passage.allowed)
          ? []
          : [{ what: `${id} port ${first.port}`, detail: first.passage.detail }];
      }),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    const relays = [...this.#instances.values(), ...this.#addresses.values()];
    await Promise.all(relays.map((relay) => relay.close()));
    this.#instances.clear();
    this.#addresses.clear();
  }

  #relayOf(owner: PublicOwner): InstanceRelay | undefined {
    return owner.kind === 'public'
      ? this.#instances.get(owner.instanceId)
      : this.#addresses.get(owner.allocationId);
  }

  #converge(): void {
    // What was asked for while it was being closed would open sides that nobody closes again.
    if (this.#isClosed) return;
    const { world, sockets } = this.#options;
    const hosts = instanceHosts(world);
    const wanted = new Set<string>();
    for (const host of hosts.all()) {
      // An Elastic IP takes the place of the side that the instance has by itself.
      const hasSide = host.isPublic && host.allocationId === undefined;
      if (!hasSide || host.instance.state !== 'running') continue;
      wanted.add(host.instance.id);
      if (!this.#instances.has(host.instance.id)) this.#openInstance(host);
    }
    const held = new Set<string>();
    for (const address of hosts.elasticAddresses()) {
      held.add(address.elasticIp.id);
      this.#lead(address);
    }
    this.#closeOthers(this.#instances, wanted);
    for (const id of this.#closeOthers(this.#addresses, held)) sockets.releaseElasticAddress(id);
  }

  /** Closes the relays that are not wanted; answers their ids. */
  #closeOthers(relays: Map<string, InstanceRelay>, wanted: ReadonlySet<string>): readonly string[] {
    const gone = [...relays.keys()].filter((id) => !wanted.has(id));
    for (const id of gone) {
      relays
        .get(id)
        ?.close()
        .catch((error: unknown) => {
          this.#options.log.warn({ id, err: error }, 'a public side could not be closed');
        });
      relays.delete(id);
    }
    return gone;
  }

  #lead({ elasticIp: { id }, host }: ElasticAddress): void {
    const relay = this.#addresses.get(id) ?? this.#openAddress(id);
    relay.lead(host === undefined ? undefined : this.#targetOf(host, elasticIp(id)));
  }

  #openAddress(id: string): AddressRelay {
    const { sockets } = this.#options;
    const relay = createAddressRelay({
      ...this.#sideOf(id, sockets.elasticAddress(id)),
      silentPorts: usualPorts.map((port) => sockets.realPort(port)),
    });
    this.#addresses.set(id, relay);
    return relay;
  }

  #openInstance(host: InstanceHost): void {
    const { id } = host.instance;
    const side = this.#sideOf(id, this.#options.sockets.publicAddress(id));
    this.#instances.set(
      id,
      createInstanceRelay({ ...side, ...this.#targetOf(host, sideOfInstance(id)) }),
    );
  }

  #targetOf({ instance }: InstanceHost, owner: PublicOwner): RelayTarget {
    const { world, sockets } = this.#options;
    return {
      hostAddress: sockets.instanceAddress(instance.id),
      way: () => {
        // A client on this machine is outside of every Region and right beside it.
        const vantage = { kind: 'vantage', roundTripMs: () => 0 } as const;
        return world.conditions.reach(vantage, {
          kind: 'instance',
          ...locationOf(instance),
        });
      },
      admits: (client, port) =>
        sockets.awsPorts(port).some((awsPort) => passageTo(world, owner, awsPort, client).allowed),
    };
  }

  #sideOf(id: string, publicAddress: string) {
    return {
      publicAddress,
      ...(this.#watch === undefined ? {} : { watch: this.#watch }),
      onProblem: (message: string) => this.#options.log.warn({ id }, message),
    };
  }
}
