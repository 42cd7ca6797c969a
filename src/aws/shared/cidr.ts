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

const canonicalIpv6Cidr = (text: string): string | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const bytes = parseIpv6(address);
  if (bytes === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return undefined;
  }
  const prefixLength = Number(length);
  if (prefixLength > 128) return undefined;
  const masked = bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - index * 8));
    return byte - (byte % 2 ** (8 - kept));
  });
  return `${formatIpv6(masked)}/${prefixLength}`;
};

/** The canonical form of an IPv4 or IPv6 block; undefined when the text is neither. */
export const canonicalCidr = (
  text: string,
): { readonly kind: 'ipv4' | 'ipv6'; readonly cidr: string } | undefined => {
  const block = parseIpv4Cidr(text);
  if (block !== undefined) return { kind: 'ipv4', cidr: formatIpv4Cidr(block) };
  const cidr = canonicalIpv6Cidr(text);
  return cidr === undefined ? undefined : { kind: 'ipv6', cidr };
};
