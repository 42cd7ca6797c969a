import type {
  AssignPrivateIpAddressesRequest,
  AssignPrivateIpAddressesResult,
  UnassignPrivateIpAddressesRequest,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import {
  disassociate,
  elasticIpAt,
  moveWithPrivateAddress,
  privateAddressesOf,
} from '../addresses/associations.ts';
import { Subnets, type Subnet } from '../entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import {
  Instances,
  NetworkInterfaces,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { takeAddresses } from './network-interfaces.ts';
import { releaseAddress } from '../network/subnet-addresses.ts';
import { checkUnmanaged, interfaceById } from './life.ts';
import { checkAddressCount } from './limits.ts';

const subnetOf = (view: View, networkInterface: NetworkInterface): Subnet => {
  const subnet = view.get(Subnets, networkInterface.subnetId);
  if (subnet === undefined) throw new Error(`${networkInterface.id} is in no subnet.`);
  return subnet;
};

const withSecondary = (
  it: NetworkInterface,
  secondaryPrivateIpAddresses: readonly string[],
): NetworkInterface => ({ ...it, secondaryPrivateIpAddresses });

const without = (it: NetworkInterface, address: string): NetworkInterface =>
  withSecondary(
    it,
    (it.secondaryPrivateIpAddresses ?? []).filter((other) => other !== address),
  );

/** The interface of the same subnet that has an address now. */
const holderOf = (
  view: View,
  it: NetworkInterface,
  address: string,
): NetworkInterface | undefined =>
  view
    .find(NetworkInterfaces, 'privateAddress', address)
    .find((other) => other.subnetId === it.subnetId && other.id !== it.id);

/** Secondary addresses can move; a primary one stays with its interface. */
const movable = (holder: NetworkInterface | undefined, address: string): boolean =>
  holder !== undefined && holder.privateIpAddress !== address;

/** Brings addresses by name: free ones of the subnet, and with `mayMove` those of its other interfaces. */
const assignNamed = (
  tx: Tx,
  it: NetworkInterface,
  names: readonly string[],
  mayMove: boolean,
): readonly string[] | DomainError => {
  const present = privateAddressesOf(it);
  const wanted = [...new Set(names)].filter((address) => !present.includes(address));
  const held = wanted.filter((address) => holderOf(tx, it, address) !== undefined);
  const stuck = held.filter((address) => !mayMove || !movable(holderOf(tx, it, address), address));
  if (stuck.length > 0) {
    return invalidParameterValue(`[${stuck.join(', ')}] assigned, but move is not allowed.`);
  }
  const free = wanted.filter((address) => !held.includes(address));
  const taken = takeAddresses(tx, subnetOf(tx, it), free);
  if (isDomainError(taken)) return taken;
  for (const address of held) {
    const holder = holderOf(tx, it, address);
    if (holder === undefined) throw new Error(`${address} was held a moment ago.`);
    tx.put(NetworkInterfaces, without(holder, address));
    moveWithPrivateAddress(tx, holder, address, it.id);
  }
  return wanted;
};

const assign = (
  tx: Tx,
  it: NetworkInterface,
  input: Plain<AssignPrivateIpAddressesRequest>,
): readonly string[] | DomainError => {
  const { PrivateIpAddresses: names = [], SecondaryPrivateIpAddressCount: count } = input;
  if (names.length > 0 && count !== undefined) {
    return invalidParameterCombination(
      'secondaryPrivateIpAddressCount and privateIpAddresses cannot be specified together.',
    );
  }
  if (names.length > 0) return assignNamed(tx, it, names, input.AllowReassignment === true);
  if (count === undefined) return missingParameter('secondaryPrivateIpAddressCount');
  return count > 0
    ? takeAddresses(tx, subnetOf(tx, it), count)
    : invalidParameterValue(
        `Value (${count}) for parameter secondaryPrivateIpAddressCount is invalid.`,
      );
};

const typeOf = (view: View, { attachment }: NetworkInterface): string | undefined =>
  attachment === null ? undefined : view.get(Instances, attachment.instanceId)?.instanceType;

/** AssignPrivateIpAddresses: more private addresses for an interface, by name or by number. */
export const assignPrivateIpAddresses: Operation<
  AssignPrivateIpAddressesRequest,
  AssignPrivateIpAddressesResult
> = (tx, input) => {
  if ((input.Ipv4Prefixes ?? []).length > 0 || (input.Ipv4PrefixCount ?? 0) > 0) {
    return notBuilt('prefixes of network interfaces');
  }
  const it = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(it)) return it;
  const refusal = checkUnmanaged(it, 'assign addresses to');
  if (refusal !== undefined) return refusal;
  const { SecondaryPrivateIpAddressCount: count = 0 } = input;
  const present = privateAddressesOf(it).length;
  // What is asked for by number is bounded before it is taken.
  const tooMany = checkAddressCount(typeOf(tx, it), present + count);
  if (tooMany !== undefined) return tooMany;
  const assigned = assign(tx, it, input);
  if (isDomainError(assigned)) return assigned;
  const exceeded = checkAddressCount(typeOf(tx, it), present + assigned.length);
  if (exceeded !== undefined) return exceeded;
  const more = [...(it.secondaryPrivateIpAddresses ?? []), ...assigned];
  tx.put(NetworkInterfaces, withSecondary(it, more));
  return {
    AssignedIpv4Prefixes: [],
    AssignedPrivateIpAddresses: assigned.map((PrivateIpAddress) => ({ PrivateIpAddress })),
    NetworkInterfaceId: it.id,
  };
};

/** UnassignPrivateIpAddresses: secondary addresses go back to the subnet; their Elastic IPs stay with the account. */
export const unassignPrivateIpAddresses: Operation<
  UnassignPrivateIpAddressesRequest,
  Record<string, never>
> = (tx, input) => {
  if ((input.Ipv4Prefixes ?? []).length > 0) return notBuilt('prefixes of network interfaces');
  const it = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(it)) return it;
  const refusal = checkUnmanaged(it, 'unassign addresses from');
  if (refusal !== undefined) return refusal;
  const names = [...new Set(input.PrivateIpAddresses ?? [])];
  if (names.length === 0) return missingParameter('privateIpAddress');
  const strange = names.filter((name) => !(it.secondaryPrivateIpAddresses ?? []).includes(name));
  if (strange.length > 0) {
    return invalidParameterValue(
      `Some of [${strange.join(', ')}] addresses are not assigned to interface ${it.id}`,
    );
  }
  let left = it;
  for (const address of names) {
    const elasticIp = elasticIpAt(tx, it, address);
    left = without(left, address);
    tx.put(NetworkInterfaces, left);
    if (elasticIp !== undefined) disassociate(tx, elasticIp);
    left = tx.get(NetworkInterfaces, it.id) ?? left;
    releaseAddress(tx, subnetOf(tx, it), address);
  }
  return {};
};
