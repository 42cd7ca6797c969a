import { portOffset } from '../../plane/network/ports.ts';
import { hostNumberOf, HostNumbers, ownerOfHost, releaseHostNumber } from './host-numbers.ts';
import { addressOfOwner, elasticOwner, instanceOwner, publicOwner } from './instance-hosts.ts';
import { nodeOwner } from './load-balancers.ts';
import { remembered } from '../runners/tables-watch.ts';
import { noAccount, worldShard } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';

/** The block of loopback addresses that this process has for itself. */
export interface LoopbackAddresses {
  addressFor(host: number): string;
  hostOf(address: string): number | undefined;
  /** The real port for one on AWS's side: the same where this user may bind it. */
  realPort(port: number): number;
}

/** Where everything of one world really listens. The world keeps which host stands for what. */
export class Sockets {
  readonly #world: World;
  readonly #loopback: LoopbackAddresses;
  readonly #owners: () => Map<string, string | undefined>;

  constructor(world: World, loopback: LoopbackAddresses) {
    this.#world = world;
    this.#loopback = loopback;
    this.#owners = remembered(world, [HostNumbers], () => new Map<string, string | undefined>());
  }

  nodeAddress(loadBalancerArn: string, zoneId: string): string {
    return this.#addressOf(nodeOwner(loadBalancerArn, zoneId));
  }

  instanceAddress(instanceId: string): string {
    return this.#addressOf(instanceOwner(instanceId));
  }

  publicAddress(instanceId: string): string {
    return this.#addressOf(publicOwner(instanceId));
  }

  /** Where an Elastic IP is, for as long as the account has it. */
  elasticAddress(allocationId: string): string {
    return this.#addressOf(elasticOwner(allocationId));
  }

  realPort(port: number): number {
    return this.#loopback.realPort(port);
  }

  /** The ports of AWS's side that a real one stands for: two, where those below 1024 are moved to where others are too. */
  awsPorts(realPort: number): readonly number[] {
    return [realPort, realPort - portOffset].filter(
      (port) => port > 0 && this.#loopback.realPort(port) === realPort,
    );
  }

  /** What an address of the block stands for. */
  ownerOf(address: string): string | undefined {
    const known = this.#owners();
    if (known.has(address)) return known.get(address);
    const host = this.#loopback.hostOf(address);
    const owner = host === undefined ? undefined : ownerOfHost(this.#world, host);
    // Addresses outside of the block come from strangers: they are not kept.
    if (host !== undefined) known.set(address, owner);
    return owner;
  }

  /** An instance is gone for good. */
  releaseInstance(instanceId: string): void {
    releaseHostNumber(this.#world, instanceOwner(instanceId));
    releaseHostNumber(this.#world, publicOwner(instanceId));
  }

  /** An Elastic IP was let go. */
  releaseElasticAddress(allocationId: string): void {
    releaseHostNumber(this.#world, elasticOwner(allocationId));
  }

  /** Lets go of all Elastic IPs but these, for example of one that was released as the program was killed. */
  keepElasticAddresses(allocationIds: ReadonlySet<string>): void {
    for (const { id } of this.#world.view(worldShard, noAccount).list(HostNumbers)) {
      const allocationId = addressOfOwner(id);
      if (allocationId !== undefined && !allocationIds.has(allocationId)) {
        this.releaseElasticAddress(allocationId);
      }
    }
  }

  #addressOf(owner: string): string {
    return this.#loopback.addressFor(hostNumberOf(this.#world, owner));
  }
}
