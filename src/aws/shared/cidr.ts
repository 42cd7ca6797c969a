import { formatIpv4Address, formatIpv6, parseIpv4Address, parseIpv6 } from './ip-address.ts';

/** A block of IPv4 addresses. */
export interface Ipv4Block {
  /** The lowest address, as a whole number. */
  readonly first: number;
  /** The length of the network mask, 0 to 32. */
  readonly prefixLength: number;
}

/** How many addresses a block has. */
export const blockSize = (block: Ipv4Block): number => 2 ** (32 - block.prefixLength);

/**
 * A block from its CIDR form; undefined when the text is not one. Bits beyond the mask are dropped: AWS turns a
 * block into its canonical form instead of refusing it (CreateVpc, Amazon EC2 API Reference).
 */
export const parseIpv4Cidr = (text: string): Ipv4Block | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const parsed = parseIpv4Address(address);
  if (parsed === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > 32) return undefined;
  return { first: parsed - (parsed % 2 ** (32 - prefixLength)), prefixLength };
};

/** The CIDR form of a block. */
export const formatIpv4Cidr = (block: Ipv4Block): string =>
  `${formatIpv4Address(block.first)}/${block.prefixLength}`;

/** Whether the outer block holds all addresses of the inner one. */
export const blockContains = (outer: Ipv4Block, inner: Ipv4Block): boolean =>
  inner.prefixLength >= outer.prefixLength &&
  inner.first >= outer.first &&
  inner.first < outer.first + blockSize(outer);

/** Whether two blocks have an address in common. */
export const blocksOverlap = (a: Ipv4Block, b: Ipv4Block): boolean =>
  blockContains(a, b) || blockContains(b, a);

/** A block of IPv6 addresses. */
export interface Ipv6Block {
  /** The lowest address, sixteen bytes. */
  readonly first: Uint8Array;
  /** The length of the network mask, 0 to 128. */
  readonly prefixLength: number;
}

/** The address with all bits beyond the mask zero. */
const masked = (address: Uint8Array, prefixLength: number): Uint8Array =>
  address.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - index * 8));
    return byte - (byte % 2 ** (8 - kept));
  });

/** A block from its CIDR form, bits beyond the mask dropped; undefined when the text is not one. */
export const parseIpv6Cidr = (text: string): Ipv6Block | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const bytes = parseIpv6(address);
  if (bytes === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return undefined;
  }
  const prefixLength = Number(length);
  return prefixLength > 128 ? undefined : { first: masked(bytes, prefixLength), prefixLength };
};

/** The CIDR form of a block. */
export const formatIpv6Cidr = (block: Ipv6Block): string =>
  `${formatIpv6(block.first)}/${block.prefixLength}`;

/** Whether the outer block holds all addresses of the inner one. */
export const ipv6BlockContains = (outer: Ipv6Block, inner: Ipv6Block): boolean =>
  inner.prefixLength >= outer.prefixLength &&
  masked(inner.first, outer.prefixLength).every((byte, index) => byte === outer.first[index]);

/** Whether two blocks have an address in common. */
export const ipv6BlocksOverlap = (a: Ipv6Block, b: Ipv6Block): boolean =>
  ipv6BlockContains(a, b) || ipv6BlockContains(b, a);

/** The canonical form of an IPv4 or IPv6 block; undefined when the text is neither. */
export const canonicalCidr = (
  text: string,
): { readonly kind: 'ipv4' | 'ipv6'; readonly cidr: string } | undefined => {
  const block = parseIpv4Cidr(text);
  if (block !== undefined) return { kind: 'ipv4', cidr: formatIpv4Cidr(block) };
  const ipv6 = parseIpv6Cidr(text);
  return ipv6 === undefined ? undefined : { kind: 'ipv6', cidr: formatIpv6Cidr(ipv6) };
};

/** Whether a block, of IPv4 or IPv6, holds all addresses of another of its kind; false when a text is no block. */
export const cidrContains = (outer: string, inner: string): boolean => {
  const [outer4, inner4] = [parseIpv4Cidr(outer), parseIpv4Cidr(inner)];
  if (outer4 !== undefined && inner4 !== undefined) return blockContains(outer4, inner4);
  const [outer6, inner6] = [parseIpv6Cidr(outer), parseIpv6Cidr(inner)];
  return outer6 !== undefined && inner6 !== undefined && ipv6BlockContains(outer6, inner6);
};

/** Whether two IPv4 blocks in CIDR form have an address in common; false when a text is no such block. */
export const cidrsOverlap = (a: string, b: string): boolean => {
  const [one, other] = [parseIpv4Cidr(a), parseIpv4Cidr(b)];
  return one !== undefined && other !== undefined && blocksOverlap(one, other);
};
