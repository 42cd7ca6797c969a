import { locationOf } from '../aws/ec2/instances/instance-location.ts';
import type { Carrier } from '../plane/network/carrier.ts';
import { ListeningWatch, showsListeningPorts } from '../plane/network/listening-ports.ts';
import {
  createAddressRelay,
  createInstanceRelay,
  type AddressRelay,
  type InstanceRelay,
  type RelayTarget,
} from '../plane/network/relay.ts';
import { isDomainError } from '../world/domain-error.ts';
import type { View } from '../world/transaction.ts';
import type { World } from '../world/world.ts';
import { ElasticIps, type ElasticIp } from '../aws/ec2/addresses/entities.ts';
import { Instances, type Instance } from '../aws/ec2/instances/instance-entities.ts';
import {
  elasticIn,
  hostIn,
  instanceHosts,
  type ElasticAddress,
  type InstanceHost,
} from '../serving/addresses/instance-hosts.ts';
import type { PublicOwner } from '../serving/addresses/owners.ts';
import type { BlockedPath } from '../serving/runners/blocked-paths.ts';
import { loopbackClient, verdictTo } from '../serving/addresses/verdicts.ts';
import { soonOnce, type RunSoon } from '../serving/runners/soon.ts';
import { PerEntity } from '../serving/derived/per-entity.ts';
import type { Log } from '../text/log.ts';
import type { Sockets } from '../serving/addresses/sockets.ts';

export interface PublicSidesOptions {
  readonly world: World;
  readonly sockets: Sockets;
  readonly carrier: Carrier;
  readonly soon: RunSoon;
  readonly log: Log;
  /** Whether programs run in the instances that may listen: else their sides are made when somebody asks for one. */
  readonly listens: boolean;
}

/** An instance that has a side by itself: an Elastic IP takes its place. */
const ownSideOf = (view: View, instance: Instance): InstanceHost | undefined => {
  if (instance.state !== 'running') return undefined;
  const host = hostIn(view, instance);
  return host?.isPublic === true && host.allocationId === undefined ? host : undefined;
};

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
  /** Where nothing listens, sides are followed from the first time that somebody asks for one. */
  #wantedSides: PerEntity<Instance, InstanceHost> | undefined;
  readonly #askConverge: () => void;
  readonly #wantedAddresses: PerEntity<ElasticIp, ElasticAddress>;
  #isClosed = false;

  constructor(options: PublicSidesOptions) {
    this.#options = options;
    this.#watch = showsListeningPorts() ? new ListeningWatch() : undefined;
    const converge = soonOnce(options.soon, () => this.#converge());
    const { world } = options;
    this.#askConverge = converge;
    if (options.listens) this.#sides();
    this.#wantedAddresses = new PerEntity(world, ElasticIps, elasticIn, converge);
    this.#converge();
    options.sockets.keepElasticAddresses(new Set(this.#addresses.keys()));
  }

  /** Makes sure that the side of this owner of an address answers on a port; resolves to the real port. */
  async open(owner: PublicOwner, port: number): Promise<number> {
    const { sockets, log } = this.#options;
    this.#converge();
    if (owner.kind === 'public') this.#openSideOf(owner.instanceId);
    const problem = await this.#relayOf(owner)?.open(sockets.realPort(port));
    if (isDomainError(problem)) log.warn({ owner, port }, problem.message);
    return sockets.realPort(port);
  }

  /** What instances listen on and nobody outside is let in to, and why. */
  blockedPaths(): readonly BlockedPath[] {
    const { world, sockets } = this.#options;
    const owned = [
      ...[...this.#instances].map(([id, relay]) => ({ id, relay, owner: sideOfInstance(id) })),
      ...[...this.#addresses].map(([id, relay]) => ({ id, relay, owner: elasticIp(id) })),
    ];
    return owned.flatMap(({ id, relay, owner }) =>
      relay.ports().flatMap((realPort) => {
        const verdicts = sockets
          .awsPorts(realPort)
          .map((port) => ({ port, verdict: verdictTo(world, owner, port, loopbackClient) }));
        const [first] = verdicts;
        if (first === undefined || first.verdict.allowed) return [];
        return verdicts.some(({ verdict }) => verdict.allowed)
          ? []
          : [{ what: `${id} port ${first.port}`, detail: first.verdict.detail }];
      }),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wantedSides?.stop();
    this.#wantedAddresses.stop();
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

  #sides(): PerEntity<Instance, InstanceHost> {
    const { world } = this.#options;
    return (this.#wantedSides ??= new PerEntity(world, Instances, ownSideOf, this.#askConverge));
  }

  /** Looks at the instances and addresses that commits have changed since it did so last. */
  #converge(): void {
    // What was asked for while it was being closed would open sides that nobody closes again.
    if (this.#isClosed) return;
    const sides = this.#wantedSides;
    for (const place of sides?.takeChanged() ?? []) {
      const host = sides?.get(place);
      if (host === undefined) this.#close(this.#instances, place.id);
      else if (this.#options.listens) this.#openInstance(host);
    }
    for (const place of this.#wantedAddresses.takeChanged()) {
      const address = this.#wantedAddresses.get(place);
      if (address !== undefined) this.#lead(address);
      else if (this.#close(this.#addresses, place.id)) {
        this.#options.sockets.releaseElasticAddress(place.id);
      }
    }
  }

  /** Opens the side of an instance that has one, though nothing may listen behind it. */
  #openSideOf(instanceId: string): void {
    const host = instanceHosts(this.#options.world).byId(instanceId);
    const wanted = host === undefined ? undefined : this.#sides().get({ ...host, id: instanceId });
    if (wanted !== undefined) this.#openInstance(wanted);
  }

  /** Closes a relay that is no longer wanted; answers whether there was one. */
  #close(relays: Map<string, InstanceRelay>, id: string): boolean {
    const relay = relays.get(id);
    relays.delete(id);
    relay?.close().catch((error: unknown) => {
      this.#options.log.warn({ id, err: error }, 'a public side could not be closed');
    });
    return relay !== undefined;
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
    if (this.#instances.has(id)) return;
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
        sockets.awsPorts(port).some((awsPort) => verdictTo(world, owner, awsPort, client).allowed),
    };
  }

  #sideOf(id: string, publicAddress: string) {
    return {
      publicAddress,
      carrier: this.#options.carrier,
      ...(this.#watch === undefined ? {} : { watch: this.#watch }),
      onProblem: (message: string) => this.#options.log.warn({ id }, message),
    };
  }
}
