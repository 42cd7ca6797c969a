import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../../aws/ec2/instance-entities.ts';
import { privateIpDnsName, publicDnsName, resourceDnsName } from '../../aws/ec2/host-names.ts';
import { privateAddressesOf, elasticIpAt } from '../../aws/ec2/addresses/associations.ts';
import { ElasticIps, type ElasticIp } from '../../aws/ec2/addresses/entities.ts';
import { interfacesOf } from '../../aws/ec2/network-interfaces.ts';
import { isPublicSubnet } from '../../aws/ec2/route-tables.ts';
import {
  InternetGateways,
  RouteTableAssociations,
  RouteTables,
  Subnets,
} from '../../aws/ec2/entities.ts';
import { noAccount } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { rememberedByWorld } from './tables-watch.ts';

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

/** The owner of an instance's own loopback address in the map of hosts. */
export const instanceOwner = (instanceId: string): string => `instance/${instanceId}`;

/** The owner of the address by which an instance is reached from outside. */
export const publicOwner = (instanceId: string): string => `public/${instanceId}`;

const addressPrefix = 'address/';

/** The owner of the loopback address that stands for an Elastic IP. */
export const elasticOwner = (allocationId: string): string => `${addressPrefix}${allocationId}`;

/** The allocation id of an owner that is an Elastic IP. */
export const addressOfOwner = (owner: string): string | undefined =>
  owner.startsWith(addressPrefix) ? owner.slice(addressPrefix.length) : undefined;

/** Whether an instance's network works: its operating system answers until it is off. */
const isOn = ({ state }: Instance): boolean =>
  state === 'running' || state === 'stopping' || state === 'shutting-down';

/** All instances of the world that have a network interface, by every way in which they are called. */
export class InstanceHosts {
  readonly #byId = new Map<string, InstanceHost>();
  readonly #byName = new Map<string, InstanceHost>();
  readonly #byPublicAddress = new Map<string, InstanceHost>();
  readonly #byPrivateAddress = new Map<string, InstanceHost[]>();
  readonly #elasticById = new Map<string, ElasticAddress>();
  readonly #elasticByAddress = new Map<string, ElasticAddress>();
  readonly #elasticByName = new Map<string, ElasticAddress>();

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

  /** By the address that EC2 assigned by itself. */
  byPublicAddress(address: string): InstanceHost | undefined {
    return this.#byPublicAddress.get(address);
  }

  /** All that have the private address: private addresses repeat among VPCs and Regions. */
  byPrivateAddress(address: string): readonly InstanceHost[] {
    return this.#byPrivateAddress.get(address) ?? [];
  }

  byAllocationId(allocationId: string): ElasticAddress | undefined {
    return this.#elasticById.get(allocationId);
  }

  elasticByAddress(address: string): ElasticAddress | undefined {
    return this.#elasticByAddress.get(address);
  }

  /** By public DNS name, in lower case without a final dot. */
  elasticByName(name: string): ElasticAddress | undefined {
    return this.#elasticByName.get(name);
  }

  elasticAddresses(): Iterable<ElasticAddress> {
    return this.#elasticById.values();
  }

  all(): Iterable<InstanceHost> {
    return this.#byId.values();
  }

  #addAll(world: World, region: string, account: string): void {
    const view = world.view(region, account);
    for (const instance of view.list(Instances)) {
      const [networkInterface, ...further] = interfacesOf(view, instance.id);
      if (networkInterface === undefined) continue;
      const subnet = view.get(Subnets, instance.subnetId);
      const isPublic = subnet !== undefined && isPublicSubnet(view, subnet);
      const allocationId = elasticIpAt(view, networkInterface)?.id;
      const host = { region, account, instance, networkInterface, isPublic, allocationId };
      this.#add(host, [networkInterface, ...further]);
    }
    for (const elasticIp of view.list(ElasticIps)) {
      this.#addElastic({ region, account, elasticIp, host: this.#hostOf(view, elasticIp) });
    }
  }

  #hostOf(view: View, { association }: ElasticIp): InstanceHost | undefined {
    if (association === null) return undefined;
    const target = view.get(NetworkInterfaces, association.networkInterfaceId);
    const subnet = target === undefined ? undefined : view.get(Subnets, target.subnetId);
    if (subnet === undefined || !isPublicSubnet(view, subnet)) return undefined;
    const host = this.#byId.get(target?.attachment?.instanceId ?? '');
    return host !== undefined && isOn(host.instance) ? host : undefined;
  }

  #addElastic(address: ElasticAddress): void {
    const { id, publicIp } = address.elasticIp;
    this.#elasticById.set(id, address);
    this.#elasticByAddress.set(publicIp, address);
    this.#elasticByName.set(publicDnsName(address.region, publicIp), address);
  }

  #add(host: InstanceHost, interfaces: readonly NetworkInterface[]): void {
    const { region, instance, networkInterface } = host;
    const { publicIpAddress } = networkInterface;
    this.#byId.set(instance.id, host);
    for (const address of interfaces.flatMap(privateAddressesOf)) {
      const others = this.#byPrivateAddress.get(address) ?? [];
      this.#byPrivateAddress.set(address, [...others, host]);
      this.#byName.set(privateIpDnsName(region, address), host);
    }
    this.#byName.set(resourceDnsName(region, instance.id), host);
    if (publicIpAddress === null) return;
    this.#byPublicAddress.set(publicIpAddress, host);
    this.#byName.set(publicDnsName(region, publicIpAddress), host);
  }
}

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
