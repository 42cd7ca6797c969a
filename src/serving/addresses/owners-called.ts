import type { World } from '../../world/world.ts';
import { instanceHosts, type InstanceHosts } from './instance-hosts.ts';
import type { Owner } from './owners.ts';

/** Who has an address of AWS's side, of one kind of address. */
type AddressSource = (hosts: InstanceHosts, address: string) => readonly Owner[];

/** The kinds of addresses that AWS gives, in the order in which they are looked for. */
const sources: readonly AddressSource[] = [
  (hosts, address) => {
    const found = hosts.elasticByAddress(address);
    return found === undefined ? [] : [{ kind: 'address', allocationId: found.elasticIp.id }];
  },
  (hosts, address) => {
    const found = hosts.byPublicAddress(address);
    return found === undefined ? [] : [{ kind: 'public', instanceId: found.instance.id }];
  },
  // Private addresses repeat among VPCs and Regions.
  (hosts, address) =>
    hosts
      .byPrivateAddress(address)
      .map(({ instance }) => ({ kind: 'instance', instanceId: instance.id })),
];

/** Who is called by an address that the API gives; several only for a private address. */
export const ownersCalled = (world: World, address: string): readonly Owner[] => {
  const hosts = instanceHosts(world);
  for (const source of sources) {
    const owners = source(hosts, address);
    if (owners.length > 0) return owners;
  }
  return [];
};

/** Who answers outside of every VPC at an address that the API gives. */
export const ownerCalledOutside = (world: World, address: string): Owner | undefined =>
  ownersCalled(world, address).find(({ kind }) => kind !== 'instance');
