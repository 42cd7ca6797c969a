import { carrierHost } from '../../plane/network/loopback.ts';
import { portOffset } from '../../plane/network/ports.ts';
import {
  hostNumberOf,
  HostNumbers,
  hostOwners,
  ownerOfHost,
  releaseHostNumber,
} from '../../world/host-numbers.ts';
import type { World } from '../../world/world.ts';
import { remembered } from '../runners/tables-watch.ts';
import { ownerKey, ownerOfKey, type Owner } from './owners.ts';

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
  readonly #owners: () => Map<string, Owner | undefined>;

  constructor(world: World, loopback: LoopbackAddresses) {
    this.#world = world;
    this.#loopback = loopback;
    this.#owners = remembered(world, [HostNumbers], () => new Map<string, Owner | undefined>());
  }

  /** Where an owner listens; it has that address from now on. */
  addressOf(owner: Owner): string {
    return this.#loopback.addressFor(hostNumberOf(this.#world, ownerKey(owner)));
  }

  nodeAddress(loadBalancerArn: string, zoneId: string): string {
    return this.addressOf({ kind: 'node', loadBalancerArn, zoneId });
  }

  instanceAddress(instanceId: string): string {
    return this.addressOf({ kind: 'instance', instanceId });
  }

  publicAddress(instanceId: string): string {
    return this.addressOf({ kind: 'public', instanceId });
  }

  /** Where an Elastic IP is, for as long as the account has it. */
  elasticAddress(allocationId: string): string {
    return this.addressOf({ kind: 'address', allocationId });
  }

  /** Where connections come from whose way was carried. */
  get carrierAddress(): string {
    return this.#loopback.addressFor(carrierHost);
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
  ownerOf(address: string): Owner | undefined {
    const known = this.#owners();
    if (known.has(address)) return known.get(address);
    const host = this.#loopback.hostOf(address);
    const key = host === undefined ? undefined : ownerOfHost(this.#world, host);
    const owner = key === undefined ? undefined : ownerOfKey(key);
    // Addresses outside of the block come from strangers: they are not kept.
    if (host !== undefined) known.set(address, owner);
    return owner;
  }

  /** An instance is gone for good. */
  releaseInstance(instanceId: string): void {
    this.#release({ kind: 'instance', instanceId });
    this.#release({ kind: 'public', instanceId });
  }

  /** An Elastic IP was let go. */
  releaseElasticAddress(allocationId: string): void {
    this.#release({ kind: 'address', allocationId });
  }

  /** Lets go of all Elastic IPs but these, for example of one that was released as the program was killed. */
  keepElasticAddresses(allocationIds: ReadonlySet<string>): void {
    for (const owner of hostOwners(this.#world).map(ownerOfKey)) {
      if (owner.kind === 'address' && !allocationIds.has(owner.allocationId)) this.#release(owner);
    }
  }

  #release(owner: Owner): void {
    releaseHostNumber(this.#world, ownerKey(owner));
  }
}
