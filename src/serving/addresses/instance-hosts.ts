import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../../aws/ec2/instances/instance-entities.ts';
import { privateDomain, publicDnsName } from '../../aws/ec2/instances/host-names.ts';
import { elasticIpAt } from '../../aws/ec2/addresses/associations.ts';
import { ElasticIps, type ElasticIp } from '../../aws/ec2/addresses/entities.ts';
import { interfacesOf } from '../../aws/ec2/network-interfaces/network-interfaces.ts';
import { isPublicSubnet } from '../../aws/ec2/network/route-tables.ts';
import {
  InternetGateways,
  RouteTableAssociations,
  RouteTables,
  Subnets,
} from '../../aws/ec2/entities.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { rememberedByWorld } from '../runners/tables-watch.ts';

/** An instance that has addresses, and where it stands. */
export interface InstanceHost {
  readonly region: string;
  readonly account: string;
  readonly instance: Instance;
  /** The primary one. */
  readonly networkInterface: NetworkInterface;
  /** Whether its subnet leads to the Internet. */
  readonly isPublic: boolean;
  /** The allocation id of the Elastic IP by which it is reached instead of an assigned address. */
  readonly allocationId: string | undefined;
}

/** An Elastic IP of the world. */
export interface ElasticAddress {
  readonly region: string;
  readonly account: string;
  readonly elasticIp: ElasticIp;
  /**
   * The instance that answers there. Undefined while packets are dropped: without an association, without a route to
   * an internet gateway, and while the instance is off.
   */
  readonly host: InstanceHost | undefined;
}

/** Whether an instance's network works: its operating system answers until it is off. */
const isOn = ({ state }: Instance): boolean =>
  state === 'running' || state === 'stopping' || state === 'shutting-down';

/** What a name of this form says between its beginning and its end; undefined for another form. */
const between = (name: string, begin: string, end: string): string | undefined =>
  name.startsWith(begin) && name.endsWith(end)
    ? name.slice(begin.length, name.length - end.length)
    : undefined;

/** The address that a name such as `ip-10-0-1-7.ec2.internal` is made of. */
const addressIn = (name: string, begin: string, end: string): string | undefined =>
  between(name, begin, end)?.replaceAll('-', '.');

/** The end of the public names of a Region. */
const publicEnd = (region: string): string => publicDnsName(region, '').slice('ec2-'.length);

/**
 * All instances of the world that have a network interface, by every way in which they are called. They are looked up
 * where the world has them, so that a world of thousands costs nothing until somebody asks.
 */
export class InstanceHosts {
  readonly #views: readonly View[];
  readonly #byId = new Map<string, InstanceHost | undefined>();

  constructor(world: World) {
    this.#views = world.regionalViews();
  }

