import type {
  AssignIpv6AddressesRequest,
  AssignIpv6AddressesResult,
  UnassignIpv6AddressesRequest,
  UnassignIpv6AddressesResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import {
  cidrContains,
  ipv6BlockContains,
  parseIpv6Cidr,
  type Ipv6Block,
} from '../../shared/cidr.ts';
import { formatIpv6, parseIpv6 } from '../../shared/ip-address.ts';
import { resourceById } from '../describe.ts';
import { SubnetCidrReservations, Subnets, type Subnet } from '../entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import {
  Instances,
  NetworkInterfaces,
  type NetworkInterface,
} from '../instances/instance-entities.ts';
import { checkIpv6AddressCount } from './limits.ts';

/** IPv6 addresses of an interface: these, or so many of any; undefined is as its subnet assigns them. */
export type AskedIpv6 = readonly string[] | number | undefined;

/** How many are asked for by the request itself. */
export const countOfIpv6 = (asked: AskedIpv6): number =>
  typeof asked === 'object' ? asked.length : (asked ?? 0);

/** How requests name the IPv6 addresses of an interface that is to be made. */
export interface Ipv6Input {
  readonly Ipv6AddressCount?: number | undefined;
  readonly Ipv6Addresses?: readonly { readonly Ipv6Address?: string | undefined }[] | undefined;
}

/** The names in `Ipv6Input`, for lists of what a request reads. */
export const ipv6Names = ['Ipv6AddressCount', 'Ipv6Addresses'] as const;

/** Reads the IPv6 addresses of a request: by name or by number. */
export const askedIpv6 = (input: Ipv6Input): AskedIpv6 | DomainError => {
  const names = (input.Ipv6Addresses ?? []).map(({ Ipv6Address: name = '' }) => name);
  const count = input.Ipv6AddressCount;
  if (names.length > 0 && count !== undefined && count > 0) {
    return invalidParameterCombination(
      'ipv6AddressCount and ipv6Addresses cannot be specified together.',
    );
  }
  if (count !== undefined && count < 0) {
    return invalidParameterValue(`Value (${count}) for parameter ipv6AddressCount is invalid.`);
  }
  const refusal = checkIpv6AddressCount(undefined, Math.max(count ?? 0, names.length));
  return refusal ?? (names.length > 0 ? names : count);
};

const isTaken = (view: View, address: string): boolean =>
  view.find(NetworkInterfaces, 'ipv6Address', address).length > 0;

const blockOf = (subnet: Subnet): Ipv6Block | DomainError =>
  parseIpv6Cidr(subnet.ipv6CidrBlock?.cidrBlock ?? '') ??
  invalidParameterValue(`The subnet '${subnet.id}' does not have an IPv6 CIDR block.`);

const numberOf = (address: Uint8Array): bigint =>
  address.reduce((number, byte) => number * 256n + BigInt(byte), 0n);

/** The first four addresses of a subnet's block and the last one are AWS's ("Subnet CIDR blocks", Amazon VPC User Guide). */
const isReserved = (block: Ipv6Block, address: Uint8Array): boolean => {
  const offset = numberOf(address) - numberOf(block.first);
  return offset < 4n || offset === 2n ** BigInt(128 - block.prefixLength) - 1n;
};

