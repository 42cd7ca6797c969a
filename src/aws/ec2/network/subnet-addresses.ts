import { DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { blockSize, parseIpv4Cidr, type Ipv4Block } from '../../shared/cidr.ts';
import { formatIpv4Address, parseIpv4Address } from '../../shared/ip-address.ts';
import {
  SubnetAddressBlocks,
  SubnetCidrReservations,
  type Subnet,
  type SubnetAddressBlock,
} from '../entities.ts';
import { invalidParameterValue } from '../errors.ts';

/**
 * The first four addresses and the last one of every subnet are AWS's: network, router, DNS, future use and
 * broadcast ("Subnet CIDR blocks", Amazon VPC User Guide).
 */
const reserved = { first: 4, last: 1 } as const;

const addressesPerBlock = 256;
const noBits = '0'.repeat(addressesPerBlock / 4);

type AddressedSubnet = Pick<Subnet, 'id' | 'cidrBlock'>;

const parsedBlocks = new Map<string, Ipv4Block>();

/** So many blocks are kept parsed: each launch asks for those of its subnets again and again. */
const mostParsed = 1000;

const blockOf = (subnet: AddressedSubnet): Ipv4Block => {
  const known = parsedBlocks.get(subnet.cidrBlock);
  if (known !== undefined) return known;
  const block = parseIpv4Cidr(subnet.cidrBlock);
  if (block === undefined) throw new Error(`${subnet.id} has no valid CIDR block.`);
  if (parsedBlocks.size >= mostParsed) parsedBlocks.clear();
  parsedBlocks.set(subnet.cidrBlock, block);
  return block;
};

const usableSize = (block: Ipv4Block): number => blockSize(block) - reserved.first - reserved.last;

const blockId = (subnetId: string, number: number): string => `${subnetId}/${number}`;

const addressBlock = (view: View, subnetId: string, number: number): SubnetAddressBlock => {
  const id = blockId(subnetId, number);
  return view.get(SubnetAddressBlocks, id) ?? { id, subnetId, taken: 0, bits: noBits };
};

const digitAt = (bits: string, position: number): number =>
  Number.parseInt(bits[Math.floor(position / 4)] ?? '0', 16);

const isTaken = (block: SubnetAddressBlock, position: number): boolean =>
  (digitAt(block.bits, position) & (1 << (position % 4))) !== 0;

const flip = (block: SubnetAddressBlock, position: number): SubnetAddressBlock => {
  const digit = Math.floor(position / 4);
  const mask = 1 << (position % 4);
  const value = digitAt(block.bits, position) ^ mask;
  return {
    ...block,
    taken: block.taken + ((value & mask) === 0 ? -1 : 1),
    bits: block.bits.slice(0, digit) + value.toString(16) + block.bits.slice(digit + 1),
  };
};

/** How many addresses of a subnet are taken. */
export const takenAddressCount = (view: View, subnetId: string): number =>
  view.find(SubnetAddressBlocks, 'subnet', subnetId).reduce((sum, block) => sum + block.taken, 0);

/** How many addresses of a subnet are free. */
export const availableAddressCount = (view: View, subnet: AddressedSubnet): number =>
  usableSize(blockOf(subnet)) - takenAddressCount(view, subnet.id);

/** The offsets of a subnet that are kept for those who name them: from the first on, below the end. */
const keptOffsets = (
  view: View,
  subnet: AddressedSubnet,
): readonly { readonly first: number; readonly end: number }[] =>
  view.find(SubnetCidrReservations, 'subnet', subnet.id).flatMap(({ cidr }) => {
    const block = parseIpv4Cidr(cidr);
    if (block === undefined) return [];
    const first = block.first - blockOf(subnet).first;
    return [{ first, end: first + blockSize(block) }];
  });

/** The first free offset at or after `from`, going round at the end; undefined when all are taken. */
const freeOffset = (view: View, subnet: AddressedSubnet, from: number): number | undefined => {
  const size = blockSize(blockOf(subnet));
  const usable = usableSize(blockOf(subnet));
  let block = addressBlock(view, subnet.id, Math.floor(from / addressesPerBlock));
  let offset = from;
  const kept = keptOffsets(view, subnet);
  for (let seen = 0; seen < usable;) {
    const number = Math.floor(offset / addressesPerBlock);
    if (block.id !== blockId(subnet.id, number)) block = addressBlock(view, subnet.id, number);
    const keeping = kept.find(({ first, end }) => first <= offset && offset < end);
    if (keeping === undefined && !isTaken(block, offset % addressesPerBlock)) return offset;
    // A full block, or one that is kept, is passed over at once, so that a large full subnet costs few steps.
    const end = Math.min((number + 1) * addressesPerBlock, size - reserved.last);
    const isFull = block.taken === addressesPerBlock;
    const next = Math.min(keeping?.end ?? (isFull ? end : offset + 1), size - reserved.last);
    seen += next - offset;
    offset = next >= size - reserved.last ? reserved.first : next;
  }
  return undefined;
};

const claim = (tx: Tx, subnet: AddressedSubnet, offset: number): string => {
  const block = addressBlock(tx, subnet.id, Math.floor(offset / addressesPerBlock));
  tx.put(SubnetAddressBlocks, flip(block, offset % addressesPerBlock));
  return formatIpv4Address(blockOf(subnet).first + offset);
};

const claimWanted = (tx: Tx, subnet: AddressedSubnet, wanted: string): string | DomainError => {
  const address = parseIpv4Address(wanted);
  if (address === undefined) {
    return invalidParameterValue(
      `Value (${wanted}) for parameter privateIpAddress is invalid. Invalid IP address.`,
    );
  }
  const offset = address - blockOf(subnet).first;
  const size = blockSize(blockOf(subnet));
  if (offset < 0 || offset >= size) {
    return invalidParameterValue(
      `Address ${wanted} does not fall within the subnet's address range`,
    );
  }
  if (offset < reserved.first || offset >= size - reserved.last) {
    return invalidParameterValue(`Address ${wanted} is in subnet's reserved address range`);
  }
  const block = addressBlock(tx, subnet.id, Math.floor(offset / addressesPerBlock));
  if (isTaken(block, offset % addressesPerBlock)) {
    return new DomainError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
  }
  return claim(tx, subnet, offset);
};

/**
 * Takes an address of a subnet: the wanted one, or any free one, drawn as AWS does rather than in a row. Never a
 * reserved one and never one that is taken. Errors: InvalidParameterValue and InvalidIPAddress.InUse for a wanted
 * one, InsufficientFreeAddressesInSubnet when the subnet is full.
 */
export const takeAddress = (
  tx: Tx,
  subnet: AddressedSubnet,
  wanted?: string,
): string | DomainError => {
  if (wanted !== undefined) return claimWanted(tx, subnet, wanted);
  const start =
    reserved.first + tx.random('ec2/subnet-addresses').below(usableSize(blockOf(subnet)));
  const offset = freeOffset(tx, subnet, start);
  return offset === undefined
    ? new DomainError(
        'InsufficientFreeAddressesInSubnet',
        'The specified subnet does not have enough free addresses to satisfy the request.',
      )
    : claim(tx, subnet, offset);
};

/** Gives an address back to its subnet. One that is not taken is left as it is. */
export const releaseAddress = (tx: Tx, subnet: AddressedSubnet, address: string): void => {
  const parsed = parseIpv4Address(address);
  if (parsed === undefined) return;
  const offset = parsed - blockOf(subnet).first;
  if (offset < 0 || offset >= blockSize(blockOf(subnet))) return;
  const block = addressBlock(tx, subnet.id, Math.floor(offset / addressesPerBlock));
  if (!isTaken(block, offset % addressesPerBlock)) return;
  const released = flip(block, offset % addressesPerBlock);
  if (released.taken === 0) tx.delete(SubnetAddressBlocks, released.id);
  else tx.put(SubnetAddressBlocks, released);
};