  byId(instanceId: string): InstanceHost | undefined {
    if (this.#byId.has(instanceId)) return this.#byId.get(instanceId);
    const found = this.#find((view) => hostIn(view, view.get(Instances, instanceId)));
    this.#byId.set(instanceId, found);
    return found;
  }

  /** By public or private DNS name, in lower case without a final dot. */
  byName(name: string): InstanceHost | undefined {
    return this.#find((view) => {
      const end = `.${privateDomain(view.shard)}`;
      const inside = addressIn(name, 'ip-', end);
      const outside = addressIn(name, 'ec2-', publicEnd(view.shard));
      const id = between(name, '', end);
      return (
        (inside === undefined ? undefined : this.#withPrivate(view, inside).at(-1)) ??
        (outside === undefined ? undefined : this.#withPublic(view, outside)) ??
        (id === undefined ? undefined : hostIn(view, view.get(Instances, id)))
      );
    });
  }

  /** By the address that EC2 assigned by itself. */
  byPublicAddress(address: string): InstanceHost | undefined {
    return this.#find((view) => this.#withPublic(view, address));
  }

  /** All that have the private address: private addresses repeat among VPCs and Regions. */
  byPrivateAddress(address: string): readonly InstanceHost[] {
    return this.#views.flatMap((view) => this.#withPrivate(view, address));
  }

  byAllocationId(allocationId: string): ElasticAddress | undefined {
    return this.#find((view) => this.#elastic(view, view.get(ElasticIps, allocationId)));
  }

  elasticByAddress(address: string): ElasticAddress | undefined {
    return this.#find((view) => this.#elastic(view, view.find(ElasticIps, 'publicIp', address)[0]));
  }

  /** By public DNS name, in lower case without a final dot. */
  elasticByName(name: string): ElasticAddress | undefined {
    return this.#find((view) => {
      const address = addressIn(name, 'ec2-', publicEnd(view.shard));
      return address === undefined
        ? undefined
        : this.#elastic(view, view.find(ElasticIps, 'publicIp', address)[0]);
    });
  }

  *elasticAddresses(): Generator<ElasticAddress> {
    for (const view of this.#views) {
      for (const elasticIp of view.list(ElasticIps)) {
        const found = this.#elastic(view, elasticIp);
        if (found !== undefined) yield found;
      }
    }
  }

  *all(): Generator<InstanceHost> {
    for (const view of this.#views) {
      for (const instance of view.list(Instances)) {
        const host = hostIn(view, instance);
        if (host !== undefined) yield host;
      }
    }
  }

  #find<T>(look: (view: View) => T | undefined): T | undefined {
    for (const view of this.#views) {
      const found = look(view);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #withPrivate(view: View, address: string): readonly InstanceHost[] {
    return view
      .find(NetworkInterfaces, 'privateAddress', address)
      .flatMap((networkInterface) => this.#attachedTo(networkInterface) ?? []);
  }

  #withPublic(view: View, address: string): InstanceHost | undefined {
    const [found] = view.find(NetworkInterfaces, 'publicAddress', address);
    const host = found === undefined ? undefined : this.#attachedTo(found);
    // An instance is called by the assigned address of its primary interface.
    return host?.networkInterface.publicIpAddress === address ? host : undefined;
  }

  #attachedTo(networkInterface: NetworkInterface): InstanceHost | undefined {
    const id = networkInterface.attachment?.instanceId;
    return id === undefined ? undefined : this.byId(id);
  }

  #elastic(view: View, elasticIp: ElasticIp | undefined): ElasticAddress | undefined {
    return elasticIp === undefined ? undefined : elasticIn(view, elasticIp);
  }
}

/** The instance that an Elastic IP leads to, as far as packets to it are not dropped. */
const leadsTo = (view: View, { association }: ElasticIp): InstanceHost | undefined => {
  if (association === null) return undefined;
  const target = view.get(NetworkInterfaces, association.networkInterfaceId);
  const subnet = target === undefined ? undefined : view.get(Subnets, target.subnetId);
  if (target === undefined || subnet === undefined || !isPublicSubnet(view, subnet)) {
    return undefined;
  }
  const instanceId = target.attachment?.instanceId;
  const host = instanceId === undefined ? undefined : hostIn(view, view.get(Instances, instanceId));
  return host !== undefined && isOn(host.instance) ? host : undefined;
};

/** An Elastic IP with what answers there. */
export const elasticIn = (view: View, elasticIp: ElasticIp): ElasticAddress => ({
  region: view.shard,
  account: view.account,
  elasticIp,
  host: leadsTo(view, elasticIp),
});

/** An instance with where it stands; undefined of none, and of one without a network interface. */
export const hostIn = (view: View, instance: Instance | undefined): InstanceHost | undefined => {
  if (instance === undefined) return undefined;
  const [networkInterface] = interfacesOf(view, instance.id);
  if (networkInterface === undefined) return undefined;
  const subnet = view.get(Subnets, instance.subnetId);
  const isPublic = subnet !== undefined && isPublicSubnet(view, subnet);
  const allocationId = elasticIpAt(view, networkInterface)?.id;
  return {
    region: view.shard,
    account: view.account,
    instance,
    networkInterface,
    isPublic,
    allocationId,
  };
};

/** What the hosts rest on: instances, their interfaces and addresses, and the routes that make a subnet public. */
export const hostTables = [
  Instances,
  NetworkInterfaces,
  ElasticIps,
  Subnets,
  RouteTables,
  RouteTableAssociations,
  InternetGateways,
] as const;

/** The hosts of the world as it is now. */
export const instanceHosts = rememberedByWorld(hostTables, (world) => new InstanceHosts(world));