/** Half of an address is the interface's own part. */
const ownPart = (tx: Tx): Uint8Array => {
  const digits = tx.random('ec2/ipv6-addresses').hex(16);
  return Uint8Array.from({ length: 8 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
};

/** So many addresses are drawn before a subnet counts as full: it is when reservations keep nearly all of it. */
const mostDraws = 1000;

const isKept = (view: View, subnet: Subnet, address: string): boolean =>
  view
    .find(SubnetCidrReservations, 'subnet', subnet.id)
    .some(({ cidr }) => cidrContains(cidr, `${address}/128`));

const anyAddress = (
  tx: Tx,
  subnet: Subnet,
  block: Ipv6Block,
  others: readonly string[],
): string | DomainError => {
  for (let draw = 0; draw < mostDraws; draw++) {
    const bytes = Uint8Array.from(block.first);
    bytes.set(ownPart(tx), 8);
    const address = formatIpv6(bytes);
    const isFree = !isTaken(tx, address) && !others.includes(address);
    if (isFree && !isReserved(block, bytes) && !isKept(tx, subnet, address)) return address;
  }
  return new DomainError(
    'InsufficientFreeAddressesInSubnet',
    'The specified subnet does not have enough free addresses to satisfy the request.',
  );
};

const namedAddress = (tx: Tx, block: Ipv6Block, name: string): string | DomainError => {
  const bytes = parseIpv6(name);
  if (bytes === undefined) {
    return invalidParameterValue(
      `Value (${name}) for parameter ipv6Address is invalid. Invalid IP address.`,
    );
  }
  if (!ipv6BlockContains(block, { first: bytes, prefixLength: 128 })) {
    return invalidParameterValue(`Address ${name} does not fall within the subnet's address range`);
  }
  if (isReserved(block, bytes)) {
    return invalidParameterValue(`Address ${name} is in subnet's reserved address range`);
  }
  const address = formatIpv6(bytes);
  return isTaken(tx, address)
    ? new DomainError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
    : address;
};

/**
 * IPv6 addresses of a subnet for an interface. Errors: InvalidParameterValue of a subnet without IPv6 and of an address
 * that is not its own, InvalidIPAddress.InUse.
 */
export const takeIpv6Addresses = (
  tx: Tx,
  subnet: Subnet,
  asked: AskedIpv6,
): readonly string[] | DomainError => {
  const wanted = asked ?? (subnet.assignIpv6AddressOnCreation === true ? 1 : 0);
  const names: readonly (string | undefined)[] =
    typeof wanted === 'number' ? Array.from({ length: wanted }, () => undefined) : wanted;
  if (names.length === 0) return [];
  const block = blockOf(subnet);
  if (isDomainError(block)) return block;
  const taken: string[] = [];
  for (const name of names) {
    const one =
      name === undefined ? anyAddress(tx, subnet, block, taken) : namedAddress(tx, block, name);
    if (isDomainError(one)) return one;
    if (!taken.includes(one)) taken.push(one);
  }
  return taken;
};

const interfaceById = (tx: Tx, id: string | undefined): NetworkInterface | DomainError =>
  resourceById(tx, NetworkInterfaces, kinds.networkInterface, id, 'networkInterfaceId');

const instanceTypeOf = (view: View, { attachment }: NetworkInterface): string | undefined =>
  attachment === null ? undefined : view.get(Instances, attachment.instanceId)?.instanceType;

/** AssignIpv6Addresses: more addresses for an interface, by name or by number. */
export const assignIpv6Addresses: Operation<
  AssignIpv6AddressesRequest,
  AssignIpv6AddressesResult
> = (tx, input) => {
  if ((input.Ipv6Prefixes ?? []).length > 0 || (input.Ipv6PrefixCount ?? 0) > 0) {
    return notBuilt('prefixes of network interfaces');
  }
  const it = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(it)) return it;
  const asked = askedIpv6({
    Ipv6AddressCount: input.Ipv6AddressCount,
    Ipv6Addresses: (input.Ipv6Addresses ?? []).map((Ipv6Address) => ({ Ipv6Address })),
  });
  if (isDomainError(asked)) return asked;
  if (asked === undefined || asked === 0) return missingParameter('ipv6AddressCount');
  const subnet = resourceById(tx, Subnets, kinds.subnet, it.subnetId);
  if (isDomainError(subnet)) return subnet;
  const present = it.ipv6Addresses ?? [];
  const more = takeIpv6Addresses(tx, subnet, asked);
  if (isDomainError(more)) return more;
  const refusal = checkIpv6AddressCount(instanceTypeOf(tx, it), present.length + more.length);
  if (refusal !== undefined) return refusal;
  tx.put(NetworkInterfaces, { ...it, ipv6Addresses: [...present, ...more] });
  return { NetworkInterfaceId: it.id, AssignedIpv6Addresses: [...more], AssignedIpv6Prefixes: [] };
};

/** UnassignIpv6Addresses: addresses go back to the subnet. */
export const unassignIpv6Addresses: Operation<
  UnassignIpv6AddressesRequest,
  UnassignIpv6AddressesResult
> = (tx, input) => {
  if ((input.Ipv6Prefixes ?? []).length > 0) return notBuilt('prefixes of network interfaces');
  const it = interfaceById(tx, input.NetworkInterfaceId);
  if (isDomainError(it)) return it;
  const present = it.ipv6Addresses ?? [];
  const names = (input.Ipv6Addresses ?? []).map((name) => {
    const bytes = parseIpv6(name);
    return bytes === undefined ? name : formatIpv6(bytes);
  });
  if (names.length === 0) return missingParameter('ipv6Addresses');
  const strange = names.filter((name) => !present.includes(name));
  if (strange.length > 0) {
    return invalidParameterValue(
      `Some of [${strange.join(', ')}] addresses are not assigned to interface ${it.id}`,
    );
  }
  const left = present.filter((address) => !names.includes(address));
  tx.put(NetworkInterfaces, { ...it, ipv6Addresses: left });
  return {
    NetworkInterfaceId: it.id,
    UnassignedIpv6Addresses: [...names],
    UnassignedIpv6Prefixes: [],
  };
};
