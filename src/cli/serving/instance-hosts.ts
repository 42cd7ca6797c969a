import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../../aws/ec2/instance-entities.ts';
import { privateIpDnsName, publicDnsName, resourceDnsName } from '../../aws/ec2/host-names.ts';
import { isPublicSubnet } from '../../aws/ec2/route-tables.ts';
import {
  InternetGateways,
  RouteTableAssociations,
  RouteTables,
  Subnets,
} from '../../aws/ec2/entities.ts';
import { noAccount } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';
import { rememberedByWorld } from './tables-watch.ts';

/** An instance that has addresses, and where it stands. */
export interface InstanceHost {
  readonly region: string;
  readonly account: string;
  readonly instance: Instance;
  readonly networkInterface: NetworkInterface;
  /** Whether its subnet leads to the Internet. */
  readonly isPublic: boolean;
}

/** The owner of an instance's own loopback address in the map of hosts. */
export const instanceOwner = (instanceId: string): string => `instance/${instanceId}`;

/** The owner of the address by which an instance is reached from outside. */
export const publicOwner = (instanceId: string): string => `public/${instanceId}`;

/** All instances of the world that have a network interface, by every way in which they are called. */
export class InstanceHosts {
  readonly #byId = new Map<string, InstanceHost>();
  readonly #byName = new Map<string, InstanceHost>();
  readonly #byPublicAddress = new Map<string, InstanceHost>();
  readonly #byPrivateAddress = new Map<string, InstanceHost[]>();

  constructor(world: World) {
    for (const region of world.geography.regions) {
      if (!world.shards().includes(region.code)) continue;
      for (const account of world.view(region.code, noAccount).accounts()) {
        this.#addAll(world, region.code, account);
      }
    }
  }

  byId(instanceId: string): InstanceHost | undefined {
    return this.#byId.get(instanceId);
  }

  /** By public or private DNS name, in lower case without a final dot. */
  byName(name: string): InstanceHost | undefined {
    return this.#byName.get(name);
  }

  byPublicAddress(address: string): InstanceHost | undefined {
    return this.#byPublicAddress.get(address);
  }

  /** All that have the private address: private addresses repeat among VPCs and Regions. */
  byPrivateAddress(address: string): readonly InstanceHost[] {
    return this.#byPrivateAddress.get(address) ?? [];
  }

  all(): Iterable<InstanceHost> {
    return this.#byId.values();
  }

  #addAll(world: World, region: string, account: string): void {
    const view = world.view(region, account);
    for (const instance of view.list(Instances)) {
      const [networkInterface] = view.find(NetworkInterfaces, 'instance', instance.id);
      if (networkInterface === undefined) continue;
      const subnet = view.get(Subnets, instance.subnetId);
      const isPublic = subnet !== undefined && isPublicSubnet(view, subnet);
      this.#add({ region, account, instance, networkInterface, isPublic });
    }
  }

  #add(host: InstanceHost): void {
    const { region, instance, networkInterface } = host;
    const { privateIpAddress, publicIpAddress } = networkInterface;
    this.#byId.set(instance.id, host);
    const others = this.#byPrivateAddress.get(privateIpAddress) ?? [];
    this.#byPrivateAddress.set(privateIpAddress, [...others, host]);
    this.#byName.set(privateIpDnsName(region, privateIpAddress), host);
    this.#byName.set(resourceDnsName(region, instance.id), host);
    if (publicIpAddress === null) return;
    this.#byPublicAddress.set(publicIpAddress, host);
    this.#byName.set(publicDnsName(region, publicIpAddress), host);
  }
}

/** What the hosts rest on: instances and their interfaces, and the routes that make a subnet public. */
export const hostTables = [
  Instances,
  NetworkInterfaces,
  Subnets,
  RouteTables,
  RouteTableAssociations,
  InternetGateways,
] as const;

/** The hosts of the world as it is now. */
export const instanceHosts = rememberedByWorld(hostTables, (world) => new InstanceHosts(world));
